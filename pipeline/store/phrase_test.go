package store_test

import (
	"context"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

func TestPhrases(t *testing.T) {
	t.Parallel()
	b := setup(t)
	me := b.author.ID
	add := func(p pipeline.Phrase) pipeline.Phrase {
		t.Helper()
		p, err := b.AddPhrase(t.Context(), b.author, p)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	site := add(pipeline.Phrase{Kind: pipeline.Normal, Trigger: "lungs", Text: "Clear on both sides."})
	mine := add(pipeline.Phrase{Kind: pipeline.Expander, Owner: me, Trigger: "SOB", Text: "shortness of breath"})
	letter := add(pipeline.Phrase{Kind: pipeline.Template, Worktype: pipeline.Letter, Text: "Dear [name],"})
	add(pipeline.Phrase{Kind: pipeline.Template, Worktype: pipeline.Letter, Text: "Dear colleague,"}) // several may go without a trigger

	ids := func(user string, w pipeline.Worktype) (ids []string) {
		t.Helper()
		list, err := b.Phrases(t.Context(), user, w)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			ids = append(ids, p.ID)
		}
		return ids
	}
	if got := ids(me, ""); len(got) != 4 || got[0] != mine.ID || got[1] != site.ID {
		t.Errorf("all: %v", got)
	}
	if got := ids(me, pipeline.Consultation); !slices.Equal(got, []string{mine.ID, site.ID}) {
		t.Errorf("for consultations: %v", got)
	}
	if got := ids(site.ID, ""); slices.Contains(got, mine.ID) {
		t.Error("another person has my phrases")
	}

	_, err := b.AddPhrase(t.Context(), b.author, pipeline.Phrase{Kind: pipeline.Normal, Trigger: "Lungs", Text: "Again."})
	wantKind(t, err, pipeline.Conflict)
	add(pipeline.Phrase{Kind: pipeline.Normal, Owner: me, Trigger: "lungs", Text: "Mine."}) // my own, beside the site's
	_, err = b.AddPhrase(t.Context(), b.author, pipeline.Phrase{Kind: pipeline.Normal, Trigger: "x", Text: "Too short."})
	wantKind(t, err, pipeline.Invalid)

	site.Text = "Clear to auscultation."
	if _, err = b.SavePhrase(t.Context(), b.author, site); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Phrase(t.Context(), me, site.ID); err != nil || got.Text != site.Text {
		t.Errorf("%+v, %v", got, err)
	}
	stolen := mine
	stolen.Owner = "" // an own phrase does not become the site's by saying so
	_, err = b.SavePhrase(t.Context(), b.author, stolen)
	wantKind(t, err, pipeline.NotFound)
	wantKind(t, b.DeletePhrase(t.Context(), b.author, stolen), pipeline.NotFound)
	if err := b.DeletePhrase(t.Context(), b.author, letter); err != nil {
		t.Error(err)
	}
	wantKind(t, b.DeletePhrase(t.Context(), b.author, letter), pipeline.NotFound)
	_, err = b.Phrase(t.Context(), site.ID, mine.ID)
	wantKind(t, err, pipeline.NotFound)
	_, err = b.Phrase(t.Context(), me, "no id")
	wantKind(t, err, pipeline.NotFound)

	used := b.plan(t, "select 1 from phrases where owner_id = '"+me+"' or owner_id is null")
	if !used["phrases_owner"] {
		t.Errorf("the list is read by %v", used)
	}
	entries, err := b.Audit(t.Context(), "", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, e := range entries {
		count[e.Action]++
	}
	if count["phrase.added"] != 5 || count["phrase.saved"] != 1 || count["phrase.deleted"] != 1 {
		t.Errorf("audited: %v", count)
	}
}

// TestTooManyPhrases: the limit is a person's, not everybody's.
func TestTooManyPhrases(t *testing.T) {
	t.Parallel()
	b := setup(t)
	db, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(t.Context()))
	_, err = db.Exec(t.Context(), `insert into phrases (id, kind, owner_id, worktype, trigger, title, body)
		select gen_random_uuid(), 'expander', $1::uuid, '', 'x' || n, '', 'text' from generate_series(1, $2::int) n`, b.author.ID, pipeline.MaxOwn)
	if err != nil {
		t.Fatal(err)
	}
	p := pipeline.Phrase{Kind: pipeline.Expander, Owner: b.author.ID, Trigger: "sob", Text: "shortness of breath"}
	_, err = b.AddPhrase(t.Context(), b.author, p)
	wantKind(t, err, pipeline.Conflict)
	p.Owner = ""
	if _, err := b.AddPhrase(t.Context(), b.author, p); err != nil {
		t.Error(err)
	}
}
