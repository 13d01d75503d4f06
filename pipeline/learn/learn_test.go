package learn_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/learn"
	"dictation/pipeline/transcribe/lexicon"
	"dictation/transcript"
)

var day = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func openLexicon(t *testing.T) *lexicon.Lexicon {
	t.Helper()
	lx, err := lexicon.Open(lexicon.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return lx
}

func base(name string) learn.Texts {
	return learn.Texts{BaseName: name, Base: slices.Values([]string{
		"the lungs are clear period", "the heart is regular period", "new paragraph plan colon lasix forty milligrams b i d period",
	})}
}

func notes(n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range n {
			if !yield(fmt.Sprintf("PLAN: Verapamil %d mg b.i.d.\n\nThe hypopharynx is clear.", 10*i)) {
				return
			}
		}
	}
}

func TestBuild(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	texts := base("corpus 1")
	texts.Notes = notes(30)
	m, err := learn.Build(t.Context(), texts, openLexicon(t), dir, day)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(m.Version, "2026-03-04-") || m.Notes != 30 || m.Base != "corpus 1" || m.BaseWords != 21 {
		t.Errorf("manifest %+v", m.Manifest)
	}
	if m.NoteShare < 0.9 || m.Perplexity <= 1 {
		t.Errorf("notes that are alike: share %.2f, perplexity %.2f", m.NoteShare, m.Perplexity)
	}
	dict, err := os.ReadFile(m.Dictionary())
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"\nverapamil ", "\nhypopharynx ", "\nlasix ", "\nscratch ", "\nb. B IY", "\nseventy "} {
		if !strings.Contains("\n"+string(dict), word) {
			t.Errorf("the dictionary lacks%s", word)
		}
	}
	if _, err := os.Stat(m.LanguageModel()); err != nil {
		t.Error(err)
	}
	again, err := learn.Build(t.Context(), texts, openLexicon(t), dir, day)
	if err != nil || again.Version != m.Version {
		t.Errorf("the same texts gave %s, then %s (%v)", m.Version, again.Version, err)
	}
	onlyFolders(t, dir, 1)
}

// onlyFolders checks that nothing half-made is left.
func onlyFolders(t *testing.T, dir string, n int) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s is left", e.Name())
		}
	}
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return !e.IsDir() })
	if len(entries) != n {
		t.Errorf("%d folders, want %d", len(entries), n)
	}
}

func TestBuildCancelled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := learn.Build(ctx, base("b"), openLexicon(t), dir, day); err == nil {
		t.Error("a cancelled build went on")
	}
	onlyFolders(t, dir, 0)
	if _, err := learn.Build(t.Context(), learn.Texts{}, openLexicon(t), dir, day); pipeline.KindOf(err) != pipeline.Invalid {
		t.Errorf("a model of nothing: %v", err)
	}
}

