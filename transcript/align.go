package transcript

// Retime gives every token of newText its time, from an older text's words.
// A word that is still there keeps its time and confidence, whatever became of
// its case and punctuation. Words typed in its place, or between two words,
// share the time there by their length and are marked Estimated, without
// confidence. The result has one Word for each of Tokens(newText), in order.
func Retime(old []Word, newText string) []Word {
	tokens := Tokens(newText)
	a, b := make([]string, len(old)), make([]string, len(tokens))
	for i, w := range old {
		a[i] = key(w.Text)
	}
	for i, t := range tokens {
		b[i] = key(t.Text)
	}
	words := make([]Word, 0, len(tokens))
	var i, gone int // next old word; deleted ones just before it
	var typed []Token
	settle := func() {
		words = append(words, retype(old, i-gone, i, typed)...)
		gone, typed = 0, nil
	}
	for _, o := range script(a, b) {
		switch o.kind {
		case Deleted:
			i, gone = i+o.n, gone+o.n
		case Inserted:
			n := len(words) + len(typed)
			typed = append(typed, tokens[n:n+o.n]...)
		case Equal:
			settle()
			for range o.n {
				w := old[i]
				w.Text = tokens[len(words)].Text
				words = append(words, w)
				i++
			}
		}
	}
	settle()
	return words
}

// retype gives typed tokens, which stand in place of old[i:j], their times. One
// for one they take over the times of the words they replace.
func retype(old []Word, i, j int, typed []Token) []Word {
	if len(typed) != j-i {
		from, to := room(old, i, j)
		return estimate(typed, from, to)
	}
	words := make([]Word, len(typed))
	for k, t := range typed {
		words[k] = Word{Text: t.Text, StartMS: old[i+k].StartMS, EndMS: old[i+k].EndMS, Estimated: true}
	}
	return words
}

// room is the time that old[i:j] took, or when there are none the pause
// between the neighbours.
func room(old []Word, i, j int) (from, to int64) {
	if i > 0 {
		from = old[i-1].EndMS
	}
	to = from
	if i < j {
		from, to = old[i].StartMS, old[j-1].EndMS
	}
	if j < len(old) && (i == j || to > old[j].StartMS) {
		to = old[j].StartMS
	}
	return from, max(from, to)
}

// estimate spreads typed words over a stretch of time by their length.
func estimate(typed []Token, from, to int64) []Word {
	var total, before int64
	for _, t := range typed {
		total += int64(len(t.Text))
	}
	words := make([]Word, len(typed))
	for i, t := range typed {
		n := int64(len(t.Text))
		words[i] = Word{
			Text:      t.Text,
			StartMS:   from + (to-from)*before/total,
			EndMS:     from + (to-from)*(before+n)/total,
			Estimated: true,
		}
		before += n
	}
	return words
}
