package store_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/store"
)

func TestNextIsSTATThenDue(t *testing.T) {
	t.Parallel()
	b := setup(t)
	late := b.drafted(t, pipeline.Routine)
	early := b.fresh(pipeline.Routine)
	early.Due = time.Now().Add(time.Minute)
	early, _, err := b.Receive(t.Context(), b.author, early, "", "")
	if err != nil {
		t.Fatal(err)
	}
	early = b.do(t, b.do(t, early, pipeline.Result{}), pipeline.Result{})
	stat := b.drafted(t, pipeline.STAT)
	for _, want := range []string{stat.ID, early.ID, late.ID} {
		d, err := b.ClaimNext(t.Context(), b.typist, pipeline.Typing, time.Minute)
		if err != nil || d.ID != want || d.HolderID != b.typist.ID {
			t.Fatalf("got %s held by %s, %v; want %s", d.ID, d.HolderID, err, want)
		}
	}
	_, err = b.ClaimNext(t.Context(), b.typist, pipeline.Typing, time.Minute)
	wantKind(t, err, pipeline.NotFound)
	b.whole(t)
}

func TestEachGetsAnother(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const n = 6
	for range n {
		b.drafted(t, pipeline.Routine)
	}
	got := make([]string, n)
	errs := race(n, func(i int) error {
		who := b.typist
		if i%2 == 1 {
			who = b.other
		}
		d, err := b.ClaimNext(t.Context(), who, pipeline.Typing, time.Minute)
		got[i] = d.ID
		return err
	})
	seen := map[string]bool{}
	for i, id := range got {
		if errs[i] != nil || seen[id] {
			t.Errorf("claim %d: %s (%v), seen before: %v", i, id, errs[i], seen[id])
		}
		seen[id] = true
	}
}

func TestTheSecondIsToldAndNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.drafted(t, pipeline.Routine)
	if _, err := b.ClaimReview(t.Context(), b.typist, d.ID, pipeline.Typing, time.Minute); err != nil {
		t.Fatal(err)
	}
	_, err := b.ClaimReview(t.Context(), b.other, d.ID, pipeline.Typing, time.Minute)
	wantKind(t, err, pipeline.Locked)
	_, err = b.SaveText(t.Context(), b.other, d.ID, 1, "mine", time.Minute)
	wantKind(t, err, pipeline.Locked)

	n, err := b.SaveText(t.Context(), b.typist, d.ID, 1, "A b.", time.Minute)
	if err != nil || n != 2 {
		t.Fatalf("version %d, %v", n, err)
	}
	if n, err = b.SaveText(t.Context(), b.typist, d.ID, 1, "A b.", time.Minute); err != nil || n != 2 {
		t.Errorf("the same text again: version %d, %v", n, err)
	}
	_, err = b.SaveText(t.Context(), b.typist, d.ID, 1, "from an old tab", time.Minute)
	wantKind(t, err, pipeline.Stale)
	list, err := b.Versions(t.Context(), d.ID)
	if err != nil || len(list) != 2 || list[1].Text != "A b." || list[1].Kind != pipeline.TypedVersion || list[0].Text != "a b" {
		t.Errorf("versions %+v, %v", list, err)
	}
	b.whole(t)
}

