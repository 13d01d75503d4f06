package store_test

import (
	"reflect"
	"testing"

	"dictation/pipeline"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	me := b.author.ID
	got, err := b.Settings(t.Context(), me)
	if err != nil || !reflect.DeepEqual(got, pipeline.DefaultSettings()) {
		t.Errorf("without any: %+v, %v", got, err)
	}
	set := pipeline.DefaultSettings()
	set.Preset, set.RewindMS, set.Keys = pipeline.ExpressScribe, 0, pipeline.Keymap{"loop": {"ctrl+k"}}
	kept, err := b.SaveSettings(t.Context(), b.author, me, set)
	if err != nil || kept.Keys["loop"][0] != "Ctrl+K" {
		t.Fatalf("%+v, %v", kept, err)
	}
	if got, err = b.Settings(t.Context(), me); err != nil || !reflect.DeepEqual(got, kept) {
		t.Errorf("kept %+v, read %+v, %v", kept, got, err)
	}
	set.Keys["loop"] = []pipeline.Key{"Tab"}
	_, err = b.SaveSettings(t.Context(), b.author, me, set)
	wantKind(t, err, pipeline.Invalid)
	if got, err = b.Settings(t.Context(), me); err != nil || !reflect.DeepEqual(got, kept) {
		t.Errorf("after a refusal %+v, %v", got, err)
	}
	entries, err := b.Audit(t.Context(), "", 0, 100)
	n := 0
	for _, e := range entries {
		if e.Action == "settings.saved" && e.Actor == me {
			n++
		}
	}
	if err != nil || n != 1 {
		t.Errorf("%d entries of what was saved, %v", n, err)
	}
}
