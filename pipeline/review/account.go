package review

import (
	"context"
	"slices"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// SetRoles gives an account other roles. What it holds and may no longer work on
// goes back to the queue, as far as it was saved; back is how many.
func (k *Desk) SetRoles(ctx context.Context, by store.Actor, u pipeline.User, roles []pipeline.Role) (now pipeline.User, back int, err error) {
	roles = slices.Compact(slices.Sorted(slices.Values(roles)))
	switch {
	case len(roles) == 0:
		return u, 0, pipeline.Errorf(pipeline.Invalid, "An account needs at least one role. Close the account if it should do nothing any more.")
	case u.ID == by.ID && u.Is(pipeline.RoleAdmin) && !slices.Contains(roles, pipeline.RoleAdmin):
		return u, 0, pipeline.Errorf(pipeline.Conflict, "You cannot take the role of administrator from yourself. Ask another administrator.")
	}
	before, err := k.store.SetRoles(ctx, by, u.ID, roles)
	if err != nil {
		return u, 0, err
	}
	now = before
	now.Roles = roles
	lost := Lost(before, now)
	if len(lost) == 0 {
		return now, 0, nil
	}
	ids, err := k.store.TakeBackAll(ctx, by, u.ID, lost...)
	for _, id := range ids {
		k.queue.Announce(id)
	}
	return now, len(ids), err
}

// Lost are the steps whose jobs an account could take before a change of roles and
// cannot after it.
func Lost(before, after pipeline.User) (lost []pipeline.Step) {
	for _, st := range Steps(before) {
		if !slices.Contains(Steps(after), st) {
			lost = append(lost, st)
		}
	}
	return lost
}
