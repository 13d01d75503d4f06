package push

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/fhir"
)

// Profile names a server's habits.
type Profile string

// The profiles. The rules of the two vendors' are those they publish for
// DocumentReference.Create.
const (
	USCore Profile = ""       // what US Core says
	Epic   Profile = "epic"   // plain "text/plain"; the visit must be there; no conditional create
	Oracle Profile = "oracle" // context.period.end, authors as its Practitioners, no authenticator
)

// Config says where and how. Base is required, and one of Token and Backend by
// most servers.
type Config struct {
	Name    string // the destination's; default "fhir"
	Base    string // https://host/path of the FHIR API; http only with Private
	Profile Profile
	Private bool // the server is inside: plain http is meant

	// Identifier systems by which the server knows record numbers, visit numbers
	// and ours of documents; default as our own FHIR API has them.
	Patients, Visits, Documents string

	// Practitioners are the server's ids of authors and signers, by account id.
	// Others go by name only.
	Practitioners map[string]string

	Token   string   // fixed bearer token
	Backend *Backend // or SMART Backend Services

	SearchByURL bool // searches put numbers into addresses: for servers without POST _search
	RootCAs     *x509.CertPool
	Timeout     time.Duration    // of one request; default 30 s
	Now         func() time.Time // default time.Now
}

// System is a FHIR server. It is safe for concurrent use.
type System struct {
	cfg     Config
	mapping fhir.Mapping
	client  *http.Client
	key     *Key

	mu          sync.Mutex // of what is below
	token       string
	tokenEnds   time.Time
	tokenURL    string
	sending     map[string]bool // delivery keys on their way just now
	conditional *bool           // whether the server creates conditionally; nil until it said so
}

var _ record.Preparer = (*System)(nil)

// New makes a destination of a FHIR server. Nothing is sent by it; errors say
// what is wrong with the settings.
func New(cfg Config) (record.System, error) {
	cfg.Name, cfg.Timeout = cmp.Or(cfg.Name, "fhir"), cmp.Or(cfg.Timeout, 30*time.Second)
	cfg.Base = strings.TrimRight(cfg.Base, "/")
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	s := &System{cfg: cfg, mapping: fhir.NewMapping("", ""), sending: map[string]bool{}}
	s.mapping.MRN = cmp.Or(cfg.Patients, s.mapping.MRN)
	s.mapping.Visit = cmp.Or(cfg.Visits, s.mapping.Visit)
	s.mapping.Document = cmp.Or(cfg.Documents, s.mapping.Document)
	if cfg.Backend != nil {
		key, err := ParseKey(cfg.Backend.Key, cfg.Backend.KeyID)
		if err != nil {
			return nil, err
		}
		s.key, s.tokenURL = key, cfg.Backend.TokenURL
	}
	s.client = &http.Client{
		Timeout: cfg.Timeout,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: cfg.RootCAs, MinVersion: tls.VersionTLS12},
			// As many as deliver keeps in flight: connections are used again.
			ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Minute,
		},
		// A redirect would take the note, and the token, to an address nobody configured.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s, nil
}

func (c Config) check() error {
	switch {
	case !c.reachable(c.Base):
		return pipeline.Errorf(pipeline.Invalid, "A FHIR destination needs its server's address, like https://records.example.org/fhir; http only where the server is inside.")
	case c.Profile != USCore && c.Profile != Epic && c.Profile != Oracle:
		return pipeline.Errorf(pipeline.Invalid, "A FHIR destination has the profile epic or oracle, or none.")
	case c.Token != "" && c.Backend != nil:
		return pipeline.Errorf(pipeline.Invalid, "A FHIR destination has a token or a key for SMART Backend Services, not both.")
	case c.Backend != nil && c.Backend.ClientID == "":
		return pipeline.Errorf(pipeline.Invalid, "SMART Backend Services need the client id that the server gave.")
	case c.Backend != nil && c.Backend.TokenURL != "" && !c.reachable(c.Backend.TokenURL):
		return pipeline.Errorf(pipeline.Invalid, "The token address of SMART Backend Services must be https.")
	}
	return nil
}

// reachable reports whether secrets may be sent to an address.
func (c Config) reachable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" &&
		(u.Scheme == "https" || u.Scheme == "http" && c.Private)
}

// Name implements [record.System].
func (s *System) Name() string { return s.cfg.Name }