func TestShelf(t *testing.T) {
	t.Parallel()
	s, lx := learn.NewShelf(filepath.Join(t.TempDir(), "models")), openLexicon(t)
	if _, ok, err := s.Current(); ok || err != nil {
		t.Fatalf("an empty shelf has a model (%v)", err)
	}
	if _, err := s.Rollback(); pipeline.KindOf(err) != pipeline.Conflict {
		t.Errorf("rolling back from nothing: %v", err)
	}
	said := 0
	ensure := func(texts learn.Texts) learn.Model {
		t.Helper()
		m, err := s.Ensure(t.Context(), texts, lx, day, func(string) { said++ })
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	first := ensure(base("corpus 1"))
	if ensure(base("corpus 1")).Version != first.Version || said != 1 {
		t.Errorf("the model was made %d times", said)
	}
	texts := base("corpus 2")
	texts.Base = slices.Values([]string{"the spleen is large period"})
	second := ensure(texts)
	if second.Version == first.Version || said != 2 {
		t.Error("a new text of the program made no new model")
	}
	if m, err := s.Rollback(); err != nil || m.Version != first.Version {
		t.Errorf("rolled back to %s (%v)", m.Version, err)
	}
	if err := s.Use(second.Version); err != nil {
		t.Error(err)
	}
	list, err := s.List()
	if now, ok, _ := s.Current(); err != nil || len(list) != 2 || !ok || now.Version != second.Version {
		t.Errorf("%d models, %s in use (%v)", len(list), now.Version, err)
	}
	for _, wrong := range []string{"", "..", "../x", ".hidden", "2020-01-01-00000000"} {
		if err := s.Use(wrong); err == nil {
			t.Errorf("version %q can be used", wrong)
		}
	}
}

// A learned model stays when only the program's own text is new.
func TestEnsureKeepsWhatWasLearned(t *testing.T) {
	t.Parallel()
	s, lx := learn.NewShelf(t.TempDir()), openLexicon(t)
	texts := base("corpus 1")
	texts.Notes = notes(12)
	m, err := learn.Build(t.Context(), texts, lx, s.Dir(), day)
	if err = errors.Join(err, s.Use(m.Version)); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Ensure(t.Context(), base("corpus 2"), lx, day, func(string) {}); err != nil || got.Version != m.Version {
		t.Errorf("%s took the place of what was learned (%v)", got.Version, err)
	}
}

// site is a made-up site: signed notes, and an engine that hears by a model
// what the test says.
type site struct {
	signed []learn.Signed
	hears  func(m learn.Model) string // per dictation
	opened int
	closed int
}

func (s *site) learner(t *testing.T) *learn.Learner {
	return &learn.Learner{
		Shelf: learn.NewShelf(t.TempDir()), Lexicon: openLexicon(t), Base: base("corpus 1"),
		Source: learn.Source{
			Notes: func(context.Context) iter.Seq2[learn.Signed, error] {
				return func(yield func(learn.Signed, error) bool) {
					for _, n := range s.signed {
						if !yield(n, nil) {
							return
						}
					}
				}
			},
			Sound: func(context.Context, learn.Signed) (string, func(), error) {
				s.opened++
				return "sound.wav", func() { s.closed++ }, nil
			},
		},
		Recognise: func(_ context.Context, m learn.Model, _ string) ([]transcript.Word, error) {
			var words []transcript.Word
			for w := range strings.FieldsSeq(s.hears(m)) {
				words = append(words, transcript.Word{Text: w})
			}
			return words, nil
		},
		Now: func() time.Time { return day },
		Say: func(string) {},
	}
}

const (
	signedText  = "The hypopharynx is clear and verapamil was begun for the rhythm that we saw on the monitor."
	heardRight  = "the hypopharynx is clear and verapamil was begun for the rhythm that we saw on the monitor period"
	heardWrong  = "the hyper fair inks is clear and the rap a mill was begun for the rhythm that we saw on the monitor period"
	manyRecords = 300
)

func signedNotes() []learn.Signed {
	var list []learn.Signed
	for i := range manyRecords {
		list = append(list, learn.Signed{DictationID: fmt.Sprintf("d%d", i), AuthorID: "a", Text: signedText, Draft: "The hyper fair inks is clear.", Sound: "s"})
	}
	return list
}

func TestLearn(t *testing.T) {
	t.Parallel()
	learned := func(m learn.Model) bool { return m.Notes > 0 }
	for _, c := range []struct {
		name  string
		hears func(learn.Model) string
		used  bool
	}{
		{"better", func(m learn.Model) string {
			if learned(m) {
				return heardRight
			}
			return heardWrong
		}, true},
		{"worse", func(m learn.Model) string {
			if learned(m) {
				return heardWrong
			}
			return heardRight
		}, false},
		{"as good", func(learn.Model) string { return heardRight }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &site{signed: signedNotes(), hears: c.hears}
			l := s.learner(t)
			o, err := l.Learn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			now, _, err := l.Shelf.Current()
			if err != nil || o.Used != c.used || (now.Version == o.Model.Version) != c.used || o.Reason == "" {
				t.Errorf("used %v, in use %s, trained %s: %s (%v)", o.Used, now.Version, o.Model.Version, o.Reason, err)
			}
			if o.Model.Trial == nil || o.Model.Trial.Dictations != 20 || s.opened != 20 || s.closed != 20 {
				t.Errorf("trial %+v; %d sounds opened, %d closed", o.Model.Trial, s.opened, s.closed)
			}
			if o.Model.Notes >= manyRecords || o.Model.Notes < manyRecords/2 {
				t.Errorf("learned from %d of %d notes: some are held back", o.Model.Notes, manyRecords)
			}
			kept, err := l.Shelf.Open(o.Model.Version)
			if err != nil || kept.Trial == nil {
				t.Errorf("the trial is not in the manifest (%v)", err)
			}
			onlyFolders(t, l.Shelf.Dir(), 2)
		})
	}
}

