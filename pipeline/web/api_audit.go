package web

import (
	"context"
	"encoding/hex"
	"net/http"

	"dictation/pipeline"
	"dictation/pipeline/audit"
)

// entryView is a line of the audit with its place in the chain.
type entryView struct {
	audit.Entry
	Name string `json:"name,omitempty"` // of the actor, when it is a person
	Pos  int64  `json:"pos,omitempty"`  // none before it is sealed
	Hash string `json:"hash,omitempty"` // SHA-256, hex
}

type auditView struct {
	Entries []entryView `json:"entries"`
	Next    int64       `json:"next,omitempty"` // "before" of the next page
}

// apiAudit lists entries, newest first.
func (s *Server) apiAudit(w http.ResponseWriter, r *http.Request) error {
	dictation := r.URL.Query().Get("dictation")
	if dictation != "" && checkID(dictation) != nil {
		return pipeline.Errorf(pipeline.Invalid, "The parameter dictation must be a dictation's id.")
	}
	before, err := number(r, "before")
	if err != nil {
		return err
	}
	n, err := limit(r)
	if err != nil {
		return err
	}
	entries, err := s.Store.Audit(r.Context(), dictation, before, n)
	if err != nil {
		return err
	}
	names, err := s.Store.UserNames(r.Context())
	if err != nil {
		return err
	}
	out := auditView{Entries: make([]entryView, len(entries))}
	for i, e := range entries {
		out.Entries[i] = entryView{Entry: e, Name: names[e.Actor], Pos: e.Pos, Hash: hex.EncodeToString(e.Hash)}
	}
	if len(entries) == n {
		out.Next = entries[n-1].ID
	}
	return writeJSON(w, http.StatusOK, out)
}

// chainView is what the check of the audit found.
type chainView struct {
	Whole    bool     `json:"whole"`
	Entries  int      `json:"entries"`  // read
	Position int64    `json:"position"` // of the last sealed entry
	Head     string   `json:"head"`     // its hash, hex: note it elsewhere to prove later that nothing was changed
	Problems []string `json:"problems"`
}

// apiAuditVerify seals what is open and walks the whole chain.
func (s *Server) apiAuditVerify(w http.ResponseWriter, r *http.Request) error {
	if err := s.sealAll(r.Context()); err != nil {
		return err
	}
	v, n, err := s.Store.CheckAudit(r.Context())
	if err != nil {
		return err
	}
	pos, head := v.Head()
	out := chainView{Entries: n, Position: pos, Head: hex.EncodeToString(head), Problems: []string{}}
	for _, p := range v.Problems() {
		out.Problems = append(out.Problems, p.String())
	}
	out.Whole = len(out.Problems) == 0
	return writeJSON(w, http.StatusOK, out)
}

// sealAll seals until nothing is open, or another process seals.
func (s *Server) sealAll(ctx context.Context) error {
	const batch = 1000
	for {
		n, _, _, err := s.Store.Seal(ctx, batch)
		if err != nil || n < batch {
			return err
		}
	}
}
