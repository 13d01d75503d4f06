package main

import (
	"context"
	"fmt"
	"time"
)

// nightly teaches the embedded engine once a day from what was signed, until ctx
// ends. What comes of it is in the log and on "dictation model list".
func (a *app) nightly(ctx context.Context) error {
	needs, err := a.cfg.needsModel()
	if err != nil || !needs || a.cfg.LearnAt == "" {
		return err
	}
	for {
		at, err := nextTime(a.cfg.LearnAt, time.Now())
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Until(at)):
		}
		say := func(what string) { a.log.InfoContext(ctx, "learning", "says", what) }
		o, err := a.learn(ctx, shelfOf(a.data), 0, say)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			a.log.WarnContext(ctx, "nothing learned", "err", err)
		default:
			a.log.InfoContext(ctx, "learned", "model", o.Model.Version, "used", o.Used, "why", o.Reason)
		}
	}
}

// nextTime is when the clock next shows hh:mm.
func nextTime(clock string, now time.Time) (time.Time, error) {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, fmt.Errorf("%sLEARN_AT: %q is no time of day written 15:04", prefix, clock)
	}
	at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, now.Location())
	if !at.After(now) {
		at = time.Date(now.Year(), now.Month(), now.Day()+1, t.Hour(), t.Minute(), 0, 0, now.Location())
	}
	return at, nil
}
