package spelling

import (
	"context"
	"slices"
	"sync"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// Limits of the check.
const (
	MaxWords      = 2000 // words of one question
	maxSuggested  = 100  // unknown words of one answer that get suggestions
	suggestions   = 3
	notesRead     = 2000 // newest signed notes that words are known from
	inNotes       = 2    // of which so many must have a word
	learnedForNow = time.Hour
)

// Checker knows a site's words. It is safe for concurrent use.
type Checker struct {
	store *store.Store
	base  func() *List
	now   func() time.Time

	mu      sync.Mutex
	learned map[string]bool // words of several signed notes
	until   time.Time       // when they are read again
}

// New makes a checker. base is asked when the first word is looked up; it should
// make its list once.
func New(s *store.Store, base func() *List, now func() time.Time) *Checker {
	return &Checker{store: s, base: base, now: now}
}

// Unknown is a word that is on no list.
type Unknown struct {
	Word        string
	Suggestions []string // what may have been meant, the likeliest first
}

// Unknown gives those of some words that are on no list, each once, in their
// order. Invalid when there are too many, or one is too long.
func (c *Checker) Unknown(ctx context.Context, words []string) ([]Unknown, error) {
	if len(words) > MaxWords {
		return nil, pipeline.Errorf(pipeline.Invalid, "At most %d words can be looked up at once.", MaxWords)
	}
	base := c.base()
	var left []string
	seen := make(map[string]bool, len(words))
	for _, w := range words {
		if len([]rune(w)) > MaxWord {
			return nil, pipeline.Errorf(pipeline.Invalid, "A word can have at most %d characters.", MaxWord)
		}
		if !seen[w] && Checked(w) && !base.Has(w) {
			left = append(left, w)
		}
		seen[w] = true
	}
	if len(left) == 0 {
		return nil, nil
	}
	site, err := c.site(ctx, left)
	if err != nil {
		return nil, err
	}
	learned, err := c.fromNotes(ctx)
	if err != nil {
		return nil, err
	}
	var out []Unknown
	for _, w := range left {
		if site[Fold(w)] || site[singular(w)] || learned[Fold(w)] || learned[singular(w)] {
			continue
		}
		u := Unknown{Word: w}
		if len(out) < maxSuggested {
			u.Suggestions = base.Near(w, suggestions)
		}
		out = append(out, u)
	}
	return out, nil
}

// singular is a word without the ending that makes it a possessive.
func singular(w string) string {
	w = Fold(w)
	if n := len(w) - len("'s"); n > 0 && w[n:] == "'s" {
		return w[:n]
	}
	return w
}

// site asks the site's list, which may have changed a moment ago.
func (c *Checker) site(ctx context.Context, words []string) (map[string]bool, error) {
	ask := make([]string, 0, len(words))
	for _, w := range words {
		ask = append(ask, Fold(w), singular(w))
	}
	slices.Sort(ask)
	found, err := c.store.KnownWords(ctx, slices.Compact(ask))
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(found))
	for _, w := range found {
		known[w] = true
	}
	return known, nil
}

// fromNotes are the words of several signed notes, read anew every hour. One that
// is a single slip away from a listed word stays unknown: the same slip happens in
// several notes.
func (c *Checker) fromNotes(ctx context.Context) (map[string]bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Before(c.until) {
		return c.learned, nil
	}
	base := c.base()
	notes := make(map[string]int)
	err := c.store.NoteTexts(ctx, notesRead, func(text string) {
		in := make(map[string]bool)
		for _, w := range Words(text) {
			if f := Fold(w); !in[f] && len(f) <= MaxWord {
				in[f] = true
				notes[f]++
			}
		}
	})
	if err != nil {
		return nil, err
	}
	c.learned = make(map[string]bool)
	for w, n := range notes {
		if n >= inNotes && !base.Has(w) && len(base.near(w, 1, 1)) == 0 {
			c.learned[w] = true
		}
	}
	c.until = c.now().Add(learnedForNow)
	return c.learned, nil
}
