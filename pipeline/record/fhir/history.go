package fhir

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline"
)

// HistoryQuery asks for versions (R4 3.1.0.11), the newest first.
type HistoryQuery struct {
	Since   time.Time // made at or after
	Count   int
	After   Cursor // continue behind this version; zero is the first page
	Version int    // of After

	params url.Values
}

// ParseHistory reads the parameters of a history. Others than _since, _count and
// _format are Invalid.
func (m Mapping) ParseHistory(values url.Values) (h HistoryQuery, err error) {
	h.Count, h.params = DefaultCount, url.Values{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		v := values.Get(name)
		if len(values[name]) > 1 {
			return h, invalid("Give %s once.", "each parameter")
		}
		switch name {
		case "_since":
			t, ok := readDate("dateTime", strings.Replace(v, " ", "+", 1))
			if !ok {
				return h, invalid("_since must be a time such as 2026-03-01T08:30:00Z.")
			}
			h.Since = t
		case "_count":
			n, err := strconv.ParseUint(v, 10, 31)
			if err != nil || n == 0 {
				return h, invalid("_count must be a whole number from 1.")
			}
			h.Count = min(int(n), MaxCount)
		case "_cursor":
			cursor, version, _ := strings.Cut(v, ".")
			if h.After, err = ParseCursor(cursor); err != nil {
				return h, err
			}
			if h.Version, err = strconv.Atoi(version); err != nil {
				return h, invalid("This link to a further page cannot be read. Please search again from the first page.")
			}
			continue
		case "_format":
			if err := oneOf("_format", "json", "application/json", "application/fhir+json")(m, nil, "", v); err != nil {
				return h, err
			}
		default:
			return h, invalid("A history takes _since, _count and _format.")
		}
		h.params.Set(name, v)
	}
	return h, nil
}

// HistoryEntry is Bundle.entry of a history.
type HistoryEntry struct {
	FullURL  string          `json:"fullUrl"`
	Resource Resource        `json:"resource"`
	Request  HistoryRequest  `json:"request"`
	Response HistoryResponse `json:"response"`
}

// HistoryRequest is Bundle.entry.request: how the version came to be.
type HistoryRequest struct {
	Method string `json:"method"`
	URL    string `json:"url"`
}

// HistoryResponse is Bundle.entry.response.
type HistoryResponse struct {
	Status       string    `json:"status"`
	ETag         string    `json:"etag"`
	LastModified time.Time `json:"lastModified"`
}

// History is FHIR R4 Bundle of type history.
type History struct {
	ResourceType string         `json:"resourceType"`
	Type         string         `json:"type"`
	Link         []Link         `json:"link"`
	Entry        []HistoryEntry `json:"entry,omitempty"`
}

// Version is a version of a resource.
type Version struct {
	Resource Resource
	ID       string
	N        int // from 1
	At       time.Time
}

// History makes a page of versions; path is what was asked, "Condition/ID/_history".
// more says that older ones follow.
func (m Mapping) History(path string, h HistoryQuery, found []Version, more bool) History {
	link := func(relation, cursor string) Link {
		v := maps.Clone(h.params)
		if cursor != "" {
			v.Set("_cursor", cursor)
		}
		if len(v) == 0 {
			return Link{relation, m.url(path)}
		}
		return Link{relation, m.url(path) + "?" + v.Encode()}
	}
	at := func(c Cursor, n int) string {
		if c == (Cursor{}) {
			return ""
		}
		return c.String() + "." + strconv.Itoa(n)
	}
	b := History{ResourceType: "Bundle", Type: "history", Link: []Link{link("self", at(h.After, h.Version))}}
	if more {
		last := found[len(found)-1]
		b.Link = append(b.Link, link("next", at(Cursor{At: last.At, ID: last.ID}, last.N)))
	}
	for _, v := range found {
		kind, _, _ := strings.Cut(v.Resource.Ref(), "/")
		e := HistoryEntry{FullURL: m.URL(v.Resource), Resource: v.Resource, Request: HistoryRequest{"PUT", v.Resource.Ref()},
			Response: HistoryResponse{Status: "200 OK", ETag: ETag(v.N), LastModified: v.At.UTC()}}
		if v.N == 1 {
			e.Request, e.Response.Status = HistoryRequest{"POST", kind}, "201 Created"
		}
		b.Entry = append(b.Entry, e)
	}
	return b
}

// ETag is the version of a resource as HTTP says it (R4 3.1.0.3).
func ETag(version int) string { return `W/"` + strconv.Itoa(version) + `"` }

// ParseETag reads the version that If-Match names; 0 for none.
func ParseETag(header string) (int, error) {
	if header == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(strings.Trim(strings.TrimPrefix(strings.TrimSpace(header), "W/"), `"`))
	if err != nil || n < 1 {
		return 0, pipeline.Errorf(pipeline.Stale, `If-Match names a version as W/"3".`)
	}
	return n, nil
}

// OneIdentifier reads the condition of a conditional write: identifier=system|value.
func (m Mapping) OneIdentifier(kind string, values url.Values) (n pipeline.Numbered, err error) {
	tokens, err := parseTokens("identifier", values.Get("identifier"))
	if err != nil || len(values) != 1 || len(values["identifier"]) != 1 || len(tokens) != 1 || tokens[0].Code == "" {
		return n, invalid("Address the %s by its id, or by identifier=system|value.", kind)
	}
	return pipeline.Numbered{System: tokens[0].System, Value: tokens[0].Code}, nil
}
