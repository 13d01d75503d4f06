package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// sql runs statements that no method of the store does.
func (b bench) sql(t *testing.T, statement string, args ...any) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), b.url)
	if err == nil {
		defer db.Close(context.WithoutCancel(t.Context()))
		_, err = db.Exec(t.Context(), statement, args...)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// signed is a note of a worktype and visit that is signed.
func (b bench) signed(t *testing.T, w pipeline.Worktype, visit, text string) pipeline.Note {
	t.Helper()
	fresh := b.fresh(pipeline.Routine)
	fresh.Worktype, fresh.EncounterID = w, visit
	d, _, err := b.Receive(t.Context(), b.author, fresh, "", "")
	if err != nil {
		t.Fatal(err)
	}
	b.sql(t, "update dictations set stage = 'review', step = 'signature', state = 'pending', text_n = 1 where id = $1", d.ID)
	b.sql(t, "insert into versions (dictation_id, n, kind, text) values ($1, 1, 'typed', $2)", d.ID, text)
	note, _, err := b.Sign(t.Context(), b.author, d.ID, 1, func(_ pipeline.Dictation, n *pipeline.Note) error {
		n.Seal.AuthorID, n.Seal.AuthorName, n.Seal.SignedAt = b.author.ID, "author", time.Now()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return note
}

func TestStayIsCompleteWithItsNotes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	visit, err := b.PutEncounter(ctx, pipeline.Encounter{Number: "V1", PatientID: b.patient, Class: "IMP", Start: time.Now().Add(-48 * time.Hour), End: time.Now().Add(-time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	lacks := func(k pipeline.DeficiencyKind, want int) []pipeline.Deficiency {
		t.Helper()
		list, err := b.Deficiencies(ctx, k, 0, store.Cursor{}, 10)
		if err != nil || len(list) != want {
			t.Errorf("%s: %d stays, %v, want %d", k, len(list), err, want)
		}
		return list
	}
	lacks(pipeline.NoAdmissionNote, 1)
	for _, k := range []pipeline.DeficiencyKind{pipeline.NoAdmissionNote, pipeline.NoDischargeNote} {
		last := lacks(k, 1)[0]
		if more, err := b.Deficiencies(ctx, k, 0, store.Cursor{At: last.Since, ID: last.Encounter.ID}, 10); err != nil || len(more) != 0 {
			t.Errorf("%s behind the last: %v, %v", k, more, err)
		}
	}
	fresh := b.fresh(pipeline.Routine)
	fresh.Worktype, fresh.EncounterID = pipeline.DischargeSummary, visit
	d, _, err := b.Receive(ctx, b.author, fresh, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if list := lacks(pipeline.NoDischargeNote, 1); list[0].JobNumber != d.JobNumber || list[0].Encounter.Number != "V1" || list[0].Patient.ID != b.patient {
		t.Errorf("%+v", list[0])
	}
	b.signed(t, pipeline.HistoryAndPhysical, visit, "Well.")
	lacks(pipeline.NoAdmissionNote, 0)
	lacks(pipeline.NoDischargeNote, 1)
	b.signed(t, pipeline.DischargeSummary, visit, "Went home.")
	lacks(pipeline.NoDischargeNote, 0)
	if _, err := b.Deficiencies(ctx, "moon", 0, store.Cursor{}, 10); pipeline.KindOf(err) != pipeline.Invalid {
		t.Errorf("an unknown list: %v", err)
	}
	b.sql(t, "update dictations set created_at = now() - interval '9 days' where id = $1", d.ID)
	b.sql(t, "update dictations set stage = 'review', step = 'typing' where id = $1", d.ID)
	late, err := b.Unsigned(ctx, 7*24*time.Hour, store.Cursor{}, 10)
	if err != nil || len(late) != 1 || late[0].ID != d.ID {
		t.Errorf("unsigned: %v, %v", late, err)
	}
	if more, err := b.Unsigned(ctx, 7*24*time.Hour, store.Cursor{At: late[0].Created, ID: d.ID}, 10); err != nil || len(more) != 0 {
		t.Errorf("behind the last: %v, %v", more, err)
	}
}

func TestSearchPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	var want []string
	for range 5 {
		want = append([]string{b.signed(t, pipeline.Letter, "", "No fever; a cough.").ID}, want...)
	}
	b.signed(t, pipeline.Letter, "", "Fever.")
	var got []string
	f := store.NoteSearch{Words: "no fever", PatientID: b.patient, AuthorID: b.author.ID, Worktype: pipeline.Letter, Limit: 2}
	for {
		page, err := b.SearchNotes(ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range page {
			got = append(got, h.NoteID)
			f.After = store.Cursor{At: h.Signed, ID: h.NoteID}
		}
		if len(page) < 2 {
			break
		}
	}
	if len(got) != 5 || got[0] != want[0] || got[4] != want[4] {
		t.Errorf("found %v, want %v", got, want)
	}
	for _, index := range []struct{ name, sql string }{
		{"notes_words", "select from notes n where n.words @@ to_tsquery('simple', 'fever')"},
		{"notes_of_author", "select from notes n where n.seal->>'author_id' = 'x' order by created_at desc, id desc limit 20"},
		{"encounters_no_admission_note", "select from encounters e where class = 'IMP' and not cancelled and admitted_note_at is null and started_at < now() order by started_at, id limit 50"},
		{"encounters_no_discharge_note", "select from encounters e where class = 'IMP' and not cancelled and discharged_note_at is null and ended_at is not null and ended_at < now() order by ended_at, id limit 50"},
		{"dictations_unsigned_age", "select from dictations where stage = 'review' and state <> 'finished' and created_at < now() order by created_at, id limit 50"},
	} {
		if used := b.plan(t, index.sql); !used[index.name] {
			t.Errorf("%s is not used: %v", index.name, used)
		}
	}
}

// TestMergeMovesWords: a note's worked-out column does not stop a merge.
func TestMergeMovesWords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	n := b.signed(t, pipeline.Letter, "", "Fever.")
	err := b.TakeFeed(ctx, store.Actor{ID: "feed"}, pipeline.FeedMessage{Sender: "s", Control: "c", Event: "A40", Raw: []byte("x")}, pipeline.Admission{
		Kind: pipeline.PatientMerge, At: time.Now(), From: "M1", Patient: pipeline.Patient{MRN: "M2", Family: "Example", Given: "Eve"},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.PatientByMRN(ctx, "M2")
	if err != nil {
		t.Fatal(err)
	}
	found, err := b.SearchNotes(ctx, store.NoteSearch{Words: "fever", PatientID: p.ID})
	if err != nil || len(found) != 1 || found[0].NoteID != n.ID {
		t.Errorf("after the merge: %v, %v", found, err)
	}
}
