package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// sound is what decode made of ten seconds.
func sound() *pipeline.Sound {
	return &pipeline.Sound{Canonical: pipeline.Object{Key: "k", Size: 44 + 2*160_000}, DurationMS: 10_000}
}

// tape waits to be split.
func (b bench) tape(t *testing.T) pipeline.Dictation {
	t.Helper()
	d := b.fresh(pipeline.Routine)
	d.Several = true
	d, _, err := b.Receive(t.Context(), b.author, d, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return b.do(t, d, pipeline.Result{Sound: sound()})
}

// cut makes n parts of the recording.
func (b bench) cut(id string, n int) []store.NewPart {
	var parts []store.NewPart
	for i := range n {
		d := b.fresh(pipeline.Routine)
		d.Source, d.Part = "split", pipeline.Part{Of: id, From: int64(i) * 16000, To: int64(i+1) * 16000}
		parts = append(parts, store.NewPart{Dictation: d, Ref: fmt.Sprintf("split:%s:%d", id, i)})
	}
	return parts
}

// at fails the test unless the dictation is there.
func (b bench) at(t *testing.T, id string, want pipeline.Position, reason string) pipeline.Dictation {
	t.Helper()
	d, err := b.Dictation(t.Context(), id)
	if err != nil || d.Position != want || !strings.Contains(d.Reason, reason) {
		t.Errorf("it is at %s: %q, %v; want %s: %q", d.Position, d.Reason, err, want, reason)
	}
	return d
}

var (
	toTranscribe = pipeline.Position{Stage: pipeline.Transcribe, State: pipeline.Pending}
	waitsSplit   = pipeline.Position{Stage: pipeline.Transcribe, State: pipeline.Held}
	wasSplit     = pipeline.Position{Stage: pipeline.Transcribe, State: pipeline.Finished}
)

// What holds several dictations is not recognised before a person has looked.
func TestHeldBeforeRecognition(t *testing.T) {
	t.Parallel()
	b := setup(t)
	said := b.tape(t)
	b.at(t, said.ID, waitsSplit, pipeline.ForSplit)
	if !said.Several || !said.AwaitsSplit() || said.Version != 4 { // received, claimed, completed, held
		t.Errorf("%+v", said)
	}
	heard := sound()
	heard.Signals = 2
	b.at(t, b.do(t, b.receive(t, pipeline.STAT), pipeline.Result{Sound: heard}).ID, waitsSplit, pipeline.ForSplit)
	one := b.do(t, b.receive(t, pipeline.Routine), pipeline.Result{Sound: sound()})
	b.at(t, one.ID, toTranscribe, "")
	for range 2 {
		calls, err := b.Waiting(t.Context(), time.Now().Add(time.Hour), 10)
		if err != nil || len(calls) != 1 || calls[0].Dictation != one.ID {
			t.Errorf("rung for: %+v, %v", calls, err)
		}
	}
	b.whole(t)
}

func TestWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.tape(t)
	if _, err := b.Whole(t.Context(), b.author, d.ID); err != nil {
		t.Fatal(err)
	}
	b.at(t, d.ID, toTranscribe, "")
	_, err := b.Whole(t.Context(), b.author, d.ID)
	wantKind(t, err, pipeline.Conflict)
	// Somebody's own reason to stop is not lifted with it.
	if _, err := b.SetHold(t.Context(), b.other, d.ID, "The author asked for it."); err != nil {
		t.Fatal(err)
	}
	_, err = b.Whole(t.Context(), b.author, d.ID)
	wantKind(t, err, pipeline.Conflict)
	b.whole(t)
}

// A tape has no patient of its own: it goes as far as the split without one.
func TestTapeWithoutPatient(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.fresh(pipeline.Routine)
	d.Several, d.PatientID = true, ""
	d, _, err := b.Receive(t.Context(), b.author, d, "", "The file names no author we know.")
	if err != nil {
		t.Fatal(err)
	}
	if d, err = b.Unhold(t.Context(), b.other, d.ID); err != nil {
		t.Fatal(err)
	}
	d = b.do(t, d, pipeline.Result{Sound: sound()})
	b.at(t, d.ID, waitsSplit, pipeline.ForSplit)
	_, err = b.Whole(t.Context(), b.author, d.ID)
	wantKind(t, err, pipeline.Conflict)
	_, err = b.Unhold(t.Context(), b.author, d.ID)
	wantKind(t, err, pipeline.Conflict)
}

