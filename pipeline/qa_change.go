package pipeline

import (
	"strings"
	"unicode"

	"dictation/transcript"
)

// Change is a stretch of two versions of a text: kept, or changed with the
// words before and after.
type Change struct {
	Kept    string
	Was     string
	Now     string
	Before  string // of a change: some kept words before it
	After   string // and behind it
	AudioMS int64  // where it is heard
	Timed   bool   // AudioMS is known
}

// Changed reports whether the stretch is a change.
func (c Change) Changed() bool { return c.Was != "" || c.Now != "" }

// Compare gives the changes from one version of a text to another by words, with
// the place of each in the sound. draft is what both were made of; one without
// words gives no times.
func Compare(draft transcript.Draft, was, now string) []Change {
	old, young := placed(draft, was), placed(draft, now)
	var out []Change
	oldAt, newAt := 0, 0
	for _, seg := range transcript.Diff(was, now) {
		switch seg.Op {
		case transcript.Equal:
			out = append(out, Change{Kept: seg.Text})
			oldAt += len(seg.Text)
			newAt += len(seg.Text)
		case transcript.Deleted:
			c := Change{Was: seg.Text}
			c.AudioMS, c.Timed = old.at(oldAt)
			out = append(out, c)
			oldAt += len(seg.Text)
		case transcript.Inserted:
			// A deleted segment just before it is what it stands for.
			if n := len(out); n > 0 && out[n-1].Was != "" && out[n-1].Now == "" {
				out[n-1].Now = seg.Text
			} else {
				c := Change{Now: seg.Text}
				c.AudioMS, c.Timed = young.at(newAt)
				out = append(out, c)
			}
			newAt += len(seg.Text)
		}
	}
	return out
}

// Changes are the changed stretches of Compare, with some words around each.
func Changes(draft transcript.Draft, was, now string) []Change {
	var out []Change
	all := Compare(draft, was, now)
	for i, c := range all {
		if !c.Changed() {
			continue
		}
		if i > 0 {
			c.Before = lastWords(all[i-1].Kept)
		}
		if i+1 < len(all) {
			c.After = firstWords(all[i+1].Kept)
		}
		out = append(out, c)
	}
	return out
}

// around is how many words of the text are shown beside a change.
const around = 4

func lastWords(s string) string {
	words := strings.Fields(s)
	return strings.Join(words[max(0, len(words)-around):], " ")
}

func firstWords(s string) string {
	words := strings.Fields(s)
	return strings.Join(words[:min(around, len(words))], " ")
}

// places knows when each token of a text was said.
type places struct {
	tokens []transcript.Token
	words  []transcript.Word
}

func placed(draft transcript.Draft, text string) places {
	if len(draft.Words) == 0 {
		return places{}
	}
	return places{transcript.Tokens(text), draft.Timed(text)}
}

// at gives the time of the token at or after a byte offset.
func (p places) at(offset int) (ms int64, ok bool) {
	for i, tok := range p.tokens {
		if tok.Offset+len(tok.Text) > offset {
			return p.words[i].StartMS, true
		}
	}
	if n := len(p.words); n > 0 {
		return p.words[n-1].StartMS, true
	}
	return 0, false
}

// ProposeMark says what kind of error a change most likely mends; ok is false
// where it mends none, as a blank that was filled in. A person decides.
func ProposeMark(c Change) (t MarkType, ok bool) {
	was, now := strings.TrimSpace(c.Was), strings.TrimSpace(c.Now)
	key := ""
	switch a, b := letters(was), letters(now); {
	case strings.Contains(was, transcript.BlankText) || was == now:
		return MarkType{}, false
	case a == b:
		key = "punctuation"
	case len(transcript.Criticals(was)) > 0 || len(transcript.Criticals(now)) > 0:
		key = "terminology"
		if a == "" || b == "" {
			key = "omission"
		}
	case a != "" && b != "" && near(a, b):
		key = "misspelling"
	default:
		key = "verbiage"
	}
	t, err := ParseMarkType(key)
	return t, err == nil
}

// letters is a text as far as it is letters and figures, in lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// near reports whether two words are a slip of the fingers apart: the same up to
// two letters in the middle.
func near(a, b string) bool {
	x, y := []rune(a), []rune(b)
	i := 0
	for i < len(x) && i < len(y) && x[i] == y[i] {
		i++
	}
	j := 0
	for j < len(x)-i && j < len(y)-i && x[len(x)-1-j] == y[len(y)-1-j] {
		j++
	}
	return max(len(x), len(y)) > 3 && max(len(x), len(y))-i-j <= 2
}
