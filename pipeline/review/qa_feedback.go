package review

import (
	"context"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

func noFinding() error {
	return pipeline.Errorf(pipeline.NotFound, "There is no such mark in this assessment.")
}

// theirs checks that an assessment is of the user's typing.
func theirs(u pipeline.User, a *pipeline.Assessment) error {
	if a.Typist != u.ID {
		return pipeline.Errorf(pipeline.Forbidden, "This assessment is not of your typing.")
	}
	return nil
}

// Read notes that the typist has read an assessment. It may be said again.
func (k *Desk) Read(ctx context.Context, u pipeline.User, by store.Actor, assessment string) (pipeline.Assessment, error) {
	return k.store.ChangeAssessment(ctx, by, assessment, "qa.read", func(a *pipeline.Assessment) error {
		if a.ReadAt.IsZero() {
			a.ReadAt = k.opts.Now()
		}
		return theirs(u, a)
	})
}

// Dispute stores what the typist has to say against mark n. It can be said once.
func (k *Desk) Dispute(ctx context.Context, u pipeline.User, by store.Actor, assessment string, n int, why string) (pipeline.Assessment, error) {
	if err := given(why); err != nil {
		return pipeline.Assessment{}, err
	}
	if err := short("answer", why); err != nil {
		return pipeline.Assessment{}, err
	}
	return k.store.ChangeAssessment(ctx, by, assessment, "qa.disputed", func(a *pipeline.Assessment) error {
		if err := theirs(u, a); err != nil {
			return err
		}
		if n < 1 || n > len(a.Findings) {
			return noFinding()
		}
		f := &a.Findings[n-1]
		if f.Dispute != "" {
			return pipeline.Errorf(pipeline.Conflict, "You have answered this mark already.")
		}
		f.Dispute, f.DisputedAt = strings.TrimSpace(why), k.opts.Now()
		if a.ReadAt.IsZero() {
			a.ReadAt = k.opts.Now()
		}
		return nil
	})
}

// Settle answers a dispute: the mark stands, or it is withdrawn and the score is
// counted anew. A QA lead decides; who gave the mark may withdraw it, too.
func (k *Desk) Settle(ctx context.Context, u pipeline.User, by store.Actor, assessment string, n int, answer pipeline.Answer, note string) (pipeline.Assessment, error) {
	if answer != pipeline.Upheld && answer != pipeline.Withdrawn {
		return pipeline.Assessment{}, pipeline.Errorf(pipeline.Invalid, "A mark is upheld or withdrawn.")
	}
	if err := short("note", note); err != nil {
		return pipeline.Assessment{}, err
	}
	return k.store.ChangeAssessment(ctx, by, assessment, "qa."+string(answer), func(a *pipeline.Assessment) error {
		if n < 1 || n > len(a.Findings) {
			return noFinding()
		}
		f := &a.Findings[n-1]
		switch {
		case a.Typist == u.ID:
			return pipeline.Errorf(pipeline.Forbidden, "The mark is of your own typing: a colleague answers it.")
		case !f.Open():
			return pipeline.Errorf(pipeline.Conflict, "No dispute of this mark waits for an answer.")
		case a.Editor == u.ID && answer == pipeline.Upheld:
			return pipeline.Errorf(pipeline.Forbidden, "You gave this mark. You may withdraw it; that it stands, a lead must say.")
		case a.Editor != u.ID && !u.Is(pipeline.RoleLead):
			return pipeline.Errorf(pipeline.Forbidden, "A lead answers this, or the QA editor who gave the mark withdraws it.")
		}
		f.Answer, f.AnswerNote, f.AnsweredBy, f.AnsweredAt = answer, strings.TrimSpace(note), u.ID, k.opts.Now()
		return nil
	})
}