func TestSplit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.tape(t)
	parts := b.cut(d.ID, 3)
	parts[1].PatientID, parts[1].Hold = "", "Name the patient."
	made, again, err := b.Split(t.Context(), b.author, d.ID, parts)
	if err != nil || again || len(made) != 3 {
		t.Fatal(made, again, err)
	}
	parent := b.at(t, d.ID, wasSplit, "Split into 3 dictations: "+made[0].JobNumber)
	if parent.Original != d.Original || parent.Sound.Canonical != d.Sound.Canonical {
		t.Error("the recording's bytes were touched")
	}
	listed, err := b.Parts(t.Context(), d.ID)
	if err != nil || len(listed) != 3 {
		t.Fatal(listed, err)
	}
	for i, p := range listed {
		if p.Part != parts[i].Part || p.ID != parts[i].ID || p.Source != "split" || p.AuthorID != b.author.ID {
			t.Errorf("part %d: %+v", i, p)
		}
	}
	if listed[1].State != pipeline.Held || listed[1].Reason != "Name the patient." || listed[0].State != pipeline.Pending {
		t.Errorf("%s, %s", listed[0].Position, listed[1].Position)
	}
	n, err := b.Relay(t.Context(), 100, func(calls []pipeline.Call) error {
		for _, c := range calls {
			if c.Dictation == listed[1].ID || c.Stage != pipeline.Decode {
				return fmt.Errorf("rung for %+v", c)
			}
		}
		return nil
	})
	if err != nil || n != 3 { // two parts, and the tape when it came
		t.Errorf("%d rung, %v", n, err)
	}
	b.whole(t)
}

func TestSplitAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.tape(t)
	// Each request has put its own bytes under its own ids.
	results := make([][]pipeline.Dictation, 8)
	errs := race(len(results), func(i int) (err error) {
		results[i], _, err = b.Split(t.Context(), b.author, d.ID, b.cut(d.ID, 3))
		return err
	})
	if successes(errs) != len(errs) {
		t.Fatal(errs)
	}
	for _, r := range results {
		for i := range r {
			if r[i].ID != results[0][i].ID || len(r) != 3 {
				t.Errorf("the same request gave %s and %s", r[i].ID, results[0][i].ID)
			}
		}
	}
	_, _, err := b.Split(t.Context(), b.author, d.ID, b.cut(d.ID, 2))
	wantKind(t, err, pipeline.Conflict)
	other := b.cut(d.ID, 3)
	other[2].Ref += "for another patient"
	_, _, err = b.Split(t.Context(), b.author, d.ID, other)
	wantKind(t, err, pipeline.Conflict)
	if list, err := b.Parts(t.Context(), d.ID); len(list) != 3 || err != nil {
		t.Errorf("%d parts, %v", len(list), err)
	}
	b.whole(t)
}

// Whatever goes wrong, it is all or nothing.
func TestSplitIsWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.tape(t)
	parts := b.cut(d.ID, 3)
	parts[2].PatientID = uuid.NewString() // nobody
	if _, _, err := b.Split(t.Context(), b.author, d.ID, parts); err == nil {
		t.Fatal("a part of nobody was made")
	}
	b.at(t, d.ID, waitsSplit, pipeline.ForSplit)
	if list, err := b.Parts(t.Context(), d.ID); len(list) != 0 || err != nil {
		t.Errorf("%d parts, %v", len(list), err)
	}
	b.whole(t)
}

func TestSplitFromWhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	split := func(d pipeline.Dictation) error {
		_, _, err := b.Split(t.Context(), b.author, d.ID, b.cut(d.ID, 2))
		return err
	}
	decoded := func() pipeline.Dictation {
		return b.do(t, b.receive(t, pipeline.Routine), pipeline.Result{Sound: sound()})
	}
	running := decoded()
	if _, err := b.Claim(t.Context(), running.ID, pipeline.Transcribe, "w", time.Minute); err != nil {
		t.Fatal(err)
	}
	failed := decoded()
	job, err := b.Claim(t.Context(), failed.ID, pipeline.Transcribe, "w", time.Minute)
	if err == nil {
		_, err = b.Fail(t.Context(), pipeline.Job{Dictation: job, Stage: job.Stage, Attempt: job.Attempt}, "w", "No words.")
	}
	if err != nil {
		t.Fatal(err)
	}
	typing := b.drafted(t, pipeline.Routine)
	inHand := b.drafted(t, pipeline.STAT)
	if _, err := b.ClaimReview(t.Context(), b.typist, inHand.ID, pipeline.Typing, time.Minute); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		d    pipeline.Dictation
		says string // empty when it is split
	}{
		"received":   {b.receive(t, pipeline.Routine), "still being prepared"},
		"decoded":    {decoded(), ""},
		"recognised": {running, "being recognised"},
		"failed":     {failed, ""},
		"typing":     {typing, ""},
		"in hand":    {inHand, "in hand"},
	} {
		err := split(c.d)
		if c.says == "" && err != nil || c.says != "" && (pipeline.KindOf(err) != pipeline.Conflict || !strings.Contains(pipeline.Sentence(err), c.says)) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	// The text that was there stays, and nobody is given the tape to type.
	if v, err := b.Text(t.Context(), typing.ID, 0); err != nil || v.Text != "a b" {
		t.Errorf("%q, %v", v.Text, err)
	}
	if _, err := b.ClaimNext(t.Context(), b.other, pipeline.Typing, time.Minute); pipeline.KindOf(err) != pipeline.NotFound {
		t.Errorf("given out: %v", err)
	}
	counts, err := b.Counts(t.Context())
	if err != nil || counts[typing.Position] != 0 {
		t.Errorf("%v, %v", counts, err)
	}
	b.whole(t)
}
