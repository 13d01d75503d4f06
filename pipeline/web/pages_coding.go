package web

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

const codingPage = 50

// codingList is the coder's worklist.
type codingList struct {
	Notes []store.ToCode
	Next  string // address of the next page; empty on the last
	First bool
}

func (s *Server) pageCodingList(w http.ResponseWriter, r *http.Request) error {
	after, err := parsePlace(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	data := codingList{First: after.ID == ""}
	if data.Notes, err = s.Store.CodingWorklist(r.Context(), after, codingPage+1); err != nil {
		return err
	}
	if len(data.Notes) > codingPage {
		data.Notes = data.Notes[:codingPage]
		last := data.Notes[codingPage-1]
		data.Next = pathWith("/coding", "after", place(store.Cursor{At: last.Since, ID: last.NoteID}))
	}
	return s.pages.write(w, r, sheet{name: "codinglist", title: msg("Coding"), data: data})
}

// codingData is one note with its codes.
type codingData struct {
	store.Coding
	Patient   pipeline.Patient
	Given     []codeView
	Proposals []codeView
	Find      string
	Found     []codeView
	Asked     bool
}

// codeView is a code with the words of the note that speak for it.
type codeView struct {
	ID int64
	pipeline.Code
	From, To           int
	Before, Says, Then string
	By                 string
	At                 time.Time
}

// giveForm is the button that gives a note a code.
type giveForm struct {
	Note string
	Code codeView
}

func (s *Server) pageCoding(w http.ResponseWriter, r *http.Request) error {
	return s.writeCoding(w, r, "", nil)
}

// writeCoding shows a note to be coded, with what was searched for.
func (s *Server) writeCoding(w http.ResponseWriter, r *http.Request, find string, trouble error) error {
	ctx := r.Context()
	c, err := s.Store.Coding(ctx, r.PathValue("note"))
	if err != nil {
		return err
	}
	if err := s.Store.Accessed(ctx, actor(r), string(pipeline.CodeNote), c.Note.DictationID, c.Note.PatientID); err != nil {
		return err
	}
	data := codingData{Coding: c, Find: find, Asked: find != ""}
	if data.Patient, err = s.Store.Patient(ctx, c.Note.PatientID); err != nil {
		return err
	}
	has := make(map[[2]string]bool)
	for _, g := range c.Codes {
		has[[2]string{g.System, g.Code.Code}] = true
		v := evidence(c.Note.Text, g.Code, g.From, g.To)
		v.ID, v.By, v.At = g.ID, g.GivenBy, g.GivenAt
		data.Given = append(data.Given, v)
	}
	if c.Done.IsZero() {
		proposals, err := s.Store.Proposals(ctx, c.Note.Text)
		if err != nil {
			return err
		}
		for _, p := range proposals {
			if !has[[2]string{p.System, p.Code.Code}] {
				data.Proposals = append(data.Proposals, evidence(c.Note.Text, p.Code, p.From, p.To))
			}
		}
	}
	if find != "" {
		found, err := s.Store.FindCodes(ctx, find, 50)
		if err != nil {
			return err
		}
		for _, f := range found {
			data.Found = append(data.Found, codeView{Code: f})
		}
	}
	sh := sheet{name: "coding", title: msg("Coding"), data: data}
	if trouble != nil {
		sh.status, sh.trouble = statuses[pipeline.KindOf(trouble)], pipeline.Sentence(trouble)
	}
	return s.pages.write(w, r, sh)
}

// evidence cuts the words that speak for a code out of a text, with some around.
func evidence(text string, c pipeline.Code, from, to int) codeView {
	v := codeView{Code: c, From: from, To: to}
	if from < 0 || from >= to || to > len(text) {
		return v
	}
	const around = 60
	before, then := text[:from], text[to:]
	if i := len(before) - around; i > 0 {
		before = before[i:]
		before = before[strings.IndexByte(before, ' ')+1:]
	}
	if len(then) > around {
		then = then[:around]
		if i := strings.LastIndexByte(then, ' '); i >= 0 {
			then = then[:i]
		}
	}
	v.Before, v.Says, v.Then = strings.ToValidUTF8(before, ""), text[from:to], strings.ToValidUTF8(then, "")
	return v
}

// postCoding does what the path says with the codes of a note.
func (s *Server) postCoding(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	note, act := r.PathValue("note"), r.PathValue("act")
	if act == "find" {
		find := strings.TrimSpace(r.PostFormValue("q"))
		if len(find) < 2 || len(find) > longSearch {
			return s.writeCoding(w, r, "", pipeline.Errorf(pipeline.Invalid, "Give from 2 to %d characters to search for.", longSearch))
		}
		return s.writeCoding(w, r, find, nil)
	}
	err := s.changeCoding(r, note, act)
	switch kind := pipeline.KindOf(err); {
	case err == nil && act == "done":
		return goTo(w, r, "/coding", "coded")
	case err == nil:
		return goTo(w, r, "/coding/"+note, "codes")
	case kind == pipeline.Invalid, kind == pipeline.Conflict:
		return s.writeCoding(w, r, "", err)
	}
	return err
}

func (s *Server) changeCoding(r *http.Request, note, act string) error {
	ctx, by := r.Context(), actor(r)
	number := func(name string) int {
		n, err := strconv.Atoi(r.PostFormValue(name))
		if err != nil {
			return 0 // no place in the text
		}
		return n
	}
	switch act {
	case "give":
		c := pipeline.Code{System: r.PostFormValue("system"), Code: r.PostFormValue("code")}
		return s.Store.GiveCode(ctx, by, note, c, number("from"), number("to"))
	case "take":
		return s.Store.TakeCode(ctx, by, note, int64(number("id")))
	case "done", "open":
		return s.Store.FinishCoding(ctx, by, note, act == "done")
	}
	return pipeline.Errorf(pipeline.NotFound, "There is no such action.")
}

// codesFile is what leaves with a note about its codes.
type codesFile struct {
	Document string              `json:"document_number"`
	TextSHA  string              `json:"text_sha256"` // of the text that "from" and "to" are bytes of
	Finished bool                `json:"finished"`
	Codes    []pipeline.NoteCode `json:"codes"`
}

func codesOf(c store.Coding) codesFile {
	f := codesFile{Document: c.Note.DocumentNumber, TextSHA: c.Note.Seal.TextSHA256, Finished: !c.Done.IsZero(), Codes: c.Codes}
	if f.Codes == nil {
		f.Codes = []pipeline.NoteCode{}
	}
	return f
}

// pageCodes gives the codes of a note as a file to keep.
func (s *Server) pageCodes(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Store.Coding(r.Context(), r.PathValue("note"))
	if err != nil {
		return err
	}
	if err := s.Store.Accessed(r.Context(), actor(r), string(pipeline.CodeNote), c.Note.DictationID, c.Note.PatientID); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+c.Note.DocumentNumber+`-codes.json"`)
	return json.NewEncoder(w).Encode(codesOf(c))
}
