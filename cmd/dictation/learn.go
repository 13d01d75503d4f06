package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"dictation/pipeline"
	"dictation/pipeline/audit"
	"dictation/pipeline/learn"
	"dictation/pipeline/store"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/lexicon"
	"dictation/pipeline/transcribe/pocketsphinx"
	"dictation/transcript"
)

func learnCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "learn",
		Short: "Teach the embedded speech engine from what was signed",
		Long: `Makes a speech model of all signed notes but every tenth, recognises some of
those held back with the model in use and with the new one, and uses the new one
if it makes fewer errors. Nothing leaves this machine. "dictation model rollback"
goes back.

With --pairs it also lists words that drafts had and people signed as others.
They are proposals; nothing is corrected by them.`,
	}
	data := dataFlag(cmd)
	trials := cmd.Flags().Int("trials", 0, "dictations to try the new model on (default 20)")
	pairs := cmd.Flags().Bool("pairs", false, "also list what was heard and signed as something else")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return withApp(cmd, *data, func(ctx context.Context, a *app) error {
			dir, err := dataFolder(*data, a.cfg)
			if err != nil {
				return err
			}
			say := func(s string) { fmt.Fprintln(cmd.ErrOrStderr(), s) }
			o, err := a.learn(ctx, shelfOf(dir), *trials, say)
			if err != nil {
				return err
			}
			printOutcome(cmd.OutOrStdout(), o)
			if !*pairs {
				return nil
			}
			return a.printPairs(ctx, cmd.OutOrStdout())
		})
	}
	return cmd
}

// learn teaches the embedded engine; the audit says that all signed notes were
// read for it.
func (a *app) learn(ctx context.Context, shelf *learn.Shelf, trials int, say func(string)) (learn.Outcome, error) {
	lx, err := lexicon.Open(lexicon.Config{})
	if err != nil {
		return learn.Outcome{}, err
	}
	if err := lx.Check(); err != nil {
		return learn.Outcome{}, err
	}
	err = a.store.Log(ctx, audit.Entry{At: time.Now(), Actor: learner, Action: "notes.learned_from", Outcome: audit.OK})
	if err != nil {
		return learn.Outcome{}, err
	}
	l := learn.Learner{
		Shelf: shelf, Lexicon: lx, Base: baseTexts(),
		Source:    learn.Source{Notes: a.signedNotes, Sound: a.soundFile},
		Recognise: recognise,
		Now:       time.Now, Say: say, MaxTrials: trials,
	}
	o, err := l.Learn(ctx)
	if err != nil {
		return o, err
	}
	pairs, err := learn.Pairs(a.signedNotes(ctx), learn.PairOptions{})
	if err != nil {
		return o, err
	}
	return o, shelf.SavePairs(pairs)
}

// learner is the name of this tool in the audit.
const learner = "learn"

// notesPage is how many dictations are asked for at a time.
const notesPage = 200

// signedNotes gives all signed notes, those of the newest dictations first.
func (a *app) signedNotes(ctx context.Context) iter.Seq2[learn.Signed, error] {
	return func(yield func(learn.Signed, error) bool) {
		f := store.Filter{Stage: pipeline.Deliver, Limit: notesPage}
		for {
			list, err := a.store.Dictations(ctx, f)
			if err != nil {
				yield(learn.Signed{}, err)
				return
			}
			for _, d := range list {
				if s, err := a.signedNote(ctx, d); !yield(s, err) || err != nil {
					return
				}
			}
			if len(list) < notesPage {
				return
			}
			last := list[len(list)-1]
			f.After = store.Cursor{At: last.Created, ID: last.ID}
		}
	}
}

func (a *app) signedNote(ctx context.Context, d pipeline.Dictation) (learn.Signed, error) {
	note, err := a.store.Note(ctx, d.ID)
	if err != nil {
		return learn.Signed{}, err
	}
	draft, err := a.store.Draft(ctx, d.ID)
	return learn.Signed{
		DictationID: d.ID, AuthorID: d.AuthorID,
		Text: note.Text, Draft: draft.Text, Sound: d.Sound.Canonical.Key,
	}, err
}

// soundFile brings a dictation's canonical sound into a file of its own.
func (a *app) soundFile(ctx context.Context, s learn.Signed) (path string, done func(), err error) {
	dir, err := os.MkdirTemp(a.temp, "learn-")
	if err != nil {
		return "", nil, err
	}
	done = func() { _ = os.RemoveAll(dir) }
	path = filepath.Join(dir, "canonical.wav")
	if err := a.fetch(ctx, s.Sound, path); err != nil {
		done()
		return "", nil, err
	}
	return path, done, nil
}

func (a *app) fetch(ctx context.Context, key, path string) error {
	r, err := a.blob.Read(ctx, key)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, r); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// recognise has the embedded engine recognise a file with a model.
func recognise(ctx context.Context, m learn.Model, path string) ([]transcript.Word, error) {
	sound, err := transcribe.OpenAudio(path)
	if err != nil {
		return nil, err
	}
	heard, err := pocketsphinx.New(withModel(m)).Transcribe(ctx, sound, transcribe.Hints{})
	return heard.Words(), err
}

func printOutcome(w io.Writer, o learn.Outcome) {
	verb := "kept unused"
	if o.Used {
		verb = "in use"
	}
	fmt.Fprintf(w, "model %s %s: %s\n", o.Model.Version, verb, o.Reason)
	fmt.Fprintf(w, "learned from %d notes (%d words), %d words known\n", o.Model.Notes, o.Model.NoteWords, o.Model.Vocabulary)
	if t := o.Model.Trial; t != nil && t.Dictations > 0 {
		fmt.Fprintf(w, "errors on %d dictations held back: %.1f %% before, %.1f %% after\n", t.Dictations, 100*t.Before, 100*t.After)
	}
}

func (a *app) printPairs(ctx context.Context, w io.Writer) error {
	list, err := learn.Pairs(a.signedNotes(ctx), learn.PairOptions{})
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "heard\tsigned\ttimes\tkept as heard\tauthors")
	for _, p := range list {
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\n", p.Heard, p.Signed, p.Times, p.Kept, p.Authors)
	}
	return t.Flush()
}
