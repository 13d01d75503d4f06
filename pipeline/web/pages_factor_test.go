package web

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"dictation/pipeline/auth"
	"dictation/pipeline/store"
)

// watch is a clock that tests put forward.
type watch struct {
	mu  sync.Mutex
	now time.Time
}

func (c *watch) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *watch) forward(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

// codeAt is what an authenticator shows (RFC 6238).
func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/30)))
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[from:from+4])&0x7fffffff%1_000_000)
}

// factored is a site with a key of its own, and the clock of its sign-in.
func factored(t *testing.T) (*site, *watch) {
	t.Helper()
	x := newSite(t, Options{})
	c := &watch{now: time.Now()}
	x.Auth = auth.New(x.Store, auth.Options{SiteKey: x.key.Seed(), Now: c.Now, Tries: 3})
	return x, c
}

// setUp gives the account a second factor by its page and returns secret and recovery codes.
func (w *tab) setUp(t *testing.T, c *watch) (secret string, codes []string) {
	t.Helper()
	w.visit("/settings")
	w.focus("a[href='/me/signing']")
	w.keys(kb.Enter)
	w.at("/me/signing")
	w.focus("#password")
	w.keys("not it" + kb.Enter)
	w.shows("The password is not right")
	w.expect("403")
	w.until("document.readyState === 'complete'")
	w.focus("#password")
	w.keys(password + kb.Enter)
	w.until("document.querySelector('#secret') !== null")
	secret = eval[string](w, "document.querySelector('#secret').innerText")
	if link := eval[string](w, "document.querySelector('#otpauth').innerText"); !strings.Contains(link, strings.ReplaceAll(secret, " ", "")) {
		t.Errorf("the link is %q", link)
	}
	w.shot("factor-secret", "light")
	w.focus("#code")
	w.keys(codeAt(t, secret, c.Now()) + kb.Enter)
	w.shows("The second factor is in force.")
	w.shot("factor-codes", "light")
	codes = eval[[]string](w, "[...document.querySelectorAll('ul.mono li')].map((l) => l.innerText)")
	if len(codes) != 10 {
		t.Fatalf("recovery codes %v", codes)
	}
	c.forward(time.Minute)
	return secret, codes
}

// TestSecondFactorAtTheDesk: a signer sets one up, signs with it, types wrong and
// used codes, comes in with it, loses it and gets in again by an administrator.
func TestSecondFactorAtTheDesk(t *testing.T) {
	t.Parallel()
	x, c := factored(t)
	first, second := x.typed("author"), x.typed("author")
	b := newBrowser(t)
	w := b.tab(x)
	w.signIn("author", "/dictations")
	secret, codes := w.setUp(t, c)

	// It is asked at the signature: wrong, right, used before.
	w.visit("/sign/" + first.ID)
	w.focus("#password")
	w.keys(password + kb.Tab + "000000" + kb.Enter)
	w.shows("The code is not right, or was used before")
	w.expect("403")
	w.until("document.readyState === 'complete'")
	w.focus("#password")
	w.keys(password + kb.Tab + codeAt(t, secret, c.Now()) + kb.Enter)
	w.shows("This is the next note")
	w.focus("#password")
	w.keys(password + kb.Tab + codeAt(t, secret, c.Now()) + kb.Enter)
	w.shows("was used before")
	w.expect("403")
	w.until("document.readyState === 'complete'")
	w.focus("#password")
	w.keys(password + kb.Tab + codes[0] + kb.Enter) // a recovery code opens once
	w.shows("Signed by Dr author")
	for _, id := range []string{first.ID, second.ID} {
		if _, err := x.Store.Note(t.Context(), id); err != nil {
			t.Error(err)
		}
	}

	// And when coming in.
	c.forward(time.Minute)
	in := b.tab(x)
	in.visit("/sign")
	in.at("/login")
	in.keys("author" + kb.Tab + password + kb.Enter)
	in.focused("#code")
	in.shot("login-code", "light")
	in.keys("000000" + kb.Enter)
	in.shows("The code is not right, or was used before")
	in.expect("403")
	in.focused("#code")
	in.keys(codeAt(t, secret, c.Now()) + kb.Enter)
	in.at("/sign") // where it wanted to go
	x.recovers(t, b)
	w.visit("/sign")
	w.shows("Notes to sign")
}

