package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/review"
	"dictation/pipeline/store"
	"dictation/transcript"
)

// workData is the transcriptionist's and QA editor's page.
type workData struct {
	Steps   []pipeline.Step // the reader's queues, in the order they are looked at
	Own     []card          // the reader's: in progress first, then laid aside
	Queue   []card          // what waits, in the order it is given out
	Others  []card          // with somebody else
	Tapes   []card          // that wait to be split
	Waiting int             // how many wait in all
	STAT    int             // of those listed
}

func (s *Server) pageWork(w http.ResponseWriter, r *http.Request) error {
	ctx, u := r.Context(), userOf(r)
	steps := review.Steps(u)
	if len(steps) == 0 { // clinicians have a list of their own
		return goTo(w, r, "/sign", "")
	}
	var ds []pipeline.Dictation
	for _, st := range steps {
		of, err := s.Store.Worklist(ctx, st, "", 100)
		if err != nil {
			return err
		}
		ds = append(ds, of...)
	}
	all, err := s.cards(u).of(ctx, ds)
	if err != nil {
		return err
	}
	counts, err := s.Store.Counts(ctx)
	if err != nil {
		return err
	}
	data := workData{Steps: steps}
	for _, st := range steps {
		data.Waiting += counts[pipeline.Position{Stage: pipeline.Review, Step: st, State: pipeline.Pending}]
	}
	data.sort(all)
	if pipeline.May(u, pipeline.SplitDictation, nil) == nil {
		if data.Tapes, err = s.tapes(ctx, u); err != nil {
			return err
		}
	}
	return s.pages.write(w, r, sheet{name: "work", title: "Work", data: data})
}

// tapes are the recordings that wait to be split, oldest of the newest hundred first.
func (s *Server) tapes(ctx context.Context, u pipeline.User) ([]card, error) {
	held, err := s.listed(ctx, store.Filter{Stage: pipeline.Transcribe, State: pipeline.Held})
	if err != nil {
		return nil, err
	}
	held = slices.DeleteFunc(held, func(d pipeline.Dictation) bool { return !d.AwaitsSplit() })
	slices.Reverse(held)
	return s.cards(u).of(ctx, held)
}

func (d *workData) sort(all []card) {
	for _, c := range all {
		switch {
		case c.Mine:
			d.Own = append(d.Own, c)
		case c.State == pipeline.Pending:
			d.Queue = append(d.Queue, c)
			if c.Priority == pipeline.STAT {
				d.STAT++
			}
		default:
			d.Others = append(d.Others, c)
		}
	}
	slices.SortStableFunc(d.Own, func(a, b card) int { return strings.Compare(string(a.State), string(b.State)) })
}

// postNext takes the next job and opens it.
func (s *Server) postNext(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Desk.Next(r.Context(), userOf(r), actor(r))
	if err != nil && pipeline.KindOf(err) == pipeline.NotFound {
		return goTo(w, r, "/work", "none")
	}
	if err != nil {
		return err
	}
	return goTo(w, r, "/review/"+d.ID, "")
}

// postClaim takes one chosen dictation. When somebody else has it, its page says who.
func (s *Server) postClaim(w http.ResponseWriter, r *http.Request) error {
	d := dictationOf(r)
	_, err := s.Desk.Claim(r.Context(), userOf(r), actor(r), d.ID)
	if err != nil && pipeline.KindOf(err) != pipeline.Locked {
		return err
	}
	return goTo(w, r, "/review/"+d.ID, "")
}

func (s *Server) postRelease(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Desk.Release(r.Context(), actor(r), dictationOf(r).ID); err != nil {
		return err
	}
	return goTo(w, r, "/work", "released")
}

// reviewData is the workstation.
type reviewData struct {
	card
	Edit    bool          // the reader holds it and may change the text
	Free    bool          // nobody holds it: the reader may take it
	Text    store.Version // newest
	Draft   store.Version
	Flags   []flagLine
	Kept    *withheld // the draft is kept back
	Doubts  string    // indexes of the draft's words to look at, for the script
	LeaseMS int64
	Desk    deskSettings // how the reader works
}

func (s *Server) pageReview(w http.ResponseWriter, r *http.Request) error {
	ctx, u, d := r.Context(), userOf(r), dictationOf(r)
	c, err := s.cards(u).one(ctx, d)
	if err != nil {
		return err
	}
	data := reviewData{card: c, LeaseMS: s.Desk.Lease().Milliseconds()}
	data.Free = d.Stage == pipeline.Review && slices.Contains(review.Steps(u), d.Step) &&
		(d.State == pipeline.Pending || d.State == pipeline.Suspended && c.Mine)
	if data.Edit = pipeline.May(u, pipeline.EditText, &d) == nil; data.Edit {
		if err := s.openText(r, d, &data); err != nil {
			return err
		}
		if data.Desk, err = s.deskSettings(r); err != nil {
			return err
		}
	}
	name := "review"
	if !data.Edit {
		name = "closed"
	}
	return s.pages.write(w, r, sheet{name: name, title: "Review " + d.JobNumber, data: data})
}

// openText reads what the workstation works on.
func (s *Server) openText(r *http.Request, d pipeline.Dictation, data *reviewData) (err error) {
	ctx := r.Context()
	if err := s.Store.Accessed(ctx, actor(r), string(pipeline.ReadText), d.ID, d.PatientID); err != nil {
		return err
	}
	if data.Text, err = s.Store.Text(ctx, d.ID, 0); err != nil {
		return err
	}
	if data.Draft, err = s.Store.Draft(ctx, d.ID); err != nil {
		return err
	}
	if data.Kept, err = s.withheld(ctx, d, data.Text); err != nil {
		return err
	}
	data.Flags = flagLines(data.Draft, data.Text.Text)
	// Counted as GET …/versions/{n} gives the words: one for each in the text.
	draft := transcript.Draft{Text: data.Draft.Text, Words: data.Draft.Words}
	doubts := doubtful(draft.Timed(draft.Text))
	list := make([]string, len(doubts))
	for i, n := range doubts {
		list[i] = strconv.Itoa(n)
	}
	data.Doubts = strings.Join(list, " ")
	return nil
}
