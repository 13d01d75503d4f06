package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/review"
	"dictation/pipeline/store"
)

// workData is the page of those who type and check.
type workData struct {
	Steps []pipeline.Step // the reader's queues, in the order they are looked at
	Taken []store.Takeover
	Read  int64  // when Taken was read, in Unix milliseconds
	Own   []card // the reader's: in progress first, then laid aside
	Tapes []card // that wait to be split
	Undo  []card // just sent on, and nobody has taken it up
	Queue queueData
}

func (s *Server) pageWork(w http.ResponseWriter, r *http.Request) error {
	ctx, u := r.Context(), userOf(r)
	steps := review.Steps(u)
	if len(steps) == 0 { // clinicians have a list of their own
		return goTo(w, r, "/sign", "")
	}
	data := workData{Steps: steps, Read: time.Now().UnixMilli()}
	var err error
	if data.Taken, err = s.Store.Takeovers(ctx, u.ID); err != nil {
		return err
	}
	names := s.cards(u)
	own, err := s.Store.InHand(ctx, u.ID)
	if err != nil {
		return err
	}
	if data.Own, err = names.of(ctx, own); err != nil {
		return err
	}
	if data.Queue, err = s.queue(r, names, steps); err != nil {
		return err
	}
	if data.Undo, err = s.undoable(ctx, u); err != nil {
		return err
	}
	if pipeline.May(u, pipeline.SplitDictation, nil) == nil {
		if data.Tapes, err = s.tapes(ctx, u); err != nil {
			return err
		}
	}
	return s.pages.write(w, r, sheet{name: "work", title: "Work", data: data})
}

// postNoted confirms that what was taken from the reader was read.
func (s *Server) postNoted(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	ms, err := strconv.ParseInt(r.PostFormValue("read"), 10, 64)
	if err != nil {
		return pipeline.Errorf(pipeline.Invalid, "The page did not say what was read. Load it again.")
	}
	if err := s.Store.NoteTakeovers(r.Context(), userOf(r).ID, time.UnixMilli(ms)); err != nil {
		return err
	}
	return goTo(w, r, "/work", "")
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

// postTakeOver takes a dictation from another's hands into the reader's.
func (s *Server) postTakeOver(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	d := dictationOf(r)
	if _, err := s.Desk.TakeOver(r.Context(), userOf(r), actor(r), d.ID, r.PostFormValue("reason")); err != nil {
		return err
	}
	return goTo(w, r, "/review/"+d.ID, "")
}

// postTakeBack gives a dictation in another's hands back to the queue.
func (s *Server) postTakeBack(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Desk.TakeBack(r.Context(), actor(r), dictationOf(r).ID); err != nil {
		return err
	}
	return goTo(w, r, "/work", "taken-back")
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
	Editor  editorData
	Nonce   string       // of the editor's style sheet
	Desk    deskSettings // how the reader works
	AddWord bool         // the reader may put words on the site's list
	Clash   *string      // what a form sent, made of an older version; nothing of it was saved
}

func (s *Server) pageReview(w http.ResponseWriter, r *http.Request) error {
	d, err := s.warned(r, dictationOf(r))
	if err != nil {
		return err
	}
	data, err := s.reviewOf(w, r, d)
	if err != nil {
		return err
	}
	name := "review"
	if !data.Edit {
		name = "closed"
	}
	return s.pages.write(w, r, sheet{name: name, title: s.speech(r).t("Review %s", d.JobNumber), data: data})
}

// reviewOf reads what the page of a dictation in review shows.
func (s *Server) reviewOf(w http.ResponseWriter, r *http.Request, d pipeline.Dictation) (data reviewData, err error) {
	ctx, u := r.Context(), userOf(r)
	c, err := s.cards(u).one(ctx, d)
	if err != nil {
		return data, err
	}
	data = reviewData{card: c, LeaseMS: s.Desk.Lease().Milliseconds()}
	data.Free = d.Stage == pipeline.Review && slices.Contains(review.Steps(u), d.Step) &&
		(d.State == pipeline.Pending || d.State == pipeline.Suspended && c.Mine)
	if data.Edit = pipeline.May(u, pipeline.EditText, &d) == nil; data.Edit {
		if err := s.openText(r, d, &data); err != nil {
			return data, err
		}
		if data.Desk, err = s.deskSettings(r); err != nil {
			return data, err
		}
		data.Nonce = styleNonce(w)
		data.AddWord = pipeline.May(u, pipeline.SitePhrases, nil) == nil
	}
	return data, nil
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
	data.Editor, data.Flags = editorOf(data.Text, data.Draft, data.Kept != nil)
	// The strip of heard words counts as the editor's data does.
	doubts := doubtful(data.Editor.Words)
	list := make([]string, len(doubts))
	for i, n := range doubts {
		list[i] = strconv.Itoa(n)
	}
	data.Doubts = strings.Join(list, " ")
	return nil
}
