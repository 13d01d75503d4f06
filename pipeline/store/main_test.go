package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
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

// bench is a store with people and a patient in it.
type bench struct {
	*store.Store
	url                   string
	author, typist, other store.Actor
	patient               string
}

func setup(t *testing.T) bench {
	t.Helper()
	b := bench{url: localtest.Database(t)}
	s, err := store.Open(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	b.Store = s
	for name, actor := range map[string]*store.Actor{"author": &b.author, "typist": &b.typist, "other": &b.other} {
		u, err := s.AddUser(t.Context(), store.Actor{ID: "test"}, pipeline.User{Username: name, Name: name, Roles: []pipeline.Role{pipeline.RoleAuthor}}, "hash")
		if err != nil {
			t.Fatal(err)
		}
		*actor = store.Actor{ID: u.ID, Remote: "127.0.0.1"}
	}
	b.patient, err = s.PutPatient(t.Context(), pipeline.Patient{MRN: "M1", Family: "Example", Given: "Eve", BirthDate: time.Date(1980, 2, 3, 0, 0, 0, 0, time.UTC), Sex: "female"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// receive makes a dictation that waits for decode.
func (b bench) receive(t *testing.T, p pipeline.Priority) pipeline.Dictation {
	t.Helper()
	d, _, err := b.Receive(t.Context(), b.author, b.fresh(p), "", "")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (b bench) fresh(p pipeline.Priority) pipeline.Dictation {
	id := uuid.NewString()
	return pipeline.Dictation{
		ID: id, AuthorID: b.author.ID, PatientID: b.patient, Worktype: pipeline.ProgressNote, Priority: p,
		Due: p.Due(time.Now()), Source: "api", Original: pipeline.Object{Key: "d/" + id + "/original", SHA256: strings.Repeat("ab", 32), Size: 5},
	}
}

// do claims a machine stage and completes it.
func (b bench) do(t *testing.T, d pipeline.Dictation, r pipeline.Result) pipeline.Dictation {
	t.Helper()
	d, err := b.Claim(t.Context(), d.ID, d.Stage, "w1", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	d, err = b.Complete(t.Context(), pipeline.Job{Dictation: d, Stage: d.Stage, Attempt: d.Attempt}, "w1", r)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// drafted makes a dictation that waits for typing.
func (b bench) drafted(t *testing.T, p pipeline.Priority) pipeline.Dictation {
	t.Helper()
	d := b.do(t, b.receive(t, p), pipeline.Result{Sound: &pipeline.Sound{Canonical: pipeline.Object{Key: "k"}, DurationMS: 1000}})
	c := 0.5
	return b.do(t, d, pipeline.Result{Draft: &transcript.Draft{Engine: "e", Text: "a b", Words: []transcript.Word{{Text: "a", EndMS: 10, Confidence: &c}}}})
}

// whole fails the test when the audit does not hold.
func (b bench) whole(t *testing.T) {
	t.Helper()
	if _, _, _, err := b.Seal(t.Context(), 10_000); err != nil {
		t.Fatal(err)
	}
	v, n, err := b.CheckAudit(t.Context())
	if err != nil || n == 0 || len(v.Problems()) > 0 {
		t.Errorf("audit of %d entries: %v, problems %v", n, err, v.Problems())
	}
}

// wantKind fails the test unless err has the kind.
func wantKind(t *testing.T, err error, kind pipeline.Kind) {
	t.Helper()
	if err == nil || pipeline.KindOf(err) != kind {
		t.Errorf("error %v, want kind %s", err, kind)
	}
}

// race runs f n times at once and gives the errors.
func race(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = f(i) })
	}
	all.Wait()
	return errs
}

func successes(errs []error) (n int) {
	for _, err := range errs {
		if err == nil {
			n++
		}
	}
	return n
}
