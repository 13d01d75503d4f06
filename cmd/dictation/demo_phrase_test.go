package main

import (
	"testing"

	"dictation/deploy/seed"
	"dictation/pipeline"
)

// TestSeedPhrases: the made-up site's phrases can be kept as they are.
func TestSeedPhrases(t *testing.T) {
	t.Parallel()
	for _, p := range seed.Phrases() {
		want := pipeline.Phrase{Kind: pipeline.PhraseKind(p.Kind), Worktype: pipeline.Worktype(p.Worktype), Trigger: p.Trigger, Title: p.Title, Text: p.Text}
		if got, err := want.Check(); err != nil || got != want {
			t.Errorf("%+v became %+v, %v", want, got, err)
		}
	}
}
