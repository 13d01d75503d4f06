package auth

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// ticketFor is how long the code may be given after the password.
const ticketFor = 5 * time.Minute

// Login is what a person gives to come in: name and password first, then, where
// the account has a second factor, name, ticket and code.
type Login struct {
	Username string
	Password string

	Ticket string // from [Entry], instead of the password
	Code   string // of the authenticator, or a recovery code
}

// Entry is how far a login came: a session's token, or a ticket for the code.
type Entry struct {
	Token  string
	Ticket string
	User   pipeline.User
}

// Enter checks a login. A wrong password and an unknown account give the same
// Unauthorized error in the same time, a wrong code Forbidden, a ticket that is too
// old Stale; too many tries of either RateLimited.
func (a *Auth) Enter(ctx context.Context, l Login, remote string) (Entry, error) {
	if l.Ticket != "" {
		return a.enterByCode(ctx, l, remote)
	}
	u, err := a.check(ctx, l.Username, l.Password, remote, "login")
	if err != nil {
		return Entry{}, err
	}
	if a.opts.PasswordOnly {
		return a.session(ctx, u, remote)
	}
	has, _, err := a.HasSecondFactor(ctx, u.ID)
	switch {
	case err != nil:
		return Entry{}, err
	case !has:
		return a.session(ctx, u, remote)
	}
	_, stored, err := a.store.UserByName(ctx, l.Username)
	if err != nil {
		return Entry{}, err
	}
	ticket, err := a.ticket(u, stored)
	return Entry{Ticket: ticket, User: u}, err
}

// enterByCode opens a session once the code is right.
func (a *Auth) enterByCode(ctx context.Context, l Login, remote string) (Entry, error) {
	u, stored, err := a.store.UserByName(ctx, l.Username)
	if err != nil && pipeline.KindOf(err) != pipeline.NotFound {
		return Entry{}, err
	}
	if err != nil || u.Disabled || !a.stands(l.Ticket, u, stored) {
		return Entry{}, pipeline.Errorf(pipeline.Stale, "It took too long. Please type your password again, and then the code.")
	}
	f, err := a.store.SecondFactor(ctx, u.ID)
	if err != nil { // an administrator took it away in between
		return Entry{}, pipeline.Wrap(pipeline.Stale, err, "The second factor was removed meanwhile. Please sign in with your password again.")
	}
	if err := a.code(ctx, u, f, l.Code, remote, "login"); err != nil {
		return Entry{User: u}, err
	}
	return a.session(ctx, u, remote)
}

func (a *Auth) session(ctx context.Context, u pipeline.User, remote string) (Entry, error) {
	token := newToken()
	if err := a.store.AddSession(ctx, hash(token), u.ID, a.opts.Now().Add(a.opts.Session)); err != nil {
		return Entry{}, err
	}
	return Entry{Token: token, User: u}, a.store.Accessed(ctx, store.Actor{ID: u.ID, Remote: remote}, "login", "", "")
}

// ticket says that the account's password was given just now. It is bound to that
// password: a new one makes it worthless.
func (a *Auth) ticket(u pipeline.User, stored string) (string, error) {
	box, err := a.box()
	if err != nil {
		return "", err
	}
	at := binary.BigEndian.AppendUint64(nil, uint64(a.opts.Now().Unix()))
	return base64.RawURLEncoding.EncodeToString(box.Seal(nil, nil, at, bound(u, stored))), nil
}

func (a *Auth) stands(ticket string, u pipeline.User, stored string) bool {
	box, err := a.box()
	if err != nil {
		return false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(ticket)
	if err != nil {
		return false
	}
	at, err := box.Open(nil, nil, sealed, bound(u, stored))
	if err != nil || len(at) != 8 {
		return false
	}
	age := a.opts.Now().Sub(time.Unix(int64(binary.BigEndian.Uint64(at)), 0))
	return age >= 0 && age < ticketFor
}

func bound(u pipeline.User, stored string) []byte {
	return []byte("sign-in\x00" + u.ID + "\x00" + stored)
}
