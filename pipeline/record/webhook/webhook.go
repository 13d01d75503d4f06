// Package webhook delivers notes by calling an address: one POST of a
// [record.Manifest] as JSON, signed so that the receiver knows who sent it.
//
//	POST <url>
//	Content-Type: application/json
//	Idempotency-Key: <key>            the same on every try
//	X-Dictation-Timestamp: <seconds>  Unix time of this try
//	X-Dictation-Signature: v1=<hex>   HMAC-SHA256 over timestamp, a full stop and the body
//
// The receiver recomputes the signature, refuses timestamps older than some
// minutes, and answers 2xx once it has the note; {"id": "…"} in the answer becomes
// the record's id. A body with a key it has seen is a repetition and gets the
// same answer. For a receiver that cannot tell repetitions there is Config.Once:
// then a lost answer is for a person to settle.
//
// Redirects are not followed: the note would go to an address nobody configured.
// Addresses inside private, loopback and link-local networks are refused when the
// connection is made, whatever the name resolved to, unless Config.Private is set.
package webhook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// Config says where and how.
type Config struct {
	Name    string
	URL     string // https; http only with Private
	Secret  []byte // of the signature, at least 16 bytes
	Private bool   // the receiver is inside: private and loopback addresses are meant
	Once    bool   // the receiver takes a repetition as another note
	RootCAs *x509.CertPool
	Timeout time.Duration    // of one call; default 30 s
	Now     func() time.Time // default time.Now

	// Print makes pages, which go with the note; letters need it.
	Print func(record.Document) ([]byte, error)
}

// minSecret is the least that is worth signing with.
const minSecret = 16

// System is an address. It is safe for concurrent use.
type System struct {
	cfg    Config
	client *http.Client
}

var _ record.Withdrawer = (*System)(nil)

