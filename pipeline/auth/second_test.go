package auth_test

import (
	"bytes"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/auth"
	"dictation/pipeline/store"
)

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	_, s, u, c := setup(t)
	key := bytes.Repeat([]byte{3}, 32)
	a := auth.New(s, auth.Options{Now: func() time.Time { return c.now }, SiteKey: key})
	me, ctx := store.Actor{ID: u.ID, Remote: remote}, t.Context()
	confirm := func(a *auth.Auth, code string) error {
		return a.ConfirmWith(ctx, u, auth.Proof{Password: password, Code: code}, remote)
	}
	if err := confirm(a, ""); err != nil {
		t.Fatalf("without a second factor: %v", err)
	}
	_, err := a.BeginSecondFactor(ctx, u, me, "wrong")
	wantKind(t, err, pipeline.Unauthorized)
	f, err := a.BeginSecondFactor(ctx, u, me, password)
	if err != nil {
		t.Fatal(err)
	}
	if err := confirm(a, ""); err != nil {
		t.Errorf("one that is being set up counts already: %v", err)
	}
	_, err = a.FinishSecondFactor(ctx, u, me, "000000")
	wantKind(t, err, pipeline.Invalid)
	codes, err := a.FinishSecondFactor(ctx, u, me, auth.CodeAt(f.Secret, c.now))
	if err != nil || len(codes) != 10 {
		t.Fatal(len(codes), err)
	}
	wantKind(t, confirm(a, ""), pipeline.Forbidden)
	wantKind(t, confirm(a, auth.CodeAt(f.Secret, c.now)), pipeline.Forbidden) // it was used to set up
	c.now = c.now.Add(time.Minute)
	if err := confirm(a, auth.CodeAt(f.Secret, c.now)); err != nil {
		t.Error(err)
	}
	wantKind(t, confirm(a, auth.CodeAt(f.Secret, c.now)), pipeline.Forbidden)
	if err := confirm(a, codes[0]); err != nil {
		t.Errorf("recovery code: %v", err)
	}
	wantKind(t, confirm(a, codes[0]), pipeline.Forbidden)
	// The row alone opens nothing: it is encrypted with the site's key.
	row, err := s.SecondFactor(ctx, u.ID)
	if err != nil || row.Codes != 9 || len(row.Secret) < 40 {
		t.Errorf("%+v, %v", row, err)
	}
	c.now = c.now.Add(time.Hour)
	other := auth.New(s, auth.Options{Now: func() time.Time { return c.now }, SiteKey: bytes.Repeat([]byte{4}, 32)})
	wantKind(t, confirm(other, auth.CodeAt(f.Secret, c.now)), pipeline.Internal)
	none := auth.New(s, auth.Options{Now: func() time.Time { return c.now }})
	wantKind(t, confirm(none, auth.CodeAt(f.Secret, c.now)), pipeline.Unavailable)
	_, err = a.BeginSecondFactor(ctx, u, me, password)
	wantKind(t, err, pipeline.Conflict)
	if err := a.RemoveSecondFactor(ctx, u, me, auth.Proof{Password: password, Code: auth.CodeAt(f.Secret, c.now)}); err != nil {
		t.Error(err)
	}
	if err := confirm(a, ""); err != nil {
		t.Error(err)
	}
}

// TestCodesAreSlowedDown: the right password does not give more tries at codes.
func TestCodesAreSlowedDown(t *testing.T) {
	t.Parallel()
	_, s, u, c := setup(t)
	a := auth.New(s, auth.Options{Now: func() time.Time { return c.now }, SiteKey: bytes.Repeat([]byte{3}, 32)})
	f := factor(t, a, u, c)
	var last error
	for range 8 {
		last = a.ConfirmWith(t.Context(), u, auth.Proof{Password: password, Code: "000001"}, remote)
	}
	wantKind(t, last, pipeline.RateLimited)
	c.now = c.now.Add(time.Hour)
	if err := a.ConfirmWith(t.Context(), u, auth.Proof{Password: password, Code: auth.CodeAt(f.Secret, c.now)}, remote); err != nil {
		t.Error(err)
	}
}

// TestCodeOpensOnce: of many at once one is let in.
func TestCodeOpensOnce(t *testing.T) {
	t.Parallel()
	_, s, u, c := setup(t)
	a := auth.New(s, auth.Options{Now: func() time.Time { return c.now }, SiteKey: bytes.Repeat([]byte{3}, 32), Tries: 100})
	f := factor(t, a, u, c)
	c.now = c.now.Add(time.Minute)
	code := auth.CodeAt(f.Secret, c.now)
	var in atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if a.ConfirmWith(t.Context(), u, auth.Proof{Password: password, Code: code}, remote) == nil {
				in.Add(1)
			}
		})
	}
	wg.Wait()
	if n := in.Load(); n != 1 {
		t.Errorf("%d were let in with one code", n)
	}
}

func factor(t *testing.T, a *auth.Auth, u pipeline.User, c *clock) auth.NewFactor {
	t.Helper()
	me := store.Actor{ID: u.ID, Remote: remote}
	f, err := a.BeginSecondFactor(t.Context(), u, me, password)
	if err == nil {
		_, err = a.FinishSecondFactor(t.Context(), u, me, auth.CodeAt(f.Secret, c.now))
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}
