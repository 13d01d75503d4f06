package review

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/store"
	"dictation/transcript"
)

// Limits of an assessment.
const (
	maxMarks = 500
	maxWords = 2000 // bytes of what a mark quotes
)

// Mark is an error as a QA editor names it: by the number of a change between
// the typed and the edited text, or with words of its own.
type Mark struct {
	Change int    // 1 and up, of Changes; 0: Was and Now say it
	Type   string // key or code of a kind of error
	Was    string
	Now    string
	Note   string

	AudioMS int64
	Timed   bool
}

// Judgement is what a QA editor decides about a text.
type Judgement struct {
	Version int // of the text he saw
	Verdict pipeline.Verdict
	Reason  string // why it goes back; for pipeline.SentBack
	Comment string // to the typist; may be empty
	Marks   []Mark
}

// Bench is what a QA editor judges by: the typed text beside his own.
type Bench struct {
	store.Typed
	Edited  store.Version
	Changes []pipeline.Change
}

// Bench reads the changes that QA made in a dictation.
func (k *Desk) Bench(ctx context.Context, id string) (Bench, error) {
	typed, err := k.store.Typed(ctx, id)
	if err != nil {
		return Bench{}, err
	}
	edited, err := k.store.Text(ctx, id, 0)
	if err != nil {
		return Bench{}, err
	}
	changes, err := k.changes(ctx, id, typed.TypedN, edited)
	return Bench{typed, edited, changes}, err
}

func (k *Desk) changes(ctx context.Context, id string, from int, to store.Version) ([]pipeline.Change, error) {
	if from == 0 || from == to.N {
		return nil, nil
	}
	was, err := k.store.Text(ctx, id, from)
	if err != nil {
		return nil, err
	}
	draft, err := k.store.Draft(ctx, id)
	if err != nil {
		return nil, err
	}
	return pipeline.Changes(transcript.Draft{Engine: draft.Engine, Text: draft.Text, Words: draft.Words}, was.Text, to.Text), nil
}

// Scale is how this site scores.
func (k *Desk) Scale() pipeline.Scale { return k.opts.Scale }

// Assess ends QA with an assessment: the text goes on to the signature, or back
// to typing with the reason.
func (k *Desk) Assess(ctx context.Context, by store.Actor, id string, j Judgement) (pipeline.Dictation, pipeline.Assessment, error) {
	var none pipeline.Assessment
	on := pipeline.Completed
	switch j.Verdict {
	case pipeline.SentOn:
		j.Reason = ""
	case pipeline.SentBack:
		on = pipeline.Returned
		if err := given(j.Reason); err != nil {
			return pipeline.Dictation{}, none, err
		}
	default:
		return pipeline.Dictation{}, none, pipeline.Errorf(pipeline.Invalid, "Say whether the text goes on or back: completed or returned.")
	}
	if len(j.Marks) > maxMarks {
		return pipeline.Dictation{}, none, pipeline.Errorf(pipeline.TooLarge, "An assessment has at most %d marks.", maxMarks)
	}
	if err := short("comment", j.Comment); err != nil {
		return pipeline.Dictation{}, none, err
	}
	// Versions never change: what is compared here still holds in the transaction,
	// which refuses when a newer one was saved.
	edited, err := k.store.Text(ctx, id, j.Version)
	if err != nil {
		return pipeline.Dictation{}, none, err
	}
	if on == pipeline.Completed && strings.TrimSpace(edited.Text) == "" {
		return pipeline.Dictation{}, none, pipeline.Errorf(pipeline.Conflict, "There is no text yet. Return it to typing with the reason.")
	}
	typed, err := k.store.Typed(ctx, id)
	if err != nil {
		return pipeline.Dictation{}, none, err
	}
	changes, err := k.changes(ctx, id, typed.TypedN, edited)
	if err != nil {
		return pipeline.Dictation{}, none, err
	}
	d, a, err := k.store.Assess(ctx, by, id, on, j.Version, strings.TrimSpace(j.Reason), func(t store.Typed) (pipeline.Assessment, error) {
		if t != typed {
			return none, pipeline.Errorf(pipeline.Stale, "The text was typed anew meanwhile. Nothing was stored; open it again.")
		}
		return k.judge(by, t, changes, j)
	})
	d, err = k.told(d, err)
	return d, a, err
}

func (k *Desk) judge(by store.Actor, t store.Typed, changes []pipeline.Change, j Judgement) (pipeline.Assessment, error) {
	a := pipeline.Assessment{Verdict: j.Verdict, Comment: strings.TrimSpace(j.Comment), Scale: k.opts.Scale}
	switch t.TypedBy {
	case "":
		return a, pipeline.Errorf(pipeline.Conflict, "Nobody is known to have typed this text. Complete it without an assessment.")
	case by.ID:
		return a, pipeline.Errorf(pipeline.Conflict, "You typed this text yourself. Complete it without an assessment, or give it back for a colleague.")
	}
	for i, m := range j.Marks {
		f, err := finding(m, changes)
		if err != nil {
			return a, err
		}
		f.N = i + 1
		a.Findings = append(a.Findings, f)
	}
	a.Count()
	return a, nil
}

