package corpus

import (
	"iter"
	"strings"
)

// Note is one complete made-up note.
type Note struct {
	Worktype string   // as pipeline.Worktype spells it: "operative-report"
	Title    string   // what it is about: "Laparoscopic cholecystectomy"
	Written  string   // as a transcriptionist types it; paragraphs part by an empty line
	Spoken   []string // as it is dictated, one string for each paragraph
}

// Notes gives n notes. They run through the note scripts in a shuffled order,
// so each kind comes before any repeats; persons, findings and figures differ.
func Notes(seed uint64, n int) iter.Seq[Note] {
	return func(yield func(Note) bool) {
		t := newTeller(mustLoad(), seed)
		scripts := newDeck(len(t.g.scripts), t.rng)
		for range n {
			if !yield(t.note(t.g.scripts[scripts.deal(t.rng)])) {
				return
			}
		}
	}
}

func (t *teller) note(s *script) Note {
	t.meet(s.who)
	speak := &speaker{t.rng, t.commas}
	n := Note{Worktype: s.worktype, Title: s.title}
	var typed []string
	for i, l := range s.lines {
		text := articles(t.fill(l.text))
		said := speak.say(text)
		text = written(text)
		if l.heading != "" {
			said = append(strings.Fields(spokenHeading(l.heading)), append([]string{"colon"}, said...)...)
			text = strings.TrimSpace(l.heading + ": " + text)
		}
		if i > 0 {
			said = append(strings.Fields(t.pause(text)), said...)
		}
		typed = append(typed, text)
		n.Spoken = append(n.Spoken, strings.Join(said, " "))
	}
	n.Written = strings.Join(typed, "\n\n")
	return n
}

// pause is how an author asks for the next paragraph.
func (t *teller) pause(text string) string {
	if first, _, _ := strings.Cut(text, " "); listMark.MatchString(first) {
		return pick(t.rng, "", "next line", "new line")
	}
	return pick(t.rng, "new paragraph", "new paragraph", "new paragraph", "next paragraph")
}

func spokenHeading(h string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(h), func(r rune) bool { return r < 'a' || r > 'z' }), " ")
}
