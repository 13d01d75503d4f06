package web

import "dictation/pipeline"

// chartPages is the table of the pages around charts.
func (s *Server) chartPages() []route {
	return []route{
		{pattern: "GET /completeness", action: pipeline.ReadCompleteness, audit: true, handle: s.pageCompleteness},
		{pattern: "GET /search", action: pipeline.SearchNotes, handle: s.pageSearch},
		{pattern: "POST /search", action: pipeline.SearchNotes, audit: true, handle: s.postSearch},
	}
}

// chartLinks is their part of the top bar.
func chartLinks(u pipeline.User) (l []link) {
	for _, entry := range []struct {
		right pipeline.Action
		link
	}{
		{pipeline.SearchNotes, link{"/search", msg("Search")}},
		{pipeline.ReadCompleteness, link{"/completeness", msg("Completeness")}},
	} {
		if pipeline.May(u, entry.right, nil) == nil {
			l = append(l, entry.link)
		}
	}
	return l
}