// finding makes what is stored of a mark.
func finding(m Mark, changes []pipeline.Change) (f pipeline.Finding, err error) {
	if f.Type, err = pipeline.ParseMarkType(m.Type); err != nil {
		return f, err
	}
	f.Was, f.Now, f.AudioMS, f.Timed = m.Was, m.Now, m.AudioMS, m.Timed
	if m.Change != 0 {
		if m.Change < 1 || m.Change > len(changes) {
			return f, pipeline.Errorf(pipeline.Invalid, "There is no change number %d in this text. Nothing was stored; load the page again.", m.Change)
		}
		c := changes[m.Change-1]
		f.Was, f.Now, f.AudioMS, f.Timed = c.Was, c.Now, c.AudioMS, c.Timed
		f.Before, f.After = cut(c.Before), cut(c.After)
	}
	f.Was, f.Now, f.Note = cut(strings.TrimSpace(f.Was)), cut(strings.TrimSpace(f.Now)), strings.TrimSpace(m.Note)
	if f.Timed && f.AudioMS < 0 {
		return f, pipeline.Errorf(pipeline.Invalid, "A mark lies before the beginning of the recording. Nothing was stored.")
	}
	if m.Change == 0 && f.Was == "" && f.Now == "" && f.Note == "" {
		return f, pipeline.Errorf(pipeline.Invalid, "A mark needs the words it is about, or a note. Nothing was stored.")
	}
	return f, short("note", f.Note)
}

// cut keeps what a mark quotes to a readable length; the versions have the rest.
func cut(s string) string {
	if len(s) <= maxWords {
		return s
	}
	return strings.ToValidUTF8(s[:maxWords], "") + " …"
}

func short(what, s string) error {
	if len(s) > 1000 {
		return pipeline.Errorf(pipeline.TooLarge, "Keep the %s under 1000 characters. Nothing was stored.", what)
	}
	if !clean(s) {
		return pipeline.Errorf(pipeline.Invalid, "The %s holds characters that cannot be stored. Nothing was stored.", what)
	}
	return nil
}

// Undo gives a text back to the typist who has just sent it on.
func (k *Desk) Undo(ctx context.Context, by store.Actor, id string) (pipeline.Dictation, error) {
	return k.told(k.store.UndoTyping(ctx, by, id, k.opts.Undo, k.opts.Lease))
}

// Undoable lists what the user can still take back.
func (k *Desk) Undoable(ctx context.Context, u pipeline.User) ([]pipeline.Dictation, error) {
	return k.store.Undoable(ctx, u.ID, k.opts.Undo)
}

// UndoFor is how long a typist can take a text back.
func (k *Desk) UndoFor() time.Duration { return k.opts.Undo }

// SetRules replaces the site's QA rules of revision rev; rules without an id are
// new and get one. what names the change for the audit.
func (k *Desk) SetRules(ctx context.Context, by store.Actor, rev int64, rules pipeline.QARules, what string) (int64, error) {
	for i := range rules {
		rules[i].Name = strings.TrimSpace(rules[i].Name)
		if rules[i].ID == "" {
			rules[i].ID = uuid.NewString()
		}
		if uuid.Validate(rules[i].ID) != nil || !clean(rules[i].Name) {
			return 0, pipeline.Errorf(pipeline.Invalid, "A rule has an id or a name that cannot be stored. Nothing was changed.")
		}
		if err := k.person(ctx, rules[i].AuthorID, pipeline.RoleAuthor, pipeline.RoleClinician); err != nil {
			return 0, err
		}
		if err := k.person(ctx, rules[i].TypistID, pipeline.RoleTranscriptionist); err != nil {
			return 0, err
		}
	}
	if err := rules.Check(); err != nil {
		return 0, err
	}
	return k.store.SetQARules(ctx, by, rev, rules, what)
}

// person checks that an account a rule names is there and has one of the roles.
func (k *Desk) person(ctx context.Context, id string, roles ...pipeline.Role) error {
	if id == "" {
		return nil
	}
	if uuid.Validate(id) != nil {
		return pipeline.Errorf(pipeline.Invalid, "A rule names an account that is not there. Nothing was changed.")
	}
	u, err := k.store.User(ctx, id)
	if pipeline.KindOf(err) == pipeline.NotFound && err != nil {
		return pipeline.Errorf(pipeline.Invalid, "A rule names an account that is not there. Nothing was changed.")
	}
	if err == nil && !u.Is(roles...) {
		return pipeline.Errorf(pipeline.Invalid, "A rule names an account that does not type, or does not dictate. Nothing was changed.")
	}
	return err
}
