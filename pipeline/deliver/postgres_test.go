package deliver_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/deliver"
	"dictation/pipeline/record"
	"dictation/pipeline/record/recordtest"
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

// site is a real store with an author in it.
type site struct {
	*store.Store
	author pipeline.User
	n      atomic.Int64
}

func newSite(t *testing.T) *site {
	t.Helper()
	s, err := store.Open(t.Context(), localtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	u, err := s.AddUser(t.Context(), store.Actor{ID: "test"}, pipeline.User{
		Username: "author", Name: "Dr. Robin Example", Roles: []pipeline.Role{pipeline.RoleAuthor}}, "hash")
	if err != nil {
		t.Fatal(err)
	}
	return &site{Store: s, author: u}
}

// signed brings a dictation of a new patient to delivery and gives its document.
func (s *site) signed(t testing.TB) record.Document {
	t.Helper()
	patient, err := s.PutPatient(t.Context(), pipeline.Patient{MRN: fmt.Sprintf("M%d", s.n.Add(1)), Family: "Example", Sex: "other"})
	if err != nil {
		t.Fatal(err)
	}
	return s.signedFor(t, patient)
}

// signedFor is signed for a patient who is there already.
func (s *site) signedFor(t testing.TB, patient string) record.Document {
	t.Helper()
	n := s.n.Add(1)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, by := t.Context(), store.Actor{ID: s.author.ID}
	visit, err := s.PutEncounter(ctx, pipeline.Encounter{Number: fmt.Sprintf("V%d", n), PatientID: patient, Class: "AMB", Start: time.Now()})
	must(err)
	d, _, err := s.Receive(ctx, by, pipeline.Dictation{
		ID: uuid.NewString(), AuthorID: s.author.ID, PatientID: patient, EncounterID: visit, Worktype: pipeline.Consultation,
		Priority: pipeline.STAT, Due: time.Now(), Source: "api", Original: pipeline.Object{Key: fmt.Sprintf("d/%d", n), SHA256: strings.Repeat("ab", 32), Size: 5},
	}, "", "")
	must(err)
	for _, r := range []pipeline.Result{{Sound: &pipeline.Sound{DurationMS: 1000}}, {Draft: &transcript.Draft{Engine: "none", Text: "No acute distress."}}} {
		d, err = s.Claim(ctx, d.ID, d.Stage, "w", time.Minute)
		must(err)
		d, err = s.Complete(ctx, pipeline.Job{Dictation: d, Stage: d.Stage, Attempt: d.Attempt}, "w", r)
		must(err)
	}
	d, err = s.ClaimReview(ctx, by, d.ID, pipeline.Typing, time.Minute)
	must(err)
	d, err = s.CompleteReview(ctx, by, d.ID, pipeline.Completed, d.TextN, "")
	must(err)
	_, _, err = s.Sign(ctx, by, d.ID, d.TextN, s.seal)
	must(err)
	note, p, e, err := s.NoteForDelivery(ctx, d.ID)
	must(err)
	return record.Document{Key: deliver.Key(note.DocumentNumber, record.ChartName), Note: note, Patient: p, Encounter: e}
}

func (s *site) seal(d pipeline.Dictation, n *pipeline.Note) error {
	n.Seal = pipeline.Seal{
		DocumentNumber: n.DocumentNumber, TextSHA256: pipeline.TextHash(n.Text), AudioSHA256: d.Original.SHA256,
		AuthorID: s.author.ID, AuthorName: s.author.Name, SignerID: s.author.ID, SignerName: s.author.Name,
		Meaning: "author", SignedAt: time.Now(),
	}
	n.Seal.Sign(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	return nil
}

// held lists what the chart holds with a document number, doubles included.
func (s *site) held(t *testing.T, number string) (ids []string) {
	t.Helper()
	docs, err := s.Documents(t.Context(), store.DocumentFilter{Number: number})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		ids = append(ids, d.ID)
	}
	return ids
}

// The built-in record on PostgreSQL keeps what every record promises.
func TestChartOnPostgreSQL(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	recordtest.Run(t, func(*testing.T) recordtest.Harness {
		return recordtest.Harness{System: record.NewChart(s), NewDocument: func(t *testing.T) record.Document { return s.signed(t) }, Held: s.held}
	})
}

// Each fault twice, and all of them in a row, against the real ledger and chart.
func TestDeliveredOnceOnPostgreSQL(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sequences := [][]fault{append(faults[1:len(faults):len(faults)], none)}
	for _, f := range faults {
		sequences = append(sequences, []fault{f, f, none})
	}
	for _, seen := range sequences {
		doc := s.signed(t)
		got := run(t.Context(), s, record.NewChart(s), doc, seen)
		if err := once(got, s.held(t, doc.Note.DocumentNumber)); err != nil {
			t.Errorf("%q: %v", seen, err)
		}
	}
}

func newID() string { return uuid.NewString() }