// New makes a destination of an address.
func New(cfg Config) (*System, error) {
	u, err := url.Parse(cfg.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, pipeline.Errorf(pipeline.Invalid, "A webhook needs an address like https://records.example.org/notes.")
	case u.Scheme == "http" && !cfg.Private:
		return nil, pipeline.Errorf(pipeline.Invalid, "A webhook to an outside address must be https.")
	case len(cfg.Secret) < minSecret:
		return nil, pipeline.Errorf(pipeline.Invalid, "A webhook needs a secret of at least %d bytes.", minSecret)
	}
	cfg.Timeout = cmp.Or(cfg.Timeout, 30*time.Second)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if !cfg.Private {
		dialer.Control = outsideOnly
	}
	return &System{cfg: cfg, client: &http.Client{
		Timeout: cfg.Timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{RootCAs: cfg.RootCAs, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Minute, ResponseHeaderTimeout: cfg.Timeout,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// errInside says that the receiver's name led to an address inside.
var errInside = errors.New("the address is inside a private network")

// shared is the network of carriers' address translation (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// outsideOnly looks at the address that is really connected to: a name may
// resolve to anything, and to something else a moment later.
func outsideOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	a := at.Addr().Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || shared.Contains(a) {
		return errInside
	}
	return nil
}

// Name implements [record.System].
func (s *System) Name() string { return s.cfg.Name }

// Attach implements [record.System].
func (s *System) Attach(ctx context.Context, doc record.Document) (record.Receipt, error) {
	payload, err := s.Prepare(doc)
	if err != nil {
		return record.Receipt{}, err
	}
	return s.Send(ctx, doc, payload)
}

// Prepare implements [record.Preparer].
func (s *System) Prepare(doc record.Document) ([]byte, error) { return s.prepare(doc, "") }

// PrepareWithdrawal implements [record.Withdrawer].
func (s *System) PrepareWithdrawal(doc record.Document, reason string) ([]byte, error) {
	return s.prepare(doc, reason)
}

func (s *System) prepare(doc record.Document, withdrawn string) ([]byte, error) {
	if err := doc.Check(); err != nil {
		return nil, err
	}
	m, err := record.NewManifest(doc, withdrawn).WithPages(doc, s.cfg.Print)
	if err != nil {
		return nil, err
	}
	return m.JSON()
}

// Send implements [record.Preparer].
func (s *System) Send(ctx context.Context, doc record.Document, payload []byte) (record.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return record.Receipt{}, pipeline.Wrap(pipeline.Unavailable, errors.Join(record.ErrNotSent, err), "The note was not sent yet because the work was interrupted. It will be tried again.")
	}
	if s.cfg.Once && doc.Unsettled {
		return record.Receipt{}, s.lost(nil)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.cfg.URL, bytes.NewReader(payload))
	if err != nil {
		return record.Receipt{}, err
	}
	stamp := strconv.FormatInt(s.cfg.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "dictation")
	req.Header.Set("Idempotency-Key", doc.Key)
	req.Header.Set("X-Dictation-Timestamp", stamp)
	req.Header.Set("X-Dictation-Signature", "v1="+Signature(s.cfg.Secret, stamp, payload))
	resp, err := s.client.Do(req)
	if err != nil {
		return record.Receipt{}, s.unanswered(err)
	}
	defer resp.Body.Close()
	const maxAnswer = 64 << 10
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err := s.judge(resp); err != nil {
		return record.Receipt{}, err
	}
	if err != nil {
		return record.Receipt{}, s.unanswered(err)
	}
	var answer struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(body, &answer) // an answer in other words is an answer too
	if len(answer.ID) > 200 {
		answer.ID = ""
	}
	return record.Receipt{RecordID: cmp.Or(answer.ID, doc.Note.DocumentNumber), At: doc.Note.Seal.SignedAt}, nil
}

// Signature is what stands in X-Dictation-Signature behind "v1=".
func Signature(secret []byte, timestamp string, body []byte) string {
	h := hmac.New(sha256.New, secret)
	fmt.Fprintf(h, "%s.", timestamp)
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// unanswered is the error of a call without an answer.
func (s *System) unanswered(err error) error {
	var op *net.OpError
	var unverified *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errInside):
		return pipeline.Wrap(pipeline.Invalid, record.ErrNotSent, "The webhook's address leads into a private network, which is not allowed for it. Nothing was sent.")
	case errors.As(err, &unverified):
		return pipeline.Wrap(pipeline.Unavailable, errors.Join(record.ErrNotSent, plain(err)), "The webhook's certificate cannot be trusted. Nothing was sent; it will be tried again.")
	case errors.As(err, &op) && op.Op == "dial":
		return pipeline.Wrap(pipeline.Unavailable, errors.Join(record.ErrNotSent, plain(err)), "The webhook cannot be reached.")
	}
	return s.lost(err)
}

// lost is the error of a call of which it is not known whether it arrived.
func (s *System) lost(err error) error {
	if s.cfg.Once {
		return pipeline.Wrap(pipeline.Unavailable, errors.Join(record.ErrUnknown, plain(err)),
			"The webhook may or may not have the note, and would take a second one as another. A person must look there.")
	}
	return pipeline.Wrap(pipeline.Unavailable, plain(err), "The webhook did not answer. The note will be sent again with the same key.")
}

// plain leaves the address, which may hold a secret, out of an error.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// judge is the table of what a status means for the delivery.
func (s *System) judge(resp *http.Response) error {
	code := resp.StatusCode
	answer := fmt.Errorf("status %d", code)
	switch {
	case code >= 200 && code < 300:
		return nil
	case code >= 300 && code < 400:
		return pipeline.Wrap(pipeline.Invalid, answer, "The webhook wants to send the note on to another address (%d). That is not followed; the setting must name the right one.", code)
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		err := pipeline.Wrap(pipeline.Unavailable, errors.Join(record.ErrNotSent, answer), "The webhook is busy (%d). The note will be sent again.", code)
		if seconds, convErr := strconv.Atoi(resp.Header.Get("Retry-After")); convErr == nil && seconds > 0 {
			return &record.Later{After: time.Duration(min(seconds, 86400)) * time.Second, Err: err}
		}
		return err
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code >= 500:
		return s.lost(answer)
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return pipeline.Wrap(pipeline.Invalid, answer, "The webhook does not accept our signature (%d). The secrets on both sides must be compared.", code)
	}
	return pipeline.Wrap(pipeline.Invalid, answer, "The webhook refused the note (%d). It was not sent again; a person must look at it.", code)
}
