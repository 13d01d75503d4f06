package transcript

import (
	"slices"
	"strconv"
	"testing"
)

// More different words than there are runes below the surrogates.
func TestScriptOfManyDifferentWords(t *testing.T) {
	t.Parallel()
	const n = 70_000
	a := make([]string, n)
	for i := range a {
		a[i] = strconv.Itoa(i)
	}
	b := slices.Clone(a)
	b[60_000] = "other"
	want := []op{{Equal, 60_000}, {Deleted, 1}, {Inserted, 1}, {Equal, n - 60_001}}
	if got := script(a, b); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
