package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// Options are the limits of sign-in. Zero values give the defaults.
type Options struct {
	Session time.Duration // longest a session lasts; default 12 h
	Idle    time.Duration // longest without a request; default 30 min
	Tries   int           // wrong passwords before waiting; default 5
	Wait    time.Duration // first wait, doubled with each further wrong one; default 2 s, at most 15 min
	Now     func() time.Time

	PasswordOnly bool   // a password opens a session, also of an account with a second factor
	SiteKey      []byte // the site's signing seed: secrets of second factors are encrypted with what it gives
}

// Auth signs people in. It is safe for concurrent use.
type Auth struct {
	store  *store.Store
	hasher *Hasher
	opts   Options
	brake  *brake
	codes  *brake // of second factors
}

// New makes an Auth over the accounts in the store.
func New(s *store.Store, opts Options) *Auth {
	if opts.Session == 0 {
		opts.Session = 12 * time.Hour
	}
	if opts.Idle == 0 {
		opts.Idle = 30 * time.Minute
	}
	if opts.Tries == 0 {
		opts.Tries = 5
	}
	if opts.Wait == 0 {
		opts.Wait = 2 * time.Second
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Auth{store: s, hasher: NewHasher(4), opts: opts, brake: newBrake(opts), codes: newBrake(opts)}
}

// SignIn checks username and password and gives a session token. A wrong
// password and an unknown account give the same Unauthorized error in the same
// time; too many of them RateLimited. Of an account with a second factor it is
// Forbidden: that one comes in by [Auth.Enter].
func (a *Auth) SignIn(ctx context.Context, username, password, remote string) (token string, u pipeline.User, err error) {
	e, err := a.Enter(ctx, Login{Username: username, Password: password}, remote)
	if err == nil && e.Token == "" {
		err = ErrCodeMissing
	}
	return e.Token, e.User, err
}

// Confirm asks for the password again, as signing a note does.
func (a *Auth) Confirm(ctx context.Context, u pipeline.User, password, remote string) error {
	_, err := a.check(ctx, u.Username, password, remote, "confirm")
	return err
}

func (a *Auth) check(ctx context.Context, username, password, remote, action string) (pipeline.User, error) {
	if wait := a.brake.wait(username, remote); wait > 0 {
		return pipeline.User{}, pipeline.Errorf(pipeline.RateLimited, "Too many wrong passwords. Please wait %s and try again.", wait.Round(time.Second))
	}
	// The try counts as wrong until it is right: many at once do not get past.
	a.brake.wrong(username, remote)
	u, stored, err := a.store.UserByName(ctx, username)
	if err != nil && pipeline.KindOf(err) != pipeline.NotFound {
		return u, err
	}
	known := err == nil && !u.Disabled
	if !known {
		stored = nobody
	}
	ok, err := a.hasher.Matches(ctx, stored, password)
	if err != nil {
		return u, err
	}
	if !ok || !known {
		// The name tried may be a password typed in the wrong field: it is not written.
		who := store.Actor{ID: "unknown", Remote: remote}
		if known {
			who.ID = u.ID
		}
		if err := a.store.Refused(ctx, who, action, "", "wrong username or password"); err != nil {
			return u, err
		}
		return u, pipeline.Errorf(pipeline.Unauthorized, "The username or the password is not right.")
	}
	a.brake.right(username, remote)
	return u, nil
}

// Session finds the account of a session token; Unauthorized when it has ended.
func (a *Auth) Session(ctx context.Context, token string) (pipeline.User, error) {
	return a.store.SessionUser(ctx, hash(token), a.opts.Idle)
}

// Peek is Session without counting as activity: an open page that refreshes
// itself does not keep anybody signed in.
func (a *Auth) Peek(ctx context.Context, token string) (pipeline.User, error) {
	return a.store.PeekSession(ctx, hash(token), a.opts.Idle)
}

// SignOut ends a session.
func (a *Auth) SignOut(ctx context.Context, token string) error {
	return a.store.EndSession(ctx, hash(token))
}

// Token finds the account of an API token; Unauthorized when it is not valid.
func (a *Auth) Token(ctx context.Context, token string) (pipeline.User, error) {
	return a.store.TokenUser(ctx, hash(token))
}

// NewToken makes an API token for an account; it is shown once. With scopes (see
// [pipeline.ParseScopes]) it opens the FHIR API only, as far as they go.
func (a *Auth) NewToken(ctx context.Context, by store.Actor, userID, label string, scopes ...string) (string, error) {
	token := newToken()
	return token, a.KeepToken(ctx, by, userID, label, token, scopes...)
}

// KeepToken stores a token that was made elsewhere, such as a demonstration's.
func (a *Auth) KeepToken(ctx context.Context, by store.Actor, userID, label, token string, scopes ...string) error {
	return a.store.AddToken(ctx, by, hash(token), userID, label, scopes...)
}

// AddUser makes an account with a password.
func (a *Auth) AddUser(ctx context.Context, by store.Actor, u pipeline.User, password string) (pipeline.User, error) {
	if u.Username == "" || u.Name == "" || len(u.Roles) == 0 {
		return u, pipeline.Errorf(pipeline.Invalid, "An account needs a username, a name and at least one role.")
	}
	hashed, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return u, err
	}
	return a.store.AddUser(ctx, by, u, hashed)
}

// SetPassword gives an account a new password and ends its sessions.
func (a *Auth) SetPassword(ctx context.Context, by store.Actor, userID, password string) error {
	hashed, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return a.store.SetPassword(ctx, by, userID, hashed)
}

// newToken gives 256 random bits as URL-safe text.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails, by its documentation
	return base64.RawURLEncoding.EncodeToString(b)
}

func hash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
