package auth_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/auth"
	"dictation/pipeline/store"
)

func TestMain(m *testing.M) {
	localtest.Main(m, func(ctx context.Context, url string) error {
		s, err := store.Open(ctx, url)
		if err != nil {
			return err
		}
		defer s.Close()
		_, err = s.Migrate(ctx)
		return err
	})
}

const (
	password = "correct horse battery"
	remote   = "192.0.2.1"
)

var by = store.Actor{ID: "test"}

// clock is a time that tests set.
type clock struct{ now time.Time }

func setup(t *testing.T) (*auth.Auth, *store.Store, pipeline.User, *clock) {
	t.Helper()
	s, err := store.Open(t.Context(), localtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	c := &clock{time.Now()}
	a := auth.New(s, auth.Options{Now: func() time.Time { return c.now }})
	u, err := a.AddUser(t.Context(), by, pipeline.User{Username: "ada", Name: "Ada", Roles: []pipeline.Role{pipeline.RoleAuthor}}, password)
	if err != nil {
		t.Fatal(err)
	}
	return a, s, u, c
}

func wantKind(t *testing.T, err error, kind pipeline.Kind) {
	t.Helper()
	if err == nil || pipeline.KindOf(err) != kind {
		t.Errorf("error %v, want kind %s", err, kind)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	a, _, u, _ := setup(t)
	token, got, err := a.SignIn(t.Context(), " ADA ", password, remote)
	if err != nil || got.ID != u.ID || len(token) < 43 {
		t.Fatalf("%v, %v", got, err)
	}
	if got, err = a.Session(t.Context(), token); err != nil || got.ID != u.ID {
		t.Errorf("session %v, %v", got, err)
	}
	if err := a.Confirm(t.Context(), u, password, remote); err != nil {
		t.Error(err)
	}
	wantKind(t, a.Confirm(t.Context(), u, "wrong", remote), pipeline.Unauthorized)
	if err := a.SignOut(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	_, err = a.Session(t.Context(), token)
	wantKind(t, err, pipeline.Unauthorized)
}

// A stranger learns nothing from the answer: unknown, closed and wrong sound alike.
func TestNoHintWhoExists(t *testing.T) {
	t.Parallel()
	a, s, u, _ := setup(t)
	_, _, wrong := a.SignIn(t.Context(), "ada", "wrong password", remote)
	_, _, unknown := a.SignIn(t.Context(), "nobody", password, remote)
	if err := s.SetDisabled(t.Context(), by, u.ID, true); err != nil {
		t.Fatal(err)
	}
	_, _, closed := a.SignIn(t.Context(), "ada", password, remote)
	for _, err := range []error{wrong, unknown, closed} {
		wantKind(t, err, pipeline.Unauthorized)
		if err == nil || err.Error() != wrong.Error() {
			t.Errorf("%v is told apart from %v", err, wrong)
		}
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	a, _, _, c := setup(t)
	for range 5 {
		_, _, err := a.SignIn(t.Context(), "ada", "wrong password", remote)
		wantKind(t, err, pipeline.Unauthorized)
	}
	_, _, err := a.SignIn(t.Context(), "ada", password, remote)
	wantKind(t, err, pipeline.RateLimited)
	if _, _, err := a.SignIn(t.Context(), "ada", password, "192.0.2.2"); err != nil {
		t.Errorf("the owner is locked out elsewhere: %v", err)
	}
	c.now = c.now.Add(time.Minute)
	if _, _, err := a.SignIn(t.Context(), "ada", password, remote); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	a, s, u, _ := setup(t)
	token, err := a.NewToken(t.Context(), by, u.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.Token(t.Context(), token); err != nil || got.ID != u.ID {
		t.Errorf("%v, %v", got, err)
	}
	for _, wrong := range []string{"", token + "x", strings.ToUpper(token)} {
		_, err := a.Token(t.Context(), wrong)
		wantKind(t, err, pipeline.Unauthorized)
	}
	if err := s.SetDisabled(t.Context(), by, u.ID, true); err != nil {
		t.Fatal(err)
	}
	_, err = a.Token(t.Context(), token)
	wantKind(t, err, pipeline.Unauthorized)
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	h := auth.NewHasher(2)
	stored, err := h.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	// ASVS 5.0 11.4.2: argon2id with t=2 needs at least 19 MiB.
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("stored as %s", stored)
	}
	for pw, want := range map[string]bool{password: true, password + " ": false, "": false, strings.Repeat("x", 10_000): false} {
		if ok, err := h.Matches(t.Context(), stored, pw); ok != want || err != nil {
			t.Errorf("%d characters: %v, %v", len(pw), ok, err)
		}
	}
	for _, bad := range []string{"", "short", strings.Repeat("x", 129)} {
		_, err := h.Hash(t.Context(), bad)
		wantKind(t, err, pipeline.Invalid)
	}
	for _, broken := range []string{"", "$argon2id$", "$bcrypt$x$y$z$w", "$argon2id$v=19$m=1,t=1,p=1$?$?"} {
		if ok, err := h.Matches(t.Context(), broken, password); ok || err == nil {
			t.Errorf("hash %q: %v, %v", broken, ok, err)
		}
	}
}
