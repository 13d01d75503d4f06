package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// hospital tells a store news, each by a message of its own.
type hospital struct {
	bench
	db *pgx.Conn // for what is not shown elsewhere
	n  int
}

func listen(t *testing.T) *hospital {
	t.Helper()
	b := setup(t)
	db, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) })
	return &hospital{bench: b, db: db}
}

func (h *hospital) tell(t *testing.T, a pipeline.Admission) {
	t.Helper()
	h.n++
	m := pipeline.FeedMessage{Sender: "A/B", Control: fmt.Sprint(h.n), Event: "ADT^A08", Raw: fmt.Append(nil, "message ", h.n)}
	if err := h.TakeFeed(t.Context(), store.Actor{ID: "feed"}, m, a); err != nil {
		t.Fatal(err)
	}
}

func (h *hospital) visit(t *testing.T, number string) (e pipeline.Encounter, cancelled bool) {
	t.Helper()
	e, err := h.EncounterByNumber(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.db.QueryRow(t.Context(), "select cancelled from encounters where number = $1", number).Scan(&cancelled); err != nil {
		t.Fatal(err)
	}
	return e, cancelled
}

// actions are what the audit tells of the feed.
func (h *hospital) actions(t *testing.T) string {
	t.Helper()
	list, err := h.Audit(t.Context(), "", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, e := range list {
		if e.Actor == "feed" {
			words = append([]string{e.Action}, words...)
		}
	}
	return strings.Join(words, " ")
}

func march(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }

// news of visit V1 of patient M9 on a day of March.
func news(kind pipeline.AdmissionKind, at int, v pipeline.Encounter) pipeline.Admission {
	v.Number = "V1"
	return pipeline.Admission{Kind: kind, At: march(at), Patient: pipeline.Patient{MRN: "M9", Family: "Example"}, Visit: v}
}

// What news do not say stays as it was, and only a beginning undoes a cancellation.
func TestFeedKeepsWhatIsNotSaid(t *testing.T) {
	t.Parallel()
	h := listen(t)
	full := pipeline.Encounter{Class: "IMP", Reason: "Reason", Location: "2E", Start: march(1), End: march(3)}
	unended := news(pipeline.VisitNews, 5, pipeline.Encounter{})
	unended.Unended = true
	opened := news(pipeline.VisitNews, 8, pipeline.Encounter{})
	opened.Opens = true
	for _, c := range []struct {
		name      string
		news      pipeline.Admission
		change    func(*pipeline.Encounter) // of what stands
		cancelled bool
		audit     string
	}{
		{"all", news(pipeline.VisitNews, 2, full), func(*pipeline.Encounter) {}, false, "patient.create visit.create"},
		{"nothing", news(pipeline.VisitNews, 3, pipeline.Encounter{}), func(*pipeline.Encounter) {}, false, ""},
		{"a ward", news(pipeline.VisitNews, 4, pipeline.Encounter{Location: "3W"}), func(e *pipeline.Encounter) { e.Location = "3W" }, false, "visit.update"},
		{"no discharge", unended, func(e *pipeline.Encounter) { e.End = time.Time{} }, false, "visit.update"},
		{"void", news(pipeline.VisitVoid, 6, pipeline.Encounter{}), func(*pipeline.Encounter) {}, true, "visit.update"},
		{"nothing after it", news(pipeline.VisitNews, 7, pipeline.Encounter{}), func(*pipeline.Encounter) {}, true, ""},
		{"begun again", opened, func(*pipeline.Encounter) {}, false, "visit.update"},
		{"late", news(pipeline.VisitVoid, 1, full), func(*pipeline.Encounter) {}, false, ""},
	} {
		before := h.actions(t)
		h.tell(t, c.news)
		c.change(&full)
		e, cancelled := h.visit(t, "V1")
		got := pipeline.Encounter{Class: e.Class, Reason: e.Reason, Location: e.Location, Start: e.Start.UTC(), End: e.End.UTC()}
		if got != full || cancelled != c.cancelled {
			t.Errorf("%s: %+v, cancelled %t; want %+v", c.name, got, cancelled, full)
		}
		if added := strings.TrimSpace(strings.TrimPrefix(h.actions(t), before)); added != c.audit {
			t.Errorf("%s: the audit tells %q, want %q", c.name, added, c.audit)
		}
	}
	h.whole(t)
}

// A visit that is first heard of without times began when the news happened.
func TestFeedVisitWithoutTimes(t *testing.T) {
	t.Parallel()
	h := listen(t)
	h.tell(t, news(pipeline.VisitNews, 2, pipeline.Encounter{}))
	if e, _ := h.visit(t, "V1"); !e.Start.Equal(march(2)) || e.Class != "AMB" {
		t.Errorf("visit %+v", e)
	}
}

// A merge of two records moves a note and changes nothing else in it; the moved
// visit counts as changed.
func TestMergeMovesANoteAndNothingElse(t *testing.T) {
	t.Parallel()
	h := listen(t)
	note := h.signed(t)
	h.tell(t, pipeline.Admission{Kind: pipeline.VisitNews, Patient: pipeline.Patient{MRN: "M1"}, Visit: pipeline.Encounter{Number: "V1"}})
	before, _ := h.visit(t, "V1")
	h.tell(t, pipeline.Admission{Kind: pipeline.PatientMerge, At: march(1), Patient: pipeline.Patient{MRN: "M9", Family: "Example"}, From: "M1"})
	survivor, err := h.PatientByMRN(t.Context(), "M1")
	if err != nil {
		t.Fatal(err)
	}
	if e, _ := h.visit(t, "V1"); e.PatientID != survivor.ID || !e.Updated.After(before.Updated) {
		t.Errorf("the visit is %+v, before %+v", e, before)
	}
	// Back to the old record, or on with another change: neither is let.
	for _, sql := range []string{
		"update notes set patient_id = $2 where id = $1",
		"update notes set title = 'x', patient_id = $2 where id = $1",
	} {
		if _, err := h.db.Exec(t.Context(), sql, note.ID, h.patient); err == nil {
			t.Errorf("%s was let", sql)
		}
	}
	if _, err := h.db.Exec(t.Context(), "update patients set merged_into = $2 where id = $1", survivor.ID, h.patient); err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]bool{
		"update notes set patient_id = $2, worktype = 'x' where id = $1": false,
		"update notes set patient_id = $2, text_n = 99 where id = $1":    false,
		"update notes set patient_id = $2 where id = $1":                 true,
	} {
		tx, err := h.db.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), sql, note.ID, h.patient); (err == nil) != want {
			t.Errorf("%s: %v", sql, err)
		}
		tx.Rollback(t.Context())
	}
	h.whole(t)
}

