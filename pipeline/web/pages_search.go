package web

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

const (
	searchPage = 20
	longSearch = 200 // characters
)

// searchData is the search through signed notes.
type searchData struct {
	Words    string
	Worktype pipeline.Worktype
	Own      bool // only the reader's own notes are searched
	Asked    bool
	Hits     []hit
	Next     string // place of the next page; empty on the last
	Later    bool   // this is not the first page
}

// hit is a note that was found.
type hit struct {
	pipeline.NoteHit
	Pieces []shred
}

// shred is a part of an extract.
type shred struct {
	Text  string
	Found bool
}

func (s *Server) pageSearch(w http.ResponseWriter, r *http.Request) error {
	return s.writeSearch(w, r, searchData{}, nil)
}

// postSearch searches; a POST, so that no name stands in an address.
func (s *Server) postSearch(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	data := searchData{Words: strings.TrimSpace(r.PostFormValue("q"))}
	err := s.searchNotes(r, &data)
	if kind := pipeline.KindOf(err); err != nil && kind != pipeline.Invalid {
		return err
	}
	return s.writeSearch(w, r, data, err)
}

func (s *Server) writeSearch(w http.ResponseWriter, r *http.Request, data searchData, trouble error) error {
	data.Own = ownNotesOnly(userOf(r))
	sh := sheet{name: "search", title: msg("Search"), data: data}
	if trouble != nil {
		sh.status, sh.trouble = http.StatusBadRequest, s.sentence(r, trouble)
	}
	return s.pages.write(w, r, sh)
}

// ownNotesOnly reports whether an account searches its own notes only: it may not
// read charts.
func ownNotesOnly(u pipeline.User) bool { return pipeline.May(u, pipeline.ReadChart, nil) != nil }

func (s *Server) searchNotes(r *http.Request, data *searchData) (err error) {
	if n := utf8.RuneCountInString(data.Words); n < 2 || n > longSearch {
		return pipeline.Errorf(pipeline.Invalid, "Give from 2 to %d characters to search for.", longSearch)
	}
	f := store.NoteSearch{Words: data.Words, Limit: searchPage + 1}
	if ownNotesOnly(userOf(r)) {
		f.AuthorID = userOf(r).ID
	}
	if name := r.PostFormValue("worktype"); name != "" {
		if f.Worktype, err = pipeline.ParseWorktype(name); err != nil {
			return err
		}
	}
	if f.After, err = parsePlace(r.PostFormValue("after")); err != nil {
		return err
	}
	found, err := s.Store.SearchNotes(r.Context(), f)
	if err != nil {
		return err
	}
	data.Worktype, data.Asked, data.Later = f.Worktype, true, f.After.ID != ""
	if len(found) > searchPage {
		found = found[:searchPage]
		last := found[searchPage-1]
		data.Next = place(store.Cursor{At: last.Signed, ID: last.NoteID})
	}
	for _, h := range found {
		data.Hits = append(data.Hits, hit{h, extract(h.Extract)})
	}
	return s.shown(r.Context(), r, found)
}

// shown writes to the audit whose notes an answer tells of.
func (s *Server) shown(ctx context.Context, r *http.Request, found []pipeline.NoteHit) error {
	seen := make(map[string]bool)
	for _, h := range found {
		if seen[h.Patient.ID] {
			continue
		}
		seen[h.Patient.ID] = true
		if err := s.Store.Accessed(ctx, actor(r), string(pipeline.SearchNotes), "", h.Patient.ID); err != nil {
			return err
		}
	}
	return nil
}

// extract divides an extract at the marks of what was found.
func extract(s string) (pieces []shred) {
	for s != "" {
		plain, rest, marked := strings.Cut(s, pipeline.HitBegin)
		if plain = strings.ReplaceAll(plain, pipeline.HitEnd, ""); plain != "" {
			pieces = append(pieces, shred{Text: plain})
		}
		if !marked {
			break
		}
		var found string
		if found, s, _ = strings.Cut(rest, pipeline.HitEnd); found != "" {
			pieces = append(pieces, shred{found, true})
		}
	}
	return pieces
}
