package review_test

import (
	"context"
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/queue"
	"dictation/pipeline/review"
	"dictation/pipeline/store"
	"dictation/transcript"
)

func TestMain(m *testing.M) {
	localtest.Main(m, func(ctx context.Context, url string) error {
		s, err := store.Open(ctx, url)
		if err != nil {
			return err
		}
		defer s.Close()
		_, err = s.Migrate(ctx)
		return err
	})
}

type house struct {
	*review.Desk
	store                      *store.Store
	author, typist, qa, doctor pipeline.User
	patient                    string
}

func setup(t *testing.T) *house {
	t.Helper()
	s, err := store.Open(t.Context(), localtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	q, err := queue.Open(t.Context(), localtest.NATS(t), queue.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{store: s, Desk: review.New(s, q, ed25519.NewKeyFromSeed(make([]byte, 32)), review.Options{MaxText: 1000})}
	for role, u := range map[pipeline.Role]*pipeline.User{
		pipeline.RoleAuthor: &h.author, pipeline.RoleTranscriptionist: &h.typist, pipeline.RoleQA: &h.qa, pipeline.RoleClinician: &h.doctor,
	} {
		*u, err = s.AddUser(t.Context(), store.Actor{ID: "test"}, pipeline.User{Username: string(role), Name: "Name of " + string(role), Roles: []pipeline.Role{role}}, "h")
		if err != nil {
			t.Fatal(err)
		}
	}
	h.patient, err = s.PutPatient(t.Context(), pipeline.Patient{MRN: "M1", Family: "F", BirthDate: time.Now(), Sex: "other"})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func by(u pipeline.User) store.Actor { return store.Actor{ID: u.ID} }

// drafted makes a dictation with a draft that waits for typing.
func (h *house) drafted(t *testing.T, text string) string {
	t.Helper()
	d, _, err := h.store.Receive(t.Context(), by(h.author), pipeline.Dictation{
		ID: uuid.NewString(), AuthorID: h.author.ID, PatientID: h.patient, Worktype: pipeline.Letter, Priority: pipeline.Routine,
		Due: time.Now(), Source: "api", Original: pipeline.Object{SHA256: strings.Repeat("cd", 32)},
	}, "", "")
	for _, r := range []pipeline.Result{{}, {Draft: &transcript.Draft{Engine: "e", Text: text}}} {
		if err == nil {
			d, err = h.store.Claim(t.Context(), d.ID, d.Stage, "w", time.Minute)
		}
		if err == nil {
			d, err = h.store.Complete(t.Context(), pipeline.Job{Dictation: d, Stage: d.Stage, Attempt: 1}, "w", r)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return d.ID
}

func wantKind(t *testing.T, err error, kind pipeline.Kind) {
	t.Helper()
	if err == nil || pipeline.KindOf(err) != kind {
		t.Errorf("error %v, want kind %s", err, kind)
	}
}

// typed takes the dictation through typing to the signature and gives the version.
func (h *house) typed(t *testing.T, id, text string) int {
	t.Helper()
	d, err := h.Claim(t.Context(), h.typist, by(h.typist), id)
	if err != nil {
		t.Fatal(err)
	}
	n, err := h.Save(t.Context(), by(h.typist), id, d.TextN, text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Complete(t.Context(), by(h.typist), id, n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOneJobAtATime(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, err := h.Next(t.Context(), h.typist, by(h.typist))
	wantKind(t, err, pipeline.NotFound)
	h.drafted(t, "a")
	h.drafted(t, "b")
	first, err := h.Next(t.Context(), h.typist, by(h.typist))
	if err != nil {
		t.Fatal(err)
	}
	again, err := h.Next(t.Context(), h.typist, by(h.typist))
	if err != nil || again.ID != first.ID {
		t.Errorf("a second job beside the first: %s, %v", again.JobNumber, err)
	}
	_, err = h.Next(t.Context(), h.doctor, by(h.doctor))
	wantKind(t, err, pipeline.Forbidden)
	_, err = h.Next(t.Context(), h.qa, by(h.qa))
	wantKind(t, err, pipeline.NotFound)
	_, err = h.Claim(t.Context(), h.qa, by(h.qa), first.ID)
	wantKind(t, err, pipeline.Conflict)
}

func TestSaveChecksTheText(t *testing.T) {
	t.Parallel()
	h := setup(t)
	id := h.drafted(t, "a")
	if _, err := h.Claim(t.Context(), h.typist, by(h.typist), id); err != nil {
		t.Fatal(err)
	}
	_, err := h.Save(t.Context(), by(h.typist), id, 1, strings.Repeat("x", 1001))
	wantKind(t, err, pipeline.TooLarge)
	for _, bad := range []string{"a\x00b", "a\xffb"} {
		_, err := h.Save(t.Context(), by(h.typist), id, 1, bad)
		wantKind(t, err, pipeline.Invalid)
	}
	n, err := h.Save(t.Context(), by(h.typist), id, 1, "   \n")
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Complete(t.Context(), by(h.typist), id, n)
	wantKind(t, err, pipeline.Conflict)
}

func TestQA(t *testing.T) {
	t.Parallel()
	h := setup(t)
	id := h.drafted(t, "a")
	if _, err := h.Claim(t.Context(), h.typist, by(h.typist), id); err != nil {
		t.Fatal(err)
	}
	_, err := h.SendToQA(t.Context(), by(h.typist), id, 1, " ")
	wantKind(t, err, pipeline.Invalid)
	if _, err := h.SendToQA(t.Context(), by(h.typist), id, 1, "Which drug?"); err != nil {
		t.Fatal(err)
	}
	d, err := h.Next(t.Context(), h.qa, by(h.qa))
	if err != nil || d.ID != id || d.Step != pipeline.QA || d.Reason != "Which drug?" {
		t.Fatalf("%s %q, %v", d.Position, d.Reason, err)
	}
	if d, err = h.Return(t.Context(), h.qa, by(h.qa), id, "Listen at 0:12."); err != nil || d.Step != pipeline.Typing {
		t.Errorf("%s, %v", d.Position, err)
	}
}

func TestSigning(t *testing.T) {
	t.Parallel()
	h := setup(t)
	id := h.drafted(t, "heard")
	n := h.typed(t, id, "Typed with a "+transcript.BlankText+".")
	_, err := h.Sign(t.Context(), h.typist, by(h.typist), id, n)
	wantKind(t, err, pipeline.Forbidden)
	_, err = h.Sign(t.Context(), h.doctor, by(h.doctor), id, n)
	wantKind(t, err, pipeline.Conflict) // the blank
	_, err = h.Return(t.Context(), h.typist, by(h.typist), id, "no right")
	wantKind(t, err, pipeline.Forbidden)
	if _, err := h.Return(t.Context(), h.doctor, by(h.doctor), id, "Fill the blank."); err != nil {
		t.Fatal(err)
	}
	n = h.typed(t, id, "Typed without.")
	note, err := h.Sign(t.Context(), h.doctor, by(h.doctor), id, n)
	if err != nil {
		t.Fatal(err)
	}
	s := note.Seal
	if s.Meaning != "reviewed" || s.AuthorID != h.author.ID || s.SignerName != "Name of clinician" || s.AudioSHA256 != strings.Repeat("cd", 32) {
		t.Errorf("seal %+v", s)
	}
	if err := s.Verify("Typed without.", h.PublicKey()); err != nil {
		t.Error(err)
	}
	_, err = h.Sign(t.Context(), h.doctor, by(h.doctor), id, n)
	wantKind(t, err, pipeline.Forbidden) // signed already: no longer waiting
	kept, err := h.store.Note(t.Context(), id)
	if err != nil || kept.Seal.Verify(kept.Text, h.PublicKey()) != nil {
		t.Errorf("the seal does not survive the database: %+v, %v", kept.Seal, err)
	}
}

func TestAuthorSigns(t *testing.T) {
	t.Parallel()
	h := setup(t)
	id := h.drafted(t, "heard")
	n := h.typed(t, id, "Typed.")
	note, err := h.Sign(t.Context(), h.author, by(h.author), id, n)
	if err != nil || note.Seal.Meaning != "author" {
		t.Errorf("meaning %q, %v", note.Seal.Meaning, err)
	}
}