// recovers: too many wrong codes have to wait, and an administrator takes the factor away.
func (x *site) recovers(t *testing.T, b *browser) {
	t.Helper()
	lost := b.tab(x)
	lost.visit("/login")
	lost.focused("#username")
	lost.keys("author" + kb.Tab + password + kb.Enter)
	for range 3 {
		lost.until("document.readyState === 'complete' && document.activeElement.matches('#code') && document.activeElement.value === ''")
		lost.keys("000000" + kb.Enter)
		lost.until("document.querySelector('#code')?.value === '' && document.body.innerText.includes('not right')")
	}
	lost.until("document.readyState === 'complete' && document.activeElement.matches('#code')")
	lost.keys("000000" + kb.Enter)
	lost.shows("Too many wrong codes.")
	lost.expect("403")
	lost.expect("429")

	admin := b.tab(x)
	admin.signIn("admin", "/admin")
	admin.visit("/admin/users")
	admin.shows("second factor")
	admin.until("(document.querySelector(\"form[action='/admin/users/author/second-factor']\").closest('details').open = true)")
	admin.shot("accounts-factor", "light")
	admin.focus("form[action='/admin/users/author/second-factor'] button")
	admin.keys(kb.Enter)
	admin.shows("The second factor is removed.")
	if n := x.audited("admin", "second_factor.removed", "", ""); n != 1 {
		t.Errorf("%d entries of the factor that was removed", n)
	}
	lost.visit("/login")
	lost.focused("#username")
	lost.keys("author" + kb.Tab + password + kb.Enter)
	lost.at("/dictations")
}

// TestLoginTickets: a ticket is of one account and password, and for five minutes.
func TestLoginTickets(t *testing.T) {
	t.Parallel()
	x, c := factored(t)
	me := store.Actor{ID: x.accounts["author"].ID}
	f, err := x.Auth.BeginSecondFactor(t.Context(), x.accounts["author"].User, me, password)
	if err == nil {
		_, err = x.Auth.FinishSecondFactor(t.Context(), x.accounts["author"].User, me, codeAt(t, f.Secret, c.Now()))
	}
	if err != nil {
		t.Fatal(err)
	}
	login := func(fields url.Values) answer { return x.form("", "/login", fields) }
	asked := func() string {
		t.Helper()
		a := login(url.Values{"username": {"author"}, "password": {password}}).want(http.StatusOK)
		m := regexp.MustCompile(`name="ticket" value="([^"]+)"`).FindSubmatch(a.body)
		if m == nil || len(a.header.Values("Set-Cookie")) > 0 {
			t.Fatalf("%s, cookies %v", a.body, a.header.Values("Set-Cookie"))
		}
		return string(m[1])
	}
	in := func(who, ticket string) answer {
		c.forward(30 * time.Second)
		return login(url.Values{"username": {who}, "ticket": {ticket}, "code": {codeAt(t, f.Secret, c.Now())}})
	}
	in("author2", asked()).want(http.StatusPreconditionFailed)
	in("nobody", asked()).want(http.StatusPreconditionFailed)
	in("author", "AAAA").want(http.StatusPreconditionFailed).has("type your password again")
	old := asked()
	c.forward(5 * time.Minute)
	in("author", old).want(http.StatusPreconditionFailed)
	in("author", asked()).want(http.StatusSeeOther)
	before := asked()
	if err := x.Auth.SetPassword(t.Context(), me, me.ID, "another long password"); err != nil {
		t.Fatal(err)
	}
	in("author", before).want(http.StatusPreconditionFailed)
	if _, _, err := x.Auth.SignIn(t.Context(), "author", "another long password", ""); err == nil {
		t.Error("a password alone opened a session")
	}
	// The site may ask at the signature only.
	x.Auth = auth.New(x.Store, auth.Options{SiteKey: x.key.Seed(), Now: c.Now, PasswordOnly: true})
	login(url.Values{"username": {"author"}, "password": {"another long password"}}).want(http.StatusSeeOther)
}
