package transcript

import (
	"slices"
	"strings"
)

// Words gives every token of the formatted text its time: that of the spoken
// words it was made of, and the lowest of their confidences. A token that is
// only a mark has the time of the command that wrote it. spoken are the words
// that were formatted; the result has one Word for each of Tokens(f.Text).
func (f Formatted) Words(spoken []Word) []Word {
	tokens := Tokens(f.Text)
	words := make([]Word, len(tokens))
	next := 0 // first place that can touch the token
	for i, t := range tokens {
		end := t.Offset + len(t.Text)
		for next < len(f.Places) && f.Places[next].Offset+f.Places[next].Length <= t.Offset {
			next++
		}
		var heard, command []Word
		for p := next; p < len(f.Places) && f.Places[p].Offset < end; p++ {
			switch {
			case f.Places[p].Length == 0:
			case f.Places[p].Fate == Written || f.Places[p].Fate == Converted:
				heard = append(heard, spoken[p])
			default:
				command = append(command, spoken[p])
			}
		}
		if len(heard) == 0 {
			heard = command
		}
		words[i] = joinWords(t.Text, heard)
	}
	return words
}

// joinWords makes one word of several that were heard one after the other.
func joinWords(text string, heard []Word) Word {
	w := heard[0]
	w.Text, w.EndMS = text, heard[len(heard)-1].EndMS
	for _, h := range heard[1:] {
		w.Estimated = w.Estimated || h.Estimated
		if w.Confidence != nil && (h.Confidence == nil || *h.Confidence < *w.Confidence) {
			w.Confidence = h.Confidence
		}
	}
	return w
}

// Timed gives every token of a text its time, where the text is the draft's own
// or one that people made of it. It goes by way of the formatted draft, so that
// what was said again after "scratch that" has the time of the second saying.
func (d Draft) Timed(text string) []Word { return english.Timed(d, text) }

// Timed is [Draft.Timed] for a draft that this formatter made.
func (fm *Formatter) Timed(d Draft, text string) []Word {
	f := fm.Format(d.Words)
	if f.Text != d.Text { // formatted by other rules than today's
		return Retime(d.Words, text)
	}
	words := f.Words(d.Words)
	if text == d.Text {
		return words
	}
	return Retime(words, text)
}

// Marks asks a person to look where words were left out of the text: taken back
// by "scratch that", or said after the end of the dictation; and where the
// author went on after it. spoken are the words that were formatted.
func (f Formatted) Marks(spoken []Word) []Mark {
	var marks []Mark
	add := func(runs []Scratch, reason string) {
		for _, s := range runs {
			said := make([]string, 0, s.End-s.First)
			for _, w := range spoken[s.First:s.End] {
				said = append(said, w.Text)
			}
			marks = append(marks, Mark{
				Kind:    QAMark,
				Offset:  s.Offset,
				AudioMS: spoken[s.First].StartMS,
				Reason:  reason + strings.Join(said, " "),
			})
		}
	}
	add(f.Scratches, "taken back by voice: ")
	add(f.Tails, "said after the end of the dictation: ")
	for _, s := range f.Signals {
		if s.Kind == EndOfText && s.End < len(f.Places) && !f.left(s.End) {
			marks = append(marks, Mark{
				Kind:    QAMark,
				Offset:  f.Places[s.First].Offset,
				AudioMS: spoken[s.First].StartMS,
				Reason:  "the author went on after \"" + s.Text + "\"",
			})
		}
	}
	slices.SortStableFunc(marks, func(a, b Mark) int { return a.Offset - b.Offset })
	return marks
}

// left reports whether the words from i on were left out, or belong to the next
// patient.
func (f Formatted) left(i int) bool {
	for _, s := range f.Signals {
		if s.Kind == NextPatient && s.First <= i && i < s.End {
			return true
		}
	}
	return f.Places[i].Fate == Trailing
}
