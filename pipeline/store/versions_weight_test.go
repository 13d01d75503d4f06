package store_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
)

// TestVersionsOfALongText: listing the versions does not read their texts.
func TestVersionsOfALongText(t *testing.T) {
	b := setup(t) // not in parallel: it measures what is allocated
	d := b.drafted(t, pipeline.Routine)
	if _, err := b.ClaimReview(t.Context(), b.typist, d.ID, pipeline.Typing, time.Minute); err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("word ", 40_000) // 200 kB
	const many = 100
	for n := range many {
		if _, err := b.SaveText(t.Context(), b.typist, d.ID, n+1, text[n:], time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	list, err := b.VersionList(t.Context(), d.ID)
	runtime.ReadMemStats(&after)
	if err != nil || len(list) != many+1 || list[many].N != many+1 || list[many].Kind != pipeline.TypedVersion {
		t.Fatalf("%d versions, %v", len(list), err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > uint64(len(text)*many/4) {
		t.Errorf("listing %d versions of %d bytes took %d bytes of memory", many, len(text), took)
	}
}
