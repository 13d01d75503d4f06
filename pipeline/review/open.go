package review

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/store"
	"dictation/transcript"
	"dictation/transcript/check"
)

// ConfirmRule says which flags of the checks a signer must have heard or checked.
type ConfirmRule string

// The rules.
const (
	ConfirmCritical ConfirmRule = "critical" // those that can harm
	ConfirmAll      ConfirmRule = "all"
	ConfirmNone     ConfirmRule = "none"
)

// ParseConfirmRule reads a rule's name.
func ParseConfirmRule(s string) (ConfirmRule, error) {
	switch r := ConfirmRule(s); r {
	case ConfirmCritical, ConfirmAll, ConfirmNone:
		return r, nil
	}
	return "", pipeline.Errorf(pipeline.Invalid, "What a signer must hear is critical, all or none, not %q.", s)
}

// Point is a place to look at as a signer sees it: a flag of the checks, or words
// that a transcriptionist or QA editor marked as doubtful.
type Point struct {
	ID string // version of the draft and number of its flag: "1.3"; of a text and number of its mark: "m4.0"
	check.Flag
	Must bool                // heard or checked before signing
	Done *store.Confirmation // by this signer; nil while it is open
}

// Unresolved is what stands between a text and a signature. As an error it is a
// Conflict whose sentence says how much and where.
type Unresolved struct {
	Version int
	Text    string
	Blanks  []transcript.Mark
	Points  []Point // all flags that still stand
}

// Waiting are the points that must still be heard or checked.
func (o *Unresolved) Waiting() (open []Point) {
	for _, p := range o.Points {
		if p.Must && p.Done == nil {
			open = append(open, p)
		}
	}
	return open
}

// Ready reports whether nothing stands in the way.
func (o *Unresolved) Ready() bool { return len(o.Blanks) == 0 && len(o.Waiting()) == 0 }

func (o *Unresolved) err() error {
	if o.Ready() {
		return nil
	}
	return o
}

// Error implements error: the sentence for the signer, without patient data.
func (o *Unresolved) Error() string { return pipeline.Sentence(o.Unwrap()) }

// Unwrap gives the Conflict.
func (o *Unresolved) Unwrap() error {
	var says []string
	if n := len(o.Blanks); n == 1 {
		says = append(says, fmt.Sprintf("The text still has a blank (%s) in %s. Fill it in, or return the note, before you sign.",
			transcript.BlankText, o.lines(o.blankPlaces())))
	} else if n > 1 {
		says = append(says, fmt.Sprintf("The text still has %d blanks (%s) in %s. Fill them in, or return the note, before you sign.",
			n, transcript.BlankText, o.lines(o.blankPlaces())))
	}
	var places, doubts []int
	for _, p := range o.Waiting() {
		if p.Kind == check.Doubted {
			doubts = append(doubts, p.Offset)
		} else {
			places = append(places, p.Offset)
		}
	}
	if n := len(doubts); n == 1 {
		says = append(says, fmt.Sprintf("Words in %s were marked as doubtful; hear or check them, or put them right, before you sign.", o.lines(doubts)))
	} else if n > 1 {
		says = append(says, fmt.Sprintf("Words at %d places, in %s, were marked as doubtful; hear or check them, or put them right, before you sign.", n, o.lines(doubts)))
	}
	if n := len(places); n == 1 {
		says = append(says, fmt.Sprintf("One place that can harm, in %s, has to be heard or checked by you before you sign.", o.lines(places)))
	} else if n > 1 {
		says = append(says, fmt.Sprintf("%d places that can harm, in %s, have to be heard or checked by you before you sign.", n, o.lines(places)))
	}
	return pipeline.Errorf(pipeline.Conflict, "%s", strings.Join(says, " "))
}

func (o *Unresolved) blankPlaces() (places []int) {
	for _, b := range o.Blanks {
		places = append(places, b.Offset)
	}
	return places
}

// Line is the line of the text, from 1, that a place is in.
func (o *Unresolved) Line(offset int) int {
	return 1 + strings.Count(o.Text[:min(offset, len(o.Text))], "\n")
}

