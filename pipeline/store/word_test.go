package store_test

import (
	"slices"
	"testing"

	"dictation/pipeline"
)

func TestSiteWords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, w := range []string{"Zibrotakin", "abc", "zz’s", "abc", "éclair", "{"} {
		if _, err := b.AddWord(t.Context(), b.author, w); (err != nil) != (w == "{") {
			t.Errorf("%s: %v", w, err)
		}
	}
	words := func(letter byte) (out []string) {
		t.Helper()
		list, err := b.SiteWords(t.Context(), letter)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range list {
			out = append(out, w.Word)
		}
		return out
	}
	if got := words('z'); !slices.Equal(got, []string{"zibrotakin", "zz's"}) {
		t.Errorf("with z: %q", got)
	}
	if got := words(0); !slices.Equal(got, []string{"éclair", "zz's", "abc", "zibrotakin"}) {
		t.Errorf("newest first: %q", got)
	}
	known, err := b.KnownWords(t.Context(), []string{"abc", "abd"})
	if n, _ := b.CountWords(t.Context()); err != nil || n != 4 || !slices.Equal(known, []string{"abc"}) {
		t.Errorf("%d, %q, %v", n, known, err)
	}
	if err := b.RemoveWord(t.Context(), b.author, "abc"); err != nil {
		t.Error(err)
	}
	if err := b.RemoveWord(t.Context(), b.author, "abc"); pipeline.KindOf(err) != pipeline.NotFound {
		t.Errorf("removed twice: %v", err)
	}
	for query, index := range map[string]string{
		"select word from site_words where word >= 'a' and word < 'b' order by word": "site_words_pkey",
		"select word from site_words where word = any('{a,b}')":                      "site_words_pkey",
		"select word from site_words order by added_at desc, word limit 200":         "site_words_added",
	} {
		if !b.plan(t, query)[index] {
			t.Errorf("%s goes without %s", query, index)
		}
	}
}