func TestLearnWithoutProof(t *testing.T) {
	t.Parallel()
	s := &site{hears: func(learn.Model) string { return heardRight }}
	l := s.learner(t)
	if _, err := l.Learn(t.Context()); pipeline.KindOf(err) != pipeline.Conflict {
		t.Errorf("learned from nothing: %v", err)
	}
	s.signed = signedNotes()
	for i := range s.signed {
		s.signed[i].Sound = ""
	}
	if o, err := l.Learn(t.Context()); err != nil || o.Used {
		t.Errorf("a model nobody tried is used (%v)", err)
	}
}

func TestPairs(t *testing.T) {
	t.Parallel()
	list := []learn.Signed{
		{DictationID: "1", AuthorID: "a", Draft: "Acute hyper cabinet failure. No fever.", Text: "Acute hypercapnic failure. No fever."},
		{DictationID: "2", AuthorID: "b", Draft: "Known hyper cabinet failure.", Text: "Known hypercapnic failure."},
		{DictationID: "3", AuthorID: "a", Draft: "The hyper cabinet state.", Text: "The hypercapnic state."},
		{DictationID: "4", AuthorID: "a", Draft: "The knee is warm.", Text: "The knee is cold."},
		{DictationID: "5", AuthorID: "a", Draft: "", Text: "Typed from scratch."},
	}
	each := func(yield func(learn.Signed, error) bool) {
		for _, s := range list {
			if !yield(s, nil) {
				return
			}
		}
	}
	pairs, err := learn.Pairs(each, learn.PairOptions{})
	if err != nil || len(pairs) != 1 {
		t.Fatalf("%+v (%v)", pairs, err)
	}
	p := pairs[0]
	if p.Heard != "hyper cabinet" || p.Signed != "hypercapnic" || p.Times != 3 || p.Authors != 2 || p.Kept != 0 || !slices.Equal(p.Notes, []string{"1", "2", "3"}) {
		t.Errorf("%+v", p)
	}
	// What is also signed as it was heard is no slip of the engine.
	for i := range 3 {
		list = append(list, learn.Signed{DictationID: fmt.Sprint(6 + i), Draft: "A hyper cabinet stands.", Text: "A hyper cabinet stands."})
	}
	if pairs, err := learn.Pairs(each, learn.PairOptions{}); err != nil || len(pairs) != 0 {
		t.Errorf("%+v (%v)", pairs, err)
	}
	broken := errors.New("away")
	_, err = learn.Pairs(func(yield func(learn.Signed, error) bool) { yield(learn.Signed{}, broken) }, learn.PairOptions{})
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	s := learn.Compare(
		"lasix forty milligrams b. i. d. period new paragraph plan colon none period",
		"lasix fourteen milligrams b. i. d. period you paragraph plan colon none")
	want := learn.Score{
		Errors:  transcript.Errors{Substituted: 2, Deleted: 1, Words: 13},
		Numbers: 1, NumbersWrong: 1, Commands: 5, CommandsWrong: 2,
	}
	if s != want {
		t.Errorf("%+v, want %+v", s, want)
	}
}