// lines says "line 2" or "lines 2, 5 and 7".
func (o *Unresolved) lines(offsets []int) string {
	var names []string
	for _, at := range offsets {
		if l := strconv.Itoa(o.Line(at)); !slices.Contains(names, l) {
			names = append(names, l)
		}
	}
	if len(names) == 1 {
		return "line " + names[0]
	}
	return "lines " + strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// Open says what stands between version n of a dictation's text and u's signature.
func (k *Desk) Open(ctx context.Context, u pipeline.User, d pipeline.Dictation, n int) (*Unresolved, error) {
	v, err := k.store.Text(ctx, d.ID, n)
	if err != nil {
		return nil, err
	}
	draft, err := k.store.Draft(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	done, err := k.store.Confirmations(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	typed, err := k.store.TypedText(ctx, d.ID, v.N)
	if err != nil {
		return nil, err
	}
	words := transcript.Draft{Engine: draft.Engine, Text: draft.Text, Words: draft.Words}.Timed(v.Text)
	o := &Unresolved{Version: v.N, Text: v.Text}
	marks, at := transcript.CarryMarksNumbered(typed.Places.Marks, typed.Text, v.Text)
	for _, m := range transcript.Marked(marks, v.Text, words) {
		if m.Kind == transcript.Blank {
			o.Blanks = append(o.Blanks, m)
		}
	}
	for i, m := range marks {
		if m.Kind == transcript.QAMark {
			o.Points = append(o.Points, Point{ID: fmt.Sprintf("m%d.%d", typed.N, at[i]), Flag: doubted(m, v.Text, words), Must: true})
		}
	}
	flags, number := check.CarryNumbered(draft.Flags, draft.Text, v.Text)
	for i, f := range flags {
		o.Points = append(o.Points, Point{ID: fmt.Sprintf("%d.%d", draft.N, number[i]), Flag: f, Must: k.must(f)})
	}
	for i := range o.Points {
		for j := range done {
			if done[j].Flag == o.Points[i].ID && done[j].UserID == u.ID {
				o.Points[i].Done = &done[j]
			}
		}
	}
	return o, nil
}

// doubted is a mark of doubt as the checks have their flags. Its sound is that of
// its words, which words has for each token of text, or else the moment at which
// the typist heard it.
func doubted(m transcript.Mark, text string, words []transcript.Word) check.Flag {
	f := check.Flag{
		Kind: check.Doubted, Severity: check.Critical, Reason: m.Reason,
		Place: check.Place{Offset: m.Offset, Length: m.Length}, Audio: check.Span{StartMS: m.AudioMS, EndMS: m.AudioMS},
	}
	for i, t := range transcript.Tokens(text) {
		if i < len(words) && t.Offset+len(t.Text) > m.Offset && t.Offset < m.Offset+m.Length {
			f.Audio.EndMS = max(f.Audio.EndMS, words[i].EndMS)
		}
	}
	return f
}

// must reports whether the site asks a signer to hear a flag. A blank that still
// stands refuses the signature as such.
func (k *Desk) must(f check.Flag) bool {
	switch k.opts.Confirm {
	case ConfirmAll:
		return true
	case ConfirmNone:
		return false
	}
	return f.Severity == check.Critical
}

// Vouch notes that the program by which u signs does not say what he has heard: it
// showed him the note in its own way and answers for that, unless the site asks
// every program.
func (k *Desk) Vouch(ctx context.Context, u pipeline.User, by store.Actor, d pipeline.Dictation) error {
	if k.opts.Ask {
		return nil
	}
	open, err := k.Open(ctx, u, d, 0)
	if err != nil || len(open.Blanks) > 0 { // which refuse the signature
		return err
	}
	var flags []string
	for _, p := range open.Waiting() {
		flags = append(flags, p.ID)
	}
	return k.store.Confirm(ctx, by, d, store.Vouched, flags)
}

// Confirm notes that u has heard, or checked, flags of what he is about to sign.
func (k *Desk) Confirm(ctx context.Context, u pipeline.User, by store.Actor, d pipeline.Dictation, how string, flags []string) error {
	if how != store.Heard && how != store.Confirmed {
		return pipeline.Errorf(pipeline.Invalid, "A place is heard or confirmed, not %q.", how)
	}
	if len(flags) == 0 {
		return nil
	}
	open, err := k.Open(ctx, u, d, 0)
	if err != nil {
		return err
	}
	for _, id := range flags {
		if !slices.ContainsFunc(open.Points, func(p Point) bool { return p.ID == id }) {
			return pipeline.Errorf(pipeline.Conflict, "The text has no place %q to look at any more. Read the note again; nothing was signed.", id)
		}
	}
	return k.store.Confirm(ctx, by, d, how, flags)
}