func TestSuspendKeepsItForMe(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.drafted(t, pipeline.Routine)
	if _, err := b.ClaimReview(t.Context(), b.typist, d.ID, pipeline.Typing, time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := b.SuspendReview(t.Context(), b.typist, d.ID); err != nil {
		t.Fatal(err)
	}
	_, err := b.ClaimReview(t.Context(), b.other, d.ID, pipeline.Typing, time.Minute)
	wantKind(t, err, pipeline.Locked)
	_, err = b.ClaimNext(t.Context(), b.other, pipeline.Typing, time.Minute)
	wantKind(t, err, pipeline.NotFound)
	if _, err := b.ClaimReview(t.Context(), b.typist, d.ID, pipeline.Typing, time.Minute); err != nil {
		t.Error(err)
	}
	if d, err = b.ReleaseReview(t.Context(), b.typist, d.ID); err != nil || d.HolderID != "" || d.State != pipeline.Pending {
		t.Errorf("%s held by %q, %v", d.Position, d.HolderID, err)
	}
	b.whole(t)
}

func TestEndLeases(t *testing.T) {
	t.Parallel()
	b := setup(t)
	gone, here := b.drafted(t, pipeline.Routine), b.drafted(t, pipeline.Routine)
	for id, lease := range map[string]time.Duration{gone.ID: time.Microsecond, here.ID: time.Hour} {
		if _, err := b.ClaimReview(t.Context(), b.typist, id, pipeline.Typing, lease); err != nil {
			t.Fatal(err)
		}
	}
	// Nobody took it since: the pause costs nothing.
	if _, err := b.SaveText(t.Context(), b.typist, gone.ID, 1, "back again", time.Microsecond); err != nil {
		t.Error(err)
	}
	ids, err := b.EndLeases(t.Context(), store.Actor{ID: "sweep"}, 10)
	if err != nil || len(ids) != 1 || ids[0] != gone.ID {
		t.Fatalf("%v, %v", ids, err)
	}
	_, err = b.SaveText(t.Context(), b.typist, gone.ID, 2, "too late", time.Minute)
	wantKind(t, err, pipeline.Conflict)
	if v, err := b.Text(t.Context(), gone.ID, 0); err != nil || v.Text != "back again" {
		t.Errorf("text %q, %v", v.Text, err)
	}
	b.whole(t)
}

// toSign makes a dictation that waits for its signature.
func (b bench) toSign(t *testing.T) pipeline.Dictation {
	t.Helper()
	d := b.drafted(t, pipeline.Routine)
	if _, err := b.ClaimReview(t.Context(), b.typist, d.ID, pipeline.Typing, time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := b.SaveText(t.Context(), b.typist, d.ID, 1, "Typed.", time.Minute); err != nil {
		t.Fatal(err)
	}
	_, err := b.CompleteReview(t.Context(), b.typist, d.ID, pipeline.Completed, 1, "")
	wantKind(t, err, pipeline.Stale)
	d, err = b.CompleteReview(t.Context(), b.typist, d.ID, pipeline.Completed, 2, "")
	if err != nil || d.Step != pipeline.Signature || d.HolderID != "" {
		t.Fatalf("%s, %v", d.Position, err)
	}
	return d
}

func seal(_ pipeline.Dictation, n *pipeline.Note) error {
	n.Seal = pipeline.Seal{DocumentNumber: n.DocumentNumber, TextSHA256: pipeline.TextHash(n.Text), SignerID: "u", SignedAt: time.Now()}
	n.Seal.Sign(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	return nil
}

func TestSignOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.toSign(t)
	_, _, err := b.Sign(t.Context(), b.author, d.ID, 1, seal)
	wantKind(t, err, pipeline.Stale)
	refused := errors.New("no")
	if _, _, err := b.Sign(t.Context(), b.author, d.ID, 2, func(pipeline.Dictation, *pipeline.Note) error { return refused }); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	errs := race(6, func(int) error { _, _, err := b.Sign(t.Context(), b.author, d.ID, 2, seal); return err })
	if n := successes(errs); n != 1 {
		t.Fatalf("signed %d times: %v", n, errs)
	}
	note, err := b.Note(t.Context(), d.ID)
	if err != nil || note.Text != "Typed." || note.TextVersion != 3 || note.DocumentNumber != d.JobNumber {
		t.Errorf("%+v, %v", note, err)
	}
	if n, err := b.Relay(t.Context(), 10, func([]pipeline.Call) error { return nil }); err != nil || n != 2 {
		t.Errorf("%d calls in the outbox (intake and delivery expected), %v", n, err)
	}
	b.whole(t)
}

func TestReturnNote(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.toSign(t)
	d, err := b.ReturnNote(t.Context(), b.author, d.ID, "Wrong side.")
	if err != nil || d.Step != pipeline.Typing || d.State != pipeline.Pending || d.Reason != "Wrong side." {
		t.Fatalf("%s %q, %v", d.Position, d.Reason, err)
	}
	_, err = b.ReturnNote(t.Context(), b.author, d.ID, "again")
	wantKind(t, err, pipeline.Conflict)
	b.whole(t)
}

func TestSignedTextAndAuditNeverChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.toSign(t)
	if _, _, err := b.Sign(t.Context(), b.author, d.ID, 2, seal); err != nil {
		t.Fatal(err)
	}
	b.whole(t)
	db, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(t.Context()))
	for _, sql := range []string{
		"update notes set text = 'x'", "delete from notes", "update versions set text = 'x'", "delete from versions",
		"update audit set actor = 'x'", "delete from audit", "update audit set pos = null, hash = null",
	} {
		if _, err := db.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "never change") && !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	// Even who switches the guard off is found out.
	for _, sql := range []string{"alter table audit disable trigger all", "update audit set actor = 'x' where id = (select min(id) from audit)"} {
		if _, err := db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	v, _, err := b.CheckAudit(t.Context())
	if err != nil || len(v.Problems()) == 0 {
		t.Errorf("tampering was not found: %v", err)
	}
}

func TestChartOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.toSign(t)
	note, _, err := b.Sign(t.Context(), b.author, d.ID, 2, seal)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, 6)
	errs := race(len(ids), func(i int) error {
		doc, err := b.AttachDocument(t.Context(), "k@chart", note)
		ids[i] = doc.ID
		return err
	})
	for i, id := range ids {
		if errs[i] != nil || id != ids[0] || id == "" {
			t.Errorf("try %d gave document %q, %v", i, id, errs[i])
		}
	}
	list, err := b.Chart(t.Context(), b.patient, 10)
	if err != nil || len(list) != 1 || list[0].Note.Text != "Typed." || list[0].Patient.MRN != "M1" {
		t.Fatalf("%+v, %v", list, err)
	}
	for name, c := range map[string]struct {
		f    store.DocumentFilter
		want int
	}{
		"number":     {store.DocumentFilter{Number: note.DocumentNumber}, 1},
		"patient":    {store.DocumentFilter{PatientID: b.patient, Worktypes: []string{"progress-note"}}, 1},
		"other type": {store.DocumentFilter{PatientID: b.patient, Worktypes: []string{"letter"}}, 0},
		"before":     {store.DocumentFilter{To: time.Now().Add(-time.Hour)}, 0},
		"next page":  {store.DocumentFilter{After: store.Cursor{At: list[0].AttachedAt, ID: list[0].ID}}, 0},
		"not an id":  {store.DocumentFilter{PatientID: "x' or 1=1"}, 0},
	} {
		if got, err := b.Documents(t.Context(), c.f); err != nil || len(got) != c.want {
			t.Errorf("%s: %d documents, %v", name, len(got), err)
		}
	}
	b.ledger(t, d, note)
}

