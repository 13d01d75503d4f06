package transcript

import "strings"

// Blanks finds the blanks in a text: runs of at least as many underscores as
// [BlankText] has. words are those of this text or of an older version of it;
// a blank's place in the sound follows from the words around it. Marks come in
// the order of the text.
func Blanks(text string, words []Word) []Mark {
	if !strings.Contains(text, BlankText) {
		return nil
	}
	var marks []Mark
	times := Retime(words, text)
	for i, t := range Tokens(text) {
		for at := 0; at < len(t.Text); {
			from := strings.Index(t.Text[at:], BlankText)
			if from < 0 {
				break
			}
			from += at
			at = from + len(BlankText)
			for at < len(t.Text) && t.Text[at] == BlankText[0] {
				at++
			}
			marks = append(marks, Mark{
				Kind:    Blank,
				Offset:  t.Offset + from,
				Length:  at - from,
				AudioMS: times[i].StartMS,
				Reason:  "not understood",
			})
		}
	}
	return marks
}
