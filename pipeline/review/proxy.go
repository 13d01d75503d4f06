package review

import (
	"context"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// AllowProxy lets a colleague, by username, sign for u from one day to another.
func (k *Desk) AllowProxy(ctx context.Context, u pipeline.User, by store.Actor, username string, from, until time.Time) (pipeline.Proxy, error) {
	var none pipeline.Proxy
	if !u.Is(pipeline.RoleAuthor, pipeline.RoleClinician) {
		return none, pipeline.Errorf(pipeline.Forbidden, "Only those who sign notes can let a colleague sign.")
	}
	to, _, err := k.store.UserByName(ctx, username)
	if err != nil || to.Disabled || !to.Is(pipeline.RoleAuthor, pipeline.RoleClinician) {
		if err != nil && pipeline.KindOf(err) != pipeline.NotFound {
			return none, err
		}
		return none, pipeline.Errorf(pipeline.Invalid, "There is no colleague with that name who may sign notes. Nothing was changed.")
	}
	switch now := k.opts.Now(); {
	case to.ID == u.ID:
		return none, pipeline.Errorf(pipeline.Invalid, "You sign your own notes anyway. Choose a colleague.")
	case !from.Before(until):
		return none, pipeline.Errorf(pipeline.Invalid, "The last day lies before the first. Nothing was changed.")
	case !until.After(now):
		return none, pipeline.Errorf(pipeline.Invalid, "That time is over already. Nothing was changed.")
	case until.Sub(from) > pipeline.MaxProxy:
		return none, pipeline.Errorf(pipeline.Invalid, "A proxy lasts at most a year. Nothing was changed.")
	}
	return k.store.AddProxy(ctx, by, pipeline.Proxy{AuthorID: u.ID, ProxyID: to.ID, From: from, Until: until})
}

// SetAttending says, by usernames, who signs an author's notes after him; an
// empty attending says nobody.
func (k *Desk) SetAttending(ctx context.Context, by store.Actor, author, attending string) (pipeline.User, error) {
	u, _, err := k.store.UserByName(ctx, author)
	if err != nil {
		return u, err
	}
	if !u.Is(pipeline.RoleAuthor, pipeline.RoleClinician) {
		return u, pipeline.Errorf(pipeline.Invalid, "Only somebody who dictates has an attending.")
	}
	u.AttendingID = ""
	if attending != "" {
		to, _, err := k.store.UserByName(ctx, attending)
		if err != nil {
			return u, err
		}
		if to.ID == u.ID || to.Disabled || !to.Is(pipeline.RoleClinician) {
			return u, pipeline.Errorf(pipeline.Invalid, "An attending is another open account with the role clinician.")
		}
		u.AttendingID = to.ID
	}
	return u, k.store.SetAttending(ctx, by, u.ID, u.AttendingID)
}