func (b bench) ledger(t *testing.T, d pipeline.Dictation, note pipeline.Note) {
	t.Helper()
	del := pipeline.Delivery{Destination: record.ChartName, Key: fmt.Sprintf("%s@chart", note.DocumentNumber)}
	line, done, err := b.BeginAttempt(t.Context(), d.ID, 1, del)
	if err != nil || done != nil {
		t.Fatal(done, err)
	}
	if err := b.EndAttempt(t.Context(), line, del, pipeline.Errorf(pipeline.Unavailable, "Away.")); err != nil {
		t.Fatal(err)
	}
	line, done, err = b.BeginAttempt(t.Context(), d.ID, 2, del)
	if err != nil || done != nil {
		t.Fatal(done, err)
	}
	del.RecordID, del.At = "r1", time.Now()
	if err := b.EndAttempt(t.Context(), line, del, nil); err != nil {
		t.Fatal(err)
	}
	if _, done, err = b.BeginAttempt(t.Context(), d.ID, 3, del); err != nil || done == nil || done.RecordID != "r1" {
		t.Errorf("delivered already, and told %+v, %v", done, err)
	}
}

// What somebody laid aside and never came back for is not lost to the others.
func TestTakeBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	aside, held := b.drafted(t, pipeline.STAT), b.drafted(t, pipeline.Routine)
	for _, id := range []string{aside.ID, held.ID} {
		if _, err := b.ClaimReview(t.Context(), b.typist, id, pipeline.Typing, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.SuspendReview(t.Context(), b.typist, aside.ID); err != nil {
		t.Fatal(err)
	}
	ids, err := b.TakeBackAll(t.Context(), b.author, b.typist.ID)
	if err != nil || len(ids) != 2 {
		t.Fatalf("took back %v, %v", ids, err)
	}
	for range ids {
		if _, err := b.ClaimNext(t.Context(), b.other, pipeline.Typing, time.Minute); err != nil {
			t.Error(err)
		}
	}
	_, err = b.TakeBack(t.Context(), b.author, b.receive(t, pipeline.Routine).ID)
	wantKind(t, err, pipeline.Conflict)
	b.whole(t)
}

// What no engine can hear a person still can.
func TestTypeByHand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.do(t, b.receive(t, pipeline.Routine), pipeline.Result{})
	claimed, err := b.Claim(t.Context(), d.ID, pipeline.Transcribe, "w", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.TypeByHand(t.Context(), b.author, d.ID)
	wantKind(t, err, pipeline.Conflict)
	if _, err := b.Fail(t.Context(), pipeline.Job{Dictation: claimed, Stage: pipeline.Transcribe, Attempt: 1}, "w", "No words."); err != nil {
		t.Fatal(err)
	}
	d, err = b.TypeByHand(t.Context(), b.author, d.ID)
	if err != nil || d.Step != pipeline.Typing || d.State != pipeline.Pending || d.TextN != 1 || d.Reason != "" {
		t.Errorf("%s text %d %q, %v", d.Position, d.TextN, d.Reason, err)
	}
	b.whole(t)
}
