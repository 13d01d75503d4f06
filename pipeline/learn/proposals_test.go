package learn

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestKeptPairs(t *testing.T) {
	t.Parallel()
	s := NewShelf(filepath.Join(t.TempDir(), "models"))
	if none, err := s.Pairs(); err != nil || none != nil {
		t.Errorf("before anything was learned: %v, %v", none, err)
	}
	for _, want := range [][]Pair{{{Heard: "hyper cabinet", Signed: "hypercapnic", Times: 5, Notes: []string{"a"}, Authors: 1}}, nil} {
		if err := s.SavePairs(want); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Pairs(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("kept %v, got %v, %v", want, got, err)
		}
	}
	left, err := os.ReadDir(s.Dir())
	if err != nil || len(left) != 1 {
		t.Errorf("files %v, %v", left, err)
	}
}
