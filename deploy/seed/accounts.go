package seed

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

// Account is somebody who can sign in to the demonstration.
type Account struct {
	Role     string
	Username string // the same word as the role
	Name     string // as it stands under a note
	Password string
	APIToken string
}

// staff has one made-up person for each role.
var staff = []struct{ role, name string }{
	{"author", "Beatrix Fennimore, MD"},
	{"transcriptionist", "Gwendolyn Sparks"},
	{"qa", "Percival Aldous"},
	{"lead", "Octavia Bramley"},
	{"clinician", "Ambrose Tillinghast, MD"},
	{"records", "Records System"},
	{"auditor", "Cordelia Wexford"},
	{"admin", "Linus Okonkwo"},
}

// Accounts lists one account for each role, with passwords and API tokens drawn
// from random (crypto/rand.Reader, outside tests).
func Accounts(random io.Reader) ([]Account, error) {
	accounts := make([]Account, 0, len(staff))
	for _, s := range staff {
		password, err := Password(random)
		if err != nil {
			return nil, err
		}
		token, err := Token(random)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, Account{Role: s.role, Username: s.role, Name: s.name, Password: password, APIToken: token})
	}
	return accounts, nil
}

// Sixteen consonants and four vowels: a pair is worth exactly six bits, and no
// letter is easily taken for another.
const (
	consonants = "bcdfghjkmnprstvz"
	vowels     = "aeiu"
)

// passwordPairs makes 66 bits.
const passwordPairs = 11

// Password draws a password of 66 bits that can be read aloud and typed, such as
// "bavi-kusa-temi-rupa-nagi-zu".
func Password(random io.Reader) (string, error) {
	var raw [passwordPairs]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", fmt.Errorf("draw a password: %w", err)
	}
	var b strings.Builder
	for i, r := range raw {
		if i > 0 && i%2 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(consonants[r>>2&15])
		b.WriteByte(vowels[r&3])
	}
	return b.String(), nil
}

// tokenPrefix lets a scanner for leaked secrets recognise a token.
const tokenPrefix = "dct_"

// Token draws an API token of 160 bits.
func Token(random io.Reader) (string, error) {
	var raw [20]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", fmt.Errorf("draw a token: %w", err)
	}
	return tokenPrefix + strings.ToLower(base32.StdEncoding.EncodeToString(raw[:])), nil
}
