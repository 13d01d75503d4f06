package fhir

// Resource is anything a search finds.
type Resource interface {
	// Ref is the relative URL, "Patient/ID".
	Ref() string
}

// Bundle is FHIR R4 Bundle of type searchset.
type Bundle struct {
	ResourceType string  `json:"resourceType"`
	Type         string  `json:"type"`
	Total        int     `json:"total"`
	Link         []Link  `json:"link"`
	Entry        []Entry `json:"entry,omitempty"`
}

// Link is Bundle.link.
type Link struct {
	Relation string `json:"relation"`
	URL      string `json:"url"`
}

// Entry is Bundle.entry.
type Entry struct {
	FullURL  string      `json:"fullUrl"`
	Resource Resource    `json:"resource"`
	Search   EntrySearch `json:"search"`
}

// EntrySearch is Bundle.entry.search.
type EntrySearch struct {
	Mode string `json:"mode"`
}

// Searchset makes one page of answers to q. total counts all matches, not only
// this page; next is the cursor of this page's last resource when more follow,
// the zero Cursor on the last page.
func Searchset[R Resource](m Mapping, q Query, total int, next Cursor, found []R) Bundle {
	b := Bundle{
		ResourceType: "Bundle",
		Type:         "searchset",
		Total:        total,
		Link:         []Link{{"self", m.url(q.link(q.After))}},
	}
	if next != (Cursor{}) {
		b.Link = append(b.Link, Link{"next", m.url(q.link(next))})
	}
	for _, r := range found {
		b.Entry = append(b.Entry, Entry{FullURL: m.url(r.Ref()), Resource: r, Search: EntrySearch{"match"}})
	}
	return b
}
