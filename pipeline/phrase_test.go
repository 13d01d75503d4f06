package pipeline

import (
	"reflect"
	"strings"
	"testing"
)

func TestPhraseCheck(t *testing.T) {
	t.Parallel()
	good := Phrase{Kind: Expander, Trigger: " SOB ", Text: "shortness of breath \r\n"}
	got, err := good.Check()
	if err != nil || got.Trigger != "sob" || got.Text != "shortness of breath" {
		t.Errorf("%+v, %v", got, err)
	}
	with := func(change func(*Phrase)) Phrase {
		p := good
		change(&p)
		return p
	}
	for why, p := range map[string]Phrase{
		"an expander, a normal or": with(func(p *Phrase) { p.Kind = "macro" }),
		"2 to 24 characters":       with(func(p *Phrase) { p.Trigger = "s" }),
		"no spaces":                with(func(p *Phrase) { p.Trigger = "s b" }),
		"or brackets":              with(func(p *Phrase) { p.Trigger = "[s]" }),
		"Underlines":               with(func(p *Phrase) { p.Trigger = "___" }),
		"no text":                  with(func(p *Phrase) { p.Text = " \n" }),
		"longer than":              with(func(p *Phrase) { p.Text = strings.Repeat("a", MaxPhrase+1) }),
		"cannot have":              with(func(p *Phrase) { p.Text = "a\x00b" }),
		"no such worktype":         with(func(p *Phrase) { p.Worktype = "poem" }),
		"needs a worktype":         with(func(p *Phrase) { p.Kind = Template }),
		"one line":                 with(func(p *Phrase) { p.Title = "a\nb" }),
		"empty value":              with(func(p *Phrase) { p.Text = "[side: left|]" }),
		"more than 9 values":       with(func(p *Phrase) { p.Text = "[n: 0|1|2|3|4|5|6|7|8|9]" }),
		"more than 60 fields":      with(func(p *Phrase) { p.Text = strings.Repeat("[a]", 61) }),
	} {
		if _, err := p.Check(); err == nil || !strings.Contains(Sentence(err), why) {
			t.Errorf("%+v: %v, want %q", p, err, why)
		}
	}
	template := Phrase{Kind: Template, Worktype: Consultation, Text: "HISTORY:\n[history]"}
	if _, err := template.Check(); err != nil {
		t.Errorf("a template without anything to type for it: %v", err)
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]PhraseField{
		"no fields":                  nil,
		"[ ] a checkbox, [] and [":   nil,
		"[dose] mg [ how often ]":    {{Name: "dose"}, {Name: "how often"}},
		"the [side: left | right]":   {{Name: "side", Choices: []string{"left", "right"}}},
		"[at 10:30] is no choice":    {{Name: "at 10:30"}},
		"[a [b] c]":                  {{Name: "b"}},
		"[not\nfield] [field]":       {{Name: "field"}},
		strings.Repeat("x", 3) + "]": nil,
	} {
		if got, err := Fields(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func FuzzPhrase(f *testing.F) {
	f.Add("sob", "shortness of breath")
	f.Add("nl", "[a: b|c] [[d]] ]")
	f.Add("ǅ", "\xff[")
	f.Fuzz(func(t *testing.T, trigger, text string) {
		p, err := Phrase{Kind: Normal, Trigger: trigger, Text: text}.Check()
		if err != nil {
			if k := KindOf(err); k != Invalid && k != TooLarge {
				t.Error(err)
			}
			return
		}
		if again, err := p.Check(); err != nil || again != p {
			t.Errorf("%+v became %+v, %v", p, again, err)
		}
	})
}
