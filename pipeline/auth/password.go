package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"dictation/pipeline"
)

// Parameters of argon2id: OWASP ASVS 5.0 11.4.2 asks t=2 with at least 19 MiB.
const (
	argonTime    = 2
	argonMemory  = 19 << 10 // KiB
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16
)

// Limits of passwords, in characters (ASVS 5.0 6.2.1, 6.2.9).
const (
	minPassword = 10
	maxPassword = 128
)

// Hasher hashes passwords, a bounded number at a time: each costs 19 MiB.
type Hasher struct{ slots chan struct{} }

// NewHasher makes a hasher for n passwords at a time.
func NewHasher(n int) *Hasher { return &Hasher{slots: make(chan struct{}, n)} }

func (h *Hasher) key(ctx context.Context, password string, salt []byte, t, m uint32, p uint8, n uint32) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
		return argon2.IDKey([]byte(password), salt, t, m, p, n), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Hash gives the PHC string to store for a password.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < minPassword || n > maxPassword {
		return "", pipeline.Errorf(pipeline.Invalid, "A password needs %d to %d characters.", minPassword, maxPassword)
	}
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails, by its documentation
	key, err := h.key(ctx, password, salt, argonTime, argonMemory, argonThreads, argonKey)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads, b64(salt), b64(key)), nil
}

// nobody is a hash that no password fits: checking it costs the same time as a
// real one, so that a stranger cannot find out which accounts exist.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Matches reports whether password fits the stored hash.
func (h *Hasher) Matches(ctx context.Context, stored, password string) (bool, error) {
	if len(password) > 4*maxPassword {
		return false, nil
	}
	parts := strings.Split(stored, "$")
	var version int
	var m, t uint32
	var p uint8
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("stored password hash is not argon2id")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &m, &t, &p); err != nil {
		return false, fmt.Errorf("stored password hash: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("stored password hash: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("stored password hash: %w", err)
	}
	got, err := h.key(ctx, password, salt, t, m, p, uint32(len(want)))
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}
