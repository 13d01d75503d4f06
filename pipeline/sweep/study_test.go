package sweep_test

import (
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/store"
	"dictation/transcript"
)

// signed brings a dictation from receipt to signature: draft, typed text, signed.
func (h *house) signed(t *testing.T, by store.Actor, draft, typed string) string {
	t.Helper()
	patient, err := h.store.PatientByMRN(t.Context(), "M1")
	must(t, err)
	id := uuid.NewString()
	_, _, err = h.store.Receive(t.Context(), by, pipeline.Dictation{
		ID: id, AuthorID: by.ID, PatientID: patient.ID, Worktype: pipeline.Letter, Priority: pipeline.Routine, Due: time.Now(), Source: "api",
	}, "", "")
	must(t, err)
	h.stage(t, id, pipeline.Decode, pipeline.Result{Sound: &pipeline.Sound{Canonical: pipeline.Object{Key: "k"}}})
	h.stage(t, id, pipeline.Transcribe, pipeline.Result{Draft: &transcript.Draft{Engine: "e", Text: draft}})
	_, err = h.store.ClaimReview(t.Context(), by, id, pipeline.Typing, time.Minute)
	must(t, err)
	n, err := h.store.SaveText(t.Context(), by, id, 1, typed, time.Minute)
	must(t, err)
	_, err = h.store.CompleteReview(t.Context(), by, id, pipeline.Completed, n, "")
	must(t, err)
	_, _, err = h.store.Sign(t.Context(), by, id, n, func(_ pipeline.Dictation, note *pipeline.Note) error {
		note.Seal.Sign(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
		return nil
	})
	must(t, err)
	return id
}

func (h *house) stage(t *testing.T, id string, stage pipeline.Stage, r pipeline.Result) {
	t.Helper()
	d, err := h.store.Claim(t.Context(), id, stage, "w", time.Minute)
	must(t, err)
	_, err = h.store.Complete(t.Context(), pipeline.Job{Dictation: d, Stage: stage, Attempt: d.Attempt}, "w", r)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Signed notes are compared once, and the study tells of every group.
func TestStudy(t *testing.T) {
	t.Parallel()
	h := setup(t)
	u, err := h.store.AddUser(t.Context(), store.Actor{ID: "test"}, pipeline.User{Username: "a", Name: "Dr. A", Roles: []pipeline.Role{pipeline.RoleAuthor}}, "hash")
	must(t, err)
	by := store.Actor{ID: u.ID}
	h.signed(t, by, "Take 50 mg daily.", "Take 5 mg daily.")
	h.signed(t, by, "No pain", "No pain.")
	for range 2 {
		must(t, h.sweep.Once(t.Context()))
	}
	for group, want := range map[store.StudyBy]string{
		store.ByEngine: "e", store.ByAuthor: "Dr. A", store.ByTypist: "Dr. A", store.ByWorktype: "letter", store.BySource: "api",
	} {
		lines, err := h.store.Study(t.Context(), pipeline.ComparedDraft, group, time.Time{})
		must(t, err)
		if len(lines) != 1 || lines[0].Name != want || lines[0].Notes != 2 ||
			lines[0].Score != (pipeline.Score{Words: 6, Errors: 1, Criticals: 3, CriticalErrors: 1}) {
			t.Errorf("by %s: %+v", group, lines)
		}
	}
	typed, err := h.store.Study(t.Context(), pipeline.ComparedTyped, store.ByTypist, time.Time{})
	if err != nil || len(typed) != 1 || typed[0].Errors != 0 {
		t.Errorf("typed against signed: %+v, %v", typed, err)
	}
	score, notes, err := h.store.DraftScore(t.Context(), u.ID, 1)
	if err != nil || notes != 1 || score.Words != 2 {
		t.Errorf("newest draft: %+v of %d notes, %v", score, notes, err)
	}
	if later, err := h.store.Study(t.Context(), pipeline.ComparedDraft, store.ByEngine, time.Now().Add(time.Hour)); err != nil || len(later) > 0 {
		t.Errorf("of the future: %+v, %v", later, err)
	}
	if _, err := h.store.Study(t.Context(), pipeline.ComparedDraft, "moon", time.Time{}); pipeline.KindOf(err) != pipeline.Invalid {
		t.Errorf("by moon: %v", err)
	}
}
