package web

import (
	"net/http"
	"slices"

	"dictation/pipeline"
)

// looks are how an account may have its pages; "" follows the browser.
var looks = []string{"", "light", "dark"}

// postLooks stores language and looks of the reader's pages.
func (s *Server) postLooks(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	tag, look := r.PostFormValue("language"), r.PostFormValue("looks")
	if tag != "" && !slices.ContainsFunc(s.pages.speeches.all, func(sp *speech) bool { return sp.Tag == tag }) || !slices.Contains(looks, look) {
		return pipeline.Errorf(pipeline.Invalid, "Choose the language and the looks from the lists.")
	}
	if err := s.Store.SetPages(r.Context(), userOf(r).ID, tag, look); err != nil {
		return err
	}
	return goTo(w, r, "/settings", "settings")
}
