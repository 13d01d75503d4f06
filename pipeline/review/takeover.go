package review

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// TakeOver gives a dictation that another has in hand to the user, a lead, with a
// reason that may be empty. The other is told; what was saved stays.
func (k *Desk) TakeOver(ctx context.Context, u pipeline.User, by store.Actor, id, reason string) (pipeline.Dictation, error) {
	d, err := k.store.Dictation(ctx, id)
	if err != nil {
		return d, err
	}
	if err := pipeline.May(u, pipeline.TakeOver, &d); err != nil {
		return d, err
	}
	reason = strings.TrimSpace(reason)
	if len(reason) > maxWhy {
		return d, pipeline.Errorf(pipeline.TooLarge, "Keep the reason under %d characters.", maxWhy)
	}
	if !clean(reason) {
		return d, pipeline.Errorf(pipeline.Invalid, "The reason holds characters that cannot be stored. Nothing was changed.")
	}
	return k.told(k.store.TakeOver(ctx, by, id, reason, k.opts.Lease))
}

const maxWhy = 1000 // bytes of a reason

// ErrTaken is in the error of somebody whose dictation was taken from his hands.
var ErrTaken = errors.New("taken over")

// lost says to somebody who does not hold the dictation any more that it was taken
// from him, when it was; other errors stay as they are.
func (k *Desk) lost(ctx context.Context, user, id string, err error) error {
	if kind := pipeline.KindOf(err); err == nil || kind != pipeline.Locked && kind != pipeline.Conflict {
		return err
	}
	t, none := k.store.Taken(ctx, user, id)
	if none != nil {
		return err
	}
	by := t.By
	if by == "" {
		by = "An administrator"
	}
	what := "took this dictation over"
	if t.Back {
		what = "gave this dictation back to the queue"
	}
	why := ""
	if t.Reason != "" {
		why = fmt.Sprintf(" (“%s”)", t.Reason)
	}
	return pipeline.Wrap(pipeline.Locked, fmt.Errorf("%w: %w", ErrTaken, err), "%s %s at %s%s. What you had saved is kept; what you had not stays on your page.",
		by, what, t.At.Local().Format("15:04"), why)
}