// signed gives patient M1 a signed note.
func (h *hospital) signed(t *testing.T) pipeline.Note {
	t.Helper()
	d := h.toSign(t)
	if _, _, err := h.Sign(t.Context(), h.author, d.ID, 2, seal); err != nil {
		t.Fatal(err)
	}
	note, err := h.Note(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	return note
}

// Only messages that are old enough are forgotten; a refusal never replaces what
// was taken.
func TestForgetFeed(t *testing.T) {
	t.Parallel()
	h := listen(t)
	h.tell(t, news(pipeline.NoNews, 1, pipeline.Encounter{}))
	refused := pipeline.FeedMessage{Sender: "A/B", Control: "r", Event: "other", Raw: []byte("refused")}
	for range 2 {
		if before, err := h.RefuseFeed(t.Context(), refused, store.FeedAnswer{Code: "AE", Error: "101", Detail: "No."}); err != nil || before {
			t.Errorf("refused: %t, %v", before, err)
		}
	}
	if err := h.TakeFeed(t.Context(), store.Actor{ID: "feed"}, refused, news(pipeline.NoNews, 1, pipeline.Encounter{})); err != nil {
		t.Error(err)
	}
	if before, err := h.RefuseFeed(t.Context(), refused, store.FeedAnswer{Code: "AE", Error: "101", Detail: "No."}); err != nil || !before {
		t.Errorf("refused after it was taken: %t, %v", before, err)
	}
	if _, err := h.db.Exec(t.Context(), "update feed_messages set received_at = now() - $1::interval where control = 'r'", store.FeedKept+time.Hour); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int64{1, 0} {
		if n, err := h.ForgetFeed(t.Context(), time.Now().Add(-store.FeedKept)); err != nil || n != want {
			t.Errorf("%d forgotten, %v; want %d", n, err, want)
		}
	}
	if n, err := h.ForgetFeed(t.Context(), time.Now().Add(time.Hour)); err != nil || n != 1 {
		t.Errorf("%d were left, %v", n, err)
	}
}
