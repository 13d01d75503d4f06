package web

import (
	"encoding/hex"
	"net/http"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/audit"
)

// auditData is the auditor's page.
type auditData struct {
	About   string // job number or id asked for
	Job     string // job number of that dictation
	Entries []auditLine
	Next    int64 // "before" of the next page
	Chain   *chainData
}

// auditLine is an entry with the names a person knows.
type auditLine struct {
	audit.Entry
	Who string
}

// chainData is what checking the chain found.
type chainData struct {
	Entries  int
	Pos      int64
	Head     string
	Problems []audit.Problem
}

func (s *Server) pageAudit(w http.ResponseWriter, r *http.Request) error {
	return s.writeAudit(w, r, nil)
}

func (s *Server) writeAudit(w http.ResponseWriter, r *http.Request, chain *chainData) error {
	const page = 100
	ctx := r.Context()
	data := auditData{About: strings.TrimSpace(r.URL.Query().Get("dictation")), Chain: chain}
	before, err := number(r, "before")
	if err != nil {
		return err
	}
	id := ""
	if data.About != "" {
		d, err := s.byNumberOrID(r, data.About)
		if err != nil {
			return err
		}
		id, data.Job = d.ID, d.JobNumber
	}
	entries, err := s.Store.Audit(ctx, id, before, page)
	if err != nil {
		return err
	}
	names, err := s.Store.UserNames(ctx)
	if err != nil {
		return err
	}
	for _, e := range entries {
		data.Entries = append(data.Entries, auditLine{e, whoDid(names, e.Actor)})
	}
	if n := len(entries); n == page {
		data.Next = entries[n-1].ID
	}
	return s.pages.write(w, r, sheet{name: "audit", title: "Audit", data: data})
}

// byNumberOrID finds a dictation by what people have in their hand.
func (s *Server) byNumberOrID(r *http.Request, about string) (pipeline.Dictation, error) {
	if checkID(about) == nil {
		return s.Store.Dictation(r.Context(), about)
	}
	return s.Store.DictationByJob(r.Context(), strings.ToUpper(about))
}

// postVerify seals what is open and walks the whole chain.
func (s *Server) postVerify(w http.ResponseWriter, r *http.Request) error {
	if err := s.sealAll(r.Context()); err != nil {
		return err
	}
	v, n, err := s.Store.CheckAudit(r.Context())
	if err != nil {
		return err
	}
	pos, head := v.Head()
	return s.writeAudit(w, r, &chainData{Entries: n, Pos: pos, Head: hex.EncodeToString(head), Problems: v.Problems()})
}
