package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"dictation/pipeline"
	"dictation/pipeline/review"
)

// explain makes a handler's error ready to leave: a refusal is written to the
// audit, and a lock says whose it is.
func (s *Server) explain(rt route, r *http.Request, err error) error {
	switch pipeline.KindOf(err) {
	case pipeline.Forbidden:
		action := cmp.Or(string(rt.action), rt.pattern)
		if err := s.Store.Refused(r.Context(), actor(r), action, dictationOf(r).ID, "against the rules of the act"); err != nil {
			return err
		}
	case pipeline.Locked:
		if !errors.Is(err, review.ErrTaken) { // that says who
			return s.nameHolder(r, err)
		}
	}
	return err
}

// nameHolder says who has the dictation of a Locked error.
func (s *Server) nameHolder(r *http.Request, locked error) error {
	d, err := s.dictation(r)
	if err != nil {
		return locked
	}
	u := userOf(r)
	if d.HolderID == "" || d.HolderID == u.ID {
		return pipeline.Wrap(pipeline.Locked, locked, "You do not hold this dictation any more. Saved text is kept; take the dictation again before you change it.")
	}
	holder, err := s.Store.User(r.Context(), d.HolderID)
	if err != nil {
		return err
	}
	return pipeline.Wrap(pipeline.Locked, locked, "%s has this dictation. Nothing of yours was saved over it; ask %s to release it, or wait until it is free.", holder.Name, holder.Name)
}

// stale answers 412 with the newest version of the text when err says that the
// request was based on an older one; other errors pass.
func (s *Server) stale(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil || pipeline.KindOf(err) != pipeline.Stale {
		return err
	}
	d, readErr := s.dictation(r)
	if readErr != nil {
		return readErr
	}
	w.Header().Set("ETag", etag(d.TextN))
	writeProblem(w, problem{
		Status: http.StatusPreconditionFailed, Detail: s.sentence(r, err), Kind: pipeline.Stale, Version: d.TextN,
	})
	return nil
}

// plain reports whether s can be stored and searched for: UTF-8 without zero bytes.
func plain(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// plainAddress refuses an address with characters that no row can have.
func plainAddress(r *http.Request) error {
	query, err := url.QueryUnescape(r.URL.RawQuery)
	if err != nil || !plain(query) || !plain(r.URL.Path) {
		return pipeline.Errorf(pipeline.Invalid, "The address of the request holds characters that cannot be read.")
	}
	return nil
}

// refuseForeign answers a browser that a page of another site sent here.
func (s *Server) refuseForeign(w http.ResponseWriter, r *http.Request) {
	s.stranger(r, "cross-site", "sent by a page of another site")
	writeProblem(w, problem{
		Status: http.StatusForbidden, Kind: pipeline.Forbidden,
		Detail: "This request came from a page of another site and was not done. Open the page here and try again.",
	})
}
