package pipeline

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// PhraseKind is what a phrase is for.
type PhraseKind string

// The kinds of phrase.
const (
	Expander PhraseKind = "expander" // a few letters for some words
	Normal   PhraseKind = "normal"   // the usual findings, with fields for what differs
	Template PhraseKind = "template" // how a document of a worktype begins
)

// PhraseKinds lists the kinds in the order they are shown.
var PhraseKinds = []PhraseKind{Expander, Normal, Template}

// Phrase is text that need not be typed again. It is a site's, for everybody, or
// one person's. [name] in its text is a field to be typed over, [choice: a|b] one
// with values to choose from.
type Phrase struct {
	ID       string // UUID
	Kind     PhraseKind
	Owner    string   // id of the account whose own it is; empty for a site's
	Worktype Worktype // empty: for all
	Trigger  string   // what is typed for it, in lower case; may be empty for a template
	Title    string   // optional
	Text     string
	Changed  time.Time
}

// Site reports whether the phrase is for everybody.
func (p Phrase) Site() bool { return p.Owner == "" }

// Limits of phrases.
const (
	MaxTrigger   = 24       // characters
	MaxPhrase    = 16 << 10 // bytes of text
	MaxOwn       = 500      // phrases of one person
	MaxSite      = 2000     // phrases of the site
	maxFields    = 60       // of one phrase
	maxFieldName = 80       // characters between the brackets
)

// Check reads a phrase that a person sent and brings it to the one way it is
// kept. Invalid with the reason when it cannot be used.
func (p Phrase) Check() (Phrase, error) {
	if !slices.Contains(PhraseKinds, p.Kind) {
		return p, Errorf(Invalid, "A phrase is an expander, a normal or a template.")
	}
	if p.Worktype != "" && p.Worktype.Info().Worktype == "" {
		return p, Errorf(Invalid, "There is no such worktype. Nothing was changed.")
	}
	if p.Kind == Template && p.Worktype == "" {
		return p, Errorf(Invalid, "A template needs a worktype: it is offered where a text of that worktype is empty.")
	}
	p.Trigger = strings.ToLower(strings.TrimSpace(p.Trigger))
	if p.Trigger != "" || p.Kind != Template {
		if err := checkTrigger(p.Trigger); err != nil {
			return p, err
		}
	}
	p.Title = strings.TrimSpace(p.Title)
	if utf8.RuneCountInString(p.Title) > 80 || strings.ContainsFunc(p.Title, unicode.IsControl) {
		return p, Errorf(Invalid, "The title must be one line of at most 80 characters.")
	}
	p.Text = strings.TrimRight(strings.ReplaceAll(p.Text, "\r\n", "\n"), " \t\n")
	switch {
	case strings.TrimSpace(p.Text) == "":
		return p, Errorf(Invalid, "The phrase has no text.")
	case len(p.Text) > MaxPhrase:
		return p, Errorf(TooLarge, "The text is longer than the limit of %d kB.", MaxPhrase>>10)
	case !utf8.ValidString(p.Text) || strings.ContainsFunc(p.Text, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }):
		return p, Errorf(Invalid, "The text holds characters that a note cannot have.")
	}
	_, err := Fields(p.Text)
	return p, err
}

// checkTrigger: two characters at least, or words typed by chance would expand.
func checkTrigger(s string) error {
	n := utf8.RuneCountInString(s)
	if n < 2 || n > MaxTrigger {
		return Errorf(Invalid, "What is typed for a phrase must have 2 to %d characters.", MaxTrigger)
	}
	for _, r := range s {
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) || r == '[' || r == ']' {
			return Errorf(Invalid, "What is typed for a phrase can have letters, digits and signs, but no spaces or brackets.")
		}
	}
	if strings.Trim(s, "_") == "" {
		return Errorf(Invalid, "Underlines alone are blanks; choose something else to type for the phrase.")
	}
	return nil
}

// PhraseField is a place in a phrase's text to be typed over.
type PhraseField struct {
	Name    string
	Choices []string // none: anything may be typed
}

// Fields reads the fields of a phrase's text, in their order. Brackets that hold
// none, as in "[ ]", are text.
func Fields(text string) ([]PhraseField, error) {
	var all []PhraseField
	for rest := text; ; {
		_, after, found := strings.Cut(rest, "[")
		if !found {
			return all, nil
		}
		inner, behind, closed := strings.Cut(after, "]")
		if !closed {
			return all, nil
		}
		if i := strings.LastIndexByte(inner, '['); i >= 0 {
			inner = inner[i+1:]
		}
		rest = behind
		if strings.TrimSpace(inner) == "" || strings.Contains(inner, "\n") || utf8.RuneCountInString(inner) > maxFieldName {
			continue
		}
		f := PhraseField{Name: strings.TrimSpace(inner)}
		if name, list, ok := strings.Cut(inner, ":"); ok && strings.Contains(list, "|") {
			f.Name = strings.TrimSpace(name)
			for _, c := range strings.Split(list, "|") {
				if c = strings.TrimSpace(c); c == "" {
					return nil, Errorf(Invalid, "The field “%s” has an empty value to choose.", f.Name)
				}
				f.Choices = append(f.Choices, c)
			}
			if len(f.Choices) > 9 {
				return nil, Errorf(Invalid, "The field “%s” has more than 9 values to choose from.", f.Name)
			}
		}
		if all = append(all, f); len(all) > maxFields {
			return nil, Errorf(Invalid, "The phrase has more than %d fields.", maxFields)
		}
	}
}
