package auth

import (
	"crypto/hmac"
	"crypto/sha1" // what authenticator programs compute (RFC 6238, 1.2)
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

// Codes as every authenticator program makes them (RFC 6238, 4.1).
const (
	totpStep   = 30 * time.Second
	totpDigits = 6
	totpSecret = 20 // bytes; as long as the hash (RFC 4226, 4)
	totpDrift  = 1  // steps before and after that are taken, for clocks that differ
)

// hotp is the one-time password of a counter (RFC 4226, 5.3).
func hotp(secret []byte, counter uint64, digits int) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, counter) // a hash never fails
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	limit := uint32(1)
	for range digits {
		limit *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%limit)
}

// step counts time steps since 1970.
func step(at time.Time) int64 { return at.Unix() / int64(totpStep/time.Second) }

// matchStep finds the time step around now whose code this is.
func matchStep(secret []byte, code string, now time.Time) (int64, bool) {
	found, ok := int64(0), false
	for d := int64(-totpDrift); d <= totpDrift; d++ {
		n := step(now) + d
		if n >= 0 && hmac.Equal([]byte(hotp(secret, uint64(n), totpDigits)), []byte(code)) {
			found, ok = n, true
		}
	}
	return found, ok
}

var secretText = base32.StdEncoding.WithPadding(base32.NoPadding)

// otpauth is the link that authenticator programs read.
func otpauth(account string, secret []byte) string {
	const issuer = "dictation"
	q := url.Values{"secret": {secretText.EncodeToString(secret)}, "issuer": {issuer}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+account) + "?" + q.Encode()
}
