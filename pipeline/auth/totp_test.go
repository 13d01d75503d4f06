package auth

import (
	"net/url"
	"testing"
	"time"
)

var rfcSecret = []byte("12345678901234567890")

// TestHOTPVectors are those of RFC 4226, appendix D.
func TestHOTPVectors(t *testing.T) {
	t.Parallel()
	for i, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := hotp(rfcSecret, uint64(i), 6); got != want {
			t.Errorf("counter %d: %s, want %s", i, got, want)
		}
	}
}

// TestTOTPVectors are those of RFC 6238, appendix B, for SHA-1.
func TestTOTPVectors(t *testing.T) {
	t.Parallel()
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := hotp(rfcSecret, uint64(step(time.Unix(at, 0))), 8); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestMatchStep(t *testing.T) {
	t.Parallel()
	now := time.Unix(1234567890, 0)
	for steps, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		code := hotp(rfcSecret, uint64(step(now)+steps), totpDigits)
		if n, ok := matchStep(rfcSecret, code, now); ok != want || ok && n != step(now)+steps {
			t.Errorf("%d steps away: %v, %d", steps, ok, n)
		}
	}
	for _, code := range []string{"", "12345", "abcdef", "1234567"} {
		if _, ok := matchStep(rfcSecret, code, now); ok {
			t.Errorf("%q was taken", code)
		}
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(otpauth("dr. ada & co", rfcSecret))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/dictation:dr. ada & co" ||
		u.Query().Get("secret") != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" || u.Query().Get("issuer") != "dictation" {
		t.Errorf("%v, %v", u, err)
	}
}

// CodeAt is the code of a secret as an authenticator shows it, for tests.
func CodeAt(secret string, at time.Time) string {
	b, err := secretText.DecodeString(plainCode(secret))
	if err != nil {
		return err.Error()
	}
	return hotp(b, uint64(step(at)), totpDigits)
}
