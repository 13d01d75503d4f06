package transcribe

import (
	"fmt"
	"slices"
	"strings"

	"dictation/pipeline"
)

// Request is what rules go by.
type Request struct {
	Dictation string // its id, for comparisons
	Facility  string
	Worktype  pipeline.Worktype
	AuthorID  string
	Username  string // the author's; empty: unknown
	Language  string // BCP 47; empty: unknown
	Priority  pipeline.Priority
}

// Rule says which engines recognise what fits it. An empty field fits all.
type Rule struct {
	Facility string `json:"facility,omitempty"`
	Worktype string `json:"worktype,omitempty"`
	Author   string `json:"author,omitempty"`   // user name or id
	Language string `json:"language,omitempty"` // "en" fits "en-GB"
	Priority string `json:"priority,omitempty"` // "stat" or "routine"

	Engines []string `json:"engines"` // the first that can do it does; "none": typed from scratch
	// Shadow names an engine that recognises the same sound for comparison.
	// Recordings that are divided among workers are not compared.
	Shadow string `json:"shadow,omitempty"`
}

// check refuses a rule that could never do what it says.
func (r Rule) check(known func(string) bool) error {
	if len(r.Engines) == 0 {
		return fmt.Errorf("it names no engine")
	}
	for _, name := range append(slices.Clone(r.Engines), r.Shadow) {
		if name != "" && !known(name) {
			return fmt.Errorf("there is no engine %q", name)
		}
	}
	if r.Worktype != "" {
		if _, err := pipeline.ParseWorktype(r.Worktype); err != nil {
			return err
		}
	}
	_, err := pipeline.ParsePriority(r.Priority)
	return err
}

// fits reports whether the rule is for the request.
func (r Rule) fits(q Request) bool {
	switch {
	case r.Facility != "" && !strings.EqualFold(r.Facility, q.Facility):
		return false
	case r.Author != "" && r.Author != q.AuthorID && !strings.EqualFold(r.Author, q.Username):
		return false
	case r.Language != "" && !speaks(r.Language, q.Language):
		return false
	}
	if w, err := pipeline.ParseWorktype(r.Worktype); r.Worktype != "" && (err != nil || w != q.Worktype) {
		return false
	}
	p, err := pipeline.ParsePriority(r.Priority)
	return r.Priority == "" || err == nil && p == q.Priority
}

// speaks reports whether a language is another or a kind of it: "en" is spoken
// by "en-GB". "en-US" and "en-GB" are not each other.
func speaks(general, tag string) bool {
	return strings.EqualFold(general, tag) ||
		len(tag) > len(general) && tag[len(general)] == '-' && strings.EqualFold(general, tag[:len(general)])
}

// takes reports whether an engine with these languages can be asked for one.
// The region is no reason to refuse: an engine of en-US hears en-GB better than
// nobody does.
func takes(languages []string, tag string) bool {
	primary, _, _ := strings.Cut(tag, "-")
	return tag == "" || len(languages) == 0 || slices.ContainsFunc(languages, func(l string) bool {
		p, _, _ := strings.Cut(l, "-")
		return strings.EqualFold(p, primary)
	})
}
