package learn

import (
	"context"
	"iter"
	"slices"
	"strings"

	"dictation/transcript"
	"dictation/transcript/ngram"
	"dictation/transcript/spoken"
)

// heldText is one in how many notes is held back to weigh base against notes.
const heldText = 10

// counted is the texts, counted.
type counted struct {
	base  *ngram.Counter
	most  *ngram.Counter // the notes, without those held back
	all   *ngram.Counter // all notes
	held  [][]string     // sentences held back
	notes int
	glue  phrases
}

func count(ctx context.Context, t Texts) (counted, error) {
	c := counted{base: ngram.NewCounter(), most: ngram.NewCounter(), all: ngram.NewCounter(), glue: commandPhrases()}
	if t.Base != nil {
		if err := c.passages(ctx, t.Base); err != nil {
			return c, err
		}
	}
	if t.Notes != nil {
		for note := range t.Notes {
			if err := ctx.Err(); err != nil {
				return c, err
			}
			c.note(note)
		}
	}
	return c, nil
}

// oneAuthor is how many words of the base are taken as one dictation.
const oneAuthor = 300

// passages counts the base. One passage follows another as in a dictation: what
// is said across their border, as "period new paragraph", counts too.
func (c *counted) passages(ctx context.Context, base iter.Seq[string]) error {
	var words []string
	flush := func() {
		for s := range spoken.Utterances(spoken.Letters(words)) {
			c.base.Add(c.glue.join(s))
		}
		words = words[:0]
	}
	for passage := range base {
		if err := ctx.Err(); err != nil {
			return err
		}
		words = append(words, strings.Fields(passage)...)
		if len(words) >= oneAuthor {
			flush()
		}
	}
	flush()
	return nil
}

func (c *counted) note(note string) {
	held := c.notes%heldText == heldText-1
	c.notes++
	for s := range spoken.Sentences(note) {
		s = c.glue.join(s)
		c.all.Add(s)
		if held {
			c.held = append(c.held, s)
		} else {
			c.most.Add(s)
		}
	}
}

// bigText is how many words make a text so large that what stands in it only
// once is rather a slip of the pen than a word to listen for.
const bigText = 400_000

func rarest(c *ngram.Counter) int {
	if c.Words() > bigText {
		return 2
	}
	return 1
}

// words lists all that may come into the vocabulary.
func (c counted) words() []string {
	words := append(needed(commandNames()), c.glue.words()...)
	for _, n := range []*ngram.Counter{c.base, c.all} {
		for w, seen := range n.Vocabulary() {
			if seen >= rarest(n) {
				words = append(words, w)
			}
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func commandNames() []string {
	var names []string
	for _, c := range transcript.EnglishCommands() {
		names = append(names, c.Say)
	}
	return names
}

// estimate makes the language model, without words that nobody can say.
func (c counted) estimate(unheard []string) (*ngram.Model, Manifest, error) {
	m := Manifest{BaseWords: c.base.Words(), Notes: c.notes, NoteWords: c.all.Words()}
	model := func(of *ngram.Counter) (*ngram.Model, error) {
		return of.Estimate(ngram.Options{MinWord: rarest(of), Vocabulary: append(needed(commandNames()), c.glue.words()...), Without: unheard})
	}
	lm, err := c.join(model, &m)
	if err != nil {
		return nil, m, err
	}
	m.Vocabulary, m.Bigrams, m.Trigrams = lm.Size()
	return lm, m, nil
}

type estimator func(*ngram.Counter) (*ngram.Model, error)

// join makes one model of base and notes. How much of each is found on the
// notes held back, with a model of the others.
func (c counted) join(model estimator, m *Manifest) (*ngram.Model, error) {
	if c.all.Words() == 0 {
		return model(c.base)
	}
	if c.most.Words() == 0 || c.base.Words() == 0 {
		m.NoteShare = 1
		return model(c.all)
	}
	base, err := model(c.base)
	if err != nil {
		return nil, err
	}
	most, err := model(c.most)
	if err != nil {
		return nil, err
	}
	m.NoteShare = 0.5
	if len(c.held) > 0 {
		m.NoteShare = ngram.Weight(most, base, slices.Values(c.held))
	}
	if err := c.judge(most, base, m); err != nil {
		return nil, err
	}
	all, err := model(c.all)
	if err != nil {
		return nil, err
	}
	return ngram.Mix(all, base, m.NoteShare)
}

// judge measures on the text held back.
func (c counted) judge(most, base *ngram.Model, m *Manifest) error {
	mixed, err := ngram.Mix(most, base, m.NoteShare)
	if err != nil {
		return err
	}
	fit := mixed.Fit(slices.Values(c.held))
	if fit.Words > 0 {
		m.Perplexity = fit.Perplexity()
		m.Strange = float64(fit.Unknown) / float64(fit.Words)
	}
	return nil
}
