package web

import "dictation/pipeline"

// chartPages is the table of the pages around charts.
func (s *Server) chartPages() []route {
	return []route{
		{pattern: "GET /completeness", action: pipeline.ReadCompleteness, audit: true, handle: s.pageCompleteness},
		{pattern: "GET /search", action: pipeline.SearchNotes, handle: s.pageSearch},
		{pattern: "POST /search", action: pipeline.SearchNotes, audit: true, handle: s.postSearch},

		{pattern: "GET /coding", action: pipeline.CodeNote, audit: true, handle: s.pageCodingList},
		{pattern: "GET /coding/{note}", action: pipeline.CodeNote, handle: s.pageCoding},
		{pattern: "POST /coding/{note}/{act}", action: pipeline.CodeNote, handle: s.postCoding},
		{pattern: "GET /coding/{note}/codes.json", action: pipeline.CodeNote, handle: s.pageCodes},

		{pattern: "GET /patients/{patient}/disclosures", action: pipeline.ReadDisclosures, handle: s.pageDisclosures},
		{pattern: "POST /patients/{patient}/release", action: pipeline.ReleaseRecord, handle: s.postGiveOut},
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
		{pipeline.CodeNote, link{"/coding", msg("Coding")}},
	} {
		if pipeline.May(u, entry.right, nil) == nil {
			l = append(l, entry.link)
		}
	}
	return l
}
