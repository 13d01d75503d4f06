package transcript

import "strings"

// Signal is something the author asked for by voice that is not text: urgency,
// a copy, the end. It is a proposal to the system around, which decides.
type Signal struct {
	Kind       Action // Stat, CopyTo, NextPatient or EndOfText
	First, End int    // the words [First:End) that said it
	Text       string // those words; for CopyTo who is to have the copy: "doctor jones"
}

const (
	statEdge = 40 // words from the start or end of a dictation in which STAT is looked for
	tailMax  = 25 // words after the end of a dictation that are left out; more are a text
	nameMax  = 6  // words of a copy's addressee
)

// heed finds the signals among the items, and takes out what was said after the
// end of a dictation.
func heed(items []item) []Signal {
	cutTails(items)
	var signals []Signal
	for i, it := range items {
		kind, n := it.signal, it.signalWords
		if it.cmd != nil && (it.cmd.Does == NextPatient || it.cmd.Does == EndOfText) {
			kind, n = it.cmd.Does, 1
		}
		again := len(signals) > 0 && it.first < signals[len(signals)-1].End
		if kind == "" || again || it.gone || it.after || kind == Stat && !atEdge(items, i) {
			continue
		}
		s := Signal{Kind: kind, First: it.first, End: items[min(i+n, len(items))-1].end}
		if kind == CopyTo {
			s.End, s.Text = addressee(items, i, n)
		} else if it.cmd != nil {
			s.Text = it.cmd.Say
		} else {
			s.Text = joined(items[i:min(i+n, len(items))])
		}
		signals = append(signals, s)
	}
	return signals
}

func joined(items []item) string {
	var words []string
	for _, it := range items {
		if it.word() {
			words = append(words, it.text)
		} else if it.cmd != nil && it.cmd.Write == "," && len(words) > 0 {
			words[len(words)-1] += ","
		}
	}
	return strings.Join(words, " ")
}

// cutTails marks the few words after the end of a dictation, up to the next
// patient. If many follow, the author went on.
func cutTails(items []item) {
	for i, it := range items {
		if !it.does(EndOfText) || !it.live() {
			continue
		}
		end, words := i+1, 0
		for end < len(items) && !items[end].does(NextPatient) {
			if items[end].word() {
				words++
			}
			end++
		}
		if words > tailMax {
			continue
		}
		for k := i + 1; k < end; k++ {
			if items[k].live() {
				items[k].after = true
			}
		}
	}
}

// atEdge reports whether item i is near the start or end of its dictation.
func atEdge(items []item, i int) bool {
	return fromEdge(items[:i], -1) || fromEdge(items[i:], 1)
}

// fromEdge walks over the items, backwards for step -1.
func fromEdge(items []item, step int) bool {
	k, words := 0, 0
	if step < 0 {
		k = len(items) - 1
	}
	for ; k >= 0 && k < len(items) && words <= statEdge; k += step {
		if items[k].does(NextPatient) || items[k].does(EndOfText) {
			return true
		}
		if items[k].word() {
			words++
		}
	}
	return words <= statEdge
}

// addressee gives the end of a request for a copy that begins at item i with n
// words, of which the last is a title, and whom it names.
func addressee(items []item, i, n int) (end int, name string) {
	n = min(n, len(items)-i)
	from, k := i+n-1, i+n
	title := strings.ToLower(items[from].text)
	for words := 0; k < len(items); k++ {
		if another(items, k, title) {
			words = -1
		} else if !items[k].word() || words == nameMax {
			break
		}
		if words++; trailing(items[k].text) == "." {
			k++
			break
		}
	}
	return items[k-1].end, joined(items[from:k])
}

// another reports whether item k is the comma before one more addressee.
func another(items []item, k int, title string) bool {
	return items[k].cmd != nil && items[k].cmd.Write == "," && k+1 < len(items) &&
		items[k+1].word() && strings.ToLower(items[k+1].text) == title
}
