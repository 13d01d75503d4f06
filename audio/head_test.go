package audio

import (
	"bytes"
	"testing"
)

func TestCanonicalHead(t *testing.T) {
	t.Parallel()
	whole := canonicalOf(t, 700)
	head, err := CanonicalHead(700)
	if err != nil || !bytes.Equal(head, whole[:canonicalHeader]) {
		t.Errorf("% x, want % x, %v", head, whole[:canonicalHeader], err)
	}
	for _, n := range []int64{-1, maxCanonical + 1} {
		if _, err := CanonicalHead(n); err == nil {
			t.Errorf("%d samples have a header", n)
		}
	}
}
