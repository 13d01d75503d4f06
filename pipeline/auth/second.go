package auth

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// recoveryCodes is how many an account gets; each opens once.
const recoveryCodes = 10

// Proof is what a person gives again before an act that counts.
type Proof struct {
	Password string
	Code     string // of the second factor, or a recovery code; only where one is set up
}

// NewFactor is a second factor that is being set up. It is shown once.
type NewFactor struct {
	Secret string // base32, in groups of four, to be typed
	Link   string // otpauth://…
}

// ErrCodeMissing says that the account has a second factor and no code was given.
var ErrCodeMissing = pipeline.Errorf(pipeline.Forbidden, "Type the code of your authenticator as well. Nothing was done.")

// ConfirmWith asks for the password again and, where the account has a second
// factor, for its code. A wrong password is Unauthorized, a wrong code Forbidden.
func (a *Auth) ConfirmWith(ctx context.Context, u pipeline.User, p Proof, remote string) error {
	if err := a.Confirm(ctx, u, p.Password, remote); err != nil {
		return err
	}
	f, err := a.store.SecondFactor(ctx, u.ID)
	switch {
	case pipeline.KindOf(err) == pipeline.NotFound && err != nil:
		return nil
	case err != nil:
		return err
	case f.Confirmed == nil:
		return nil
	}
	return a.code(ctx, u, f, p.Code, remote, "confirm")
}

// code takes a code once, for an act whose name the audit has when it is wrong.
func (a *Auth) code(ctx context.Context, u pipeline.User, f store.SecondFactor, code, remote, act string) error {
	code = plainCode(code)
	if code == "" {
		return ErrCodeMissing
	}
	// The password's brake starts anew with each right password; codes have their own.
	if wait := a.codes.wait(u.Username, remote); wait > 0 {
		return pipeline.Errorf(pipeline.RateLimited, "Too many wrong codes. Please wait %s and try again.", wait.Round(time.Second))
	}
	a.codes.wrong(u.Username, remote)
	ok, err := a.takes(ctx, u, f, code, remote)
	if err != nil {
		return err
	}
	if !ok {
		if err := a.store.Refused(ctx, store.Actor{ID: u.ID, Remote: remote}, act, "", "wrong code"); err != nil {
			return err
		}
		return pipeline.Errorf(pipeline.Forbidden, "The code is not right, or was used before. Wait for the next one and type that. Nothing was done.")
	}
	a.codes.right(u.Username, remote)
	return nil
}

func (a *Auth) takes(ctx context.Context, u pipeline.User, f store.SecondFactor, code, remote string) (bool, error) {
	if len(code) != totpDigits {
		return a.store.UseRecoveryCode(ctx, store.Actor{ID: u.ID, Remote: remote}, u.ID, hash(code))
	}
	secret, err := a.open(u.ID, f.Secret)
	if err != nil {
		return false, err
	}
	n, ok := matchStep(secret, code, a.opts.Now())
	if !ok {
		return false, nil
	}
	return a.store.UseStep(ctx, u.ID, n)
}

// plainCode takes the spaces and dashes out that people type.
func plainCode(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(code)))
}

// AsksAtLogin reports whether signing in asks for the second factor of who has one.
func (a *Auth) AsksAtLogin() bool { return !a.opts.PasswordOnly }

// HasSecondFactor reports whether one is in force, and how many recovery codes are left.
func (a *Auth) HasSecondFactor(ctx context.Context, user string) (has bool, codes int, err error) {
	f, err := a.store.SecondFactor(ctx, user)
	if pipeline.KindOf(err) == pipeline.NotFound && err != nil {
		return false, 0, nil
	}
	return err == nil && f.Confirmed != nil, f.Codes, err
}

// BeginSecondFactor makes a secret, after the password was given again. It
// counts from [Auth.FinishSecondFactor] on.
func (a *Auth) BeginSecondFactor(ctx context.Context, u pipeline.User, by store.Actor, password string) (NewFactor, error) {
	if err := a.Confirm(ctx, u, password, by.Remote); err != nil {
		return NewFactor{}, err
	}
	secret := make([]byte, totpSecret)
	rand.Read(secret) // never fails, by its documentation
	sealed, err := a.seal(u.ID, secret)
	if err != nil {
		return NewFactor{}, err
	}
	if err := a.store.BeginSecondFactor(ctx, by, u.ID, sealed); err != nil {
		return NewFactor{}, err
	}
	return NewFactor{Secret: grouped(secretText.EncodeToString(secret)), Link: otpauth(u.Username, secret)}, nil
}

// FinishSecondFactor puts the secret in force once a code proves that it was
// taken over, and gives the recovery codes, which are shown this once.
func (a *Auth) FinishSecondFactor(ctx context.Context, u pipeline.User, by store.Actor, code string) ([]string, error) {
	f, err := a.store.SecondFactor(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if wait := a.codes.wait(u.Username, by.Remote); wait > 0 {
		return nil, pipeline.Errorf(pipeline.RateLimited, "Too many wrong codes. Please wait %s and try again.", wait.Round(time.Second))
	}
	secret, err := a.open(u.ID, f.Secret)
	if err != nil {
		return nil, err
	}
	n, ok := matchStep(secret, plainCode(code), a.opts.Now())
	if !ok {
		a.codes.wrong(u.Username, by.Remote)
		return nil, pipeline.Errorf(pipeline.Invalid, "The code does not fit the secret. See that the clock of your device is right, and type the newest code.")
	}
	codes, hashes := make([]string, recoveryCodes), make([][]byte, recoveryCodes)
	for i := range codes {
		b := make([]byte, 10)
		rand.Read(b) // never fails, by its documentation
		plain := base32.StdEncoding.EncodeToString(b)
		codes[i], hashes[i] = grouped(plain), hash(plain)
	}
	return codes, a.store.ConfirmSecondFactor(ctx, by, u.ID, n, hashes)
}

// RemoveSecondFactor takes the account's own factor away, after password and code.
func (a *Auth) RemoveSecondFactor(ctx context.Context, u pipeline.User, by store.Actor, p Proof) error {
	if err := a.ConfirmWith(ctx, u, p, by.Remote); err != nil {
		return err
	}
	return a.store.RemoveSecondFactor(ctx, by, u.ID)
}

func grouped(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// seal encrypts a secret for its account with a key that the site's key gives.
func (a *Auth) seal(user string, secret []byte) ([]byte, error) {
	box, err := a.box()
	if err != nil {
		return nil, err
	}
	return box.Seal(nil, nil, secret, []byte(user)), nil
}

func (a *Auth) open(user string, sealed []byte) ([]byte, error) {
	box, err := a.box()
	if err != nil {
		return nil, err
	}
	secret, err := box.Open(nil, nil, sealed, []byte(user))
	return secret, pipeline.Wrap(pipeline.Internal, err, "The second factor cannot be read with the site's key. An administrator must remove it before you can set up another.")
}

func (a *Auth) box() (cipher.AEAD, error) {
	if len(a.opts.SiteKey) == 0 {
		return nil, pipeline.Wrap(pipeline.Unavailable, errors.New("no site key"), "This server has no key of the site, so a second factor can be neither set up nor checked.")
	}
	key, err := hkdf.Key(sha256.New, a.opts.SiteKey, nil, "dictation second factor, version 1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
