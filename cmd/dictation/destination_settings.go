package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/deliver"
	"dictation/pipeline/record"
	"dictation/pipeline/record/fhir/push"
	"dictation/pipeline/record/folder"
	"dictation/pipeline/record/folder/sftp"
	"dictation/pipeline/record/hl7"
	"dictation/pipeline/record/paper"
	"dictation/pipeline/record/webhook"
)

// destinationFile is the content of DICTATION_DESTINATIONS: records systems of
// others, in the order they are sent to.
type destinationFile struct {
	Destinations []destinationSetting `json:"destinations"`
}

// destinationSetting is one destination. What its kind has no use for is left out.
type destinationSetting struct {
	Name  string         `json:"name"` // lower-case letters, digits and hyphens; stays the same for ever
	Kind  string         `json:"kind"` // fhir, mdm, oru, folder, sftp or webhook
	Rules []deliver.Rule `json:"rules"`
	Hold  bool           `json:"hold"` // send only what a person has released
	// A channel to people outside: it gets letters to those whose entry in the
	// address book names it, and nothing else.
	Copies bool `json:"copies"`

	Parallel     int      `json:"parallel"`
	RetryFirst   duration `json:"retry_first"`
	RetryLongest duration `json:"retry_longest"`
	GiveUp       duration `json:"give_up"`
	Timeout      duration `json:"timeout"` // until the answer; default 30s
	CAFile       string   `json:"ca_file"`

	Address   string                       `json:"address"` // mdm: HOST:PORT
	TLS       bool                         `json:"tls"`
	Sender    [2]string                    `json:"sender"`   // MSH-3, MSH-4
	Receiver  [2]string                    `json:"receiver"` // MSH-5, MSH-6
	Authority string                       `json:"authority"`
	Test      bool                         `json:"test"`
	Types     map[pipeline.Worktype]string `json:"types"`     // table 0270
	Providers map[string]providerSetting   `json:"providers"` // by name under a note, or by account id
	Busy      []string                     `json:"busy"`
	Content   hl7.Content                  `json:"content"` // mdm, oru: text (default), pdf, rtf or text+pdf
	Service   string                       `json:"service"` // oru: OBR-24, table 0074; default RAD

	Path     string `json:"path"` // folder, sftp
	PDF      bool   `json:"pdf"`  // folder, sftp, webhook: pages, too
	User     string `json:"user"` // sftp, with key_file or password_file
	HostKey  string `json:"host_key"`
	Password string `json:"password_file"`

	URL        string `json:"url"` // webhook, fhir
	SecretFile string `json:"secret_file"`
	Private    bool   `json:"private"`
	Once       bool   `json:"once"`

	fhirSetting
}

// fhirSetting is what only a FHIR server needs.
type fhirSetting struct {
	Profile       push.Profile      `json:"profile"` // epic, oracle or none
	Patients      string            `json:"patient_system"`
	Visits        string            `json:"visit_system"`
	Documents     string            `json:"document_system"`
	Practitioners map[string]string `json:"practitioners"` // the server's ids, by account id
	TokenFile     string            `json:"token_file"`    // a fixed token, or SMART Backend Services:
	ClientID      string            `json:"client_id"`
	KeyFile       string            `json:"key_file"`
	KeyID         string            `json:"key_id"`
	TokenURL      string            `json:"token_url"`
	Scope         string            `json:"scope"`
	SearchByURL   bool              `json:"search_by_url"`
}

// providerSetting is how a receiver knows a clinician.
type providerSetting struct {
	ID        string `json:"id"`
	Authority string `json:"authority"`
}

// The defaults of trying again.
const (
	retryFirst   = 5 * time.Second
	retryLongest = 15 * time.Minute
	giveUpAfter  = 24 * time.Hour
)

// printer makes pages of a document.
type printer = func(record.Document) ([]byte, error)

// destinations makes the destinations of the settings.
func (c config) destinations() ([]deliver.Destination, error) {
	if strings.TrimSpace(c.Destinations) == "" {
		return nil, nil
	}
	dec := json.NewDecoder(strings.NewReader(c.Destinations))
	dec.DisallowUnknownFields()
	var f destinationFile
	err := dec.Decode(&f)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = fmt.Errorf("there is something behind the JSON object")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%sDESTINATIONS: %w", prefix, err)
	}
	pages, err := paper.New(c.Letterhead, time.Local)
	if err != nil {
		return nil, err
	}
	print := func(doc record.Document) ([]byte, error) { return pages.Note(doc) }
	var list []deliver.Destination
	taken := map[string]bool{record.ChartName: true}
	for i, s := range f.Destinations {
		d, err := s.destination(print)
		if err == nil && taken[s.Name] {
			err = fmt.Errorf("the name %q is taken", s.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("%sDESTINATIONS: destination %d: %w", prefix, i+1, err)
		}
		taken[s.Name] = true
		list = append(list, d)
	}
	return list, nil
}

func (s destinationSetting) destination(print printer) (deliver.Destination, error) {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
	if s.Name == "" || len(s.Name) > 32 || strings.Trim(s.Name, letters) != "" {
		return deliver.Destination{}, fmt.Errorf("its name must be 1 to 32 lower-case letters, digits and hyphens")
	}
	for _, r := range s.Rules {
		for _, w := range r.Worktypes {
			if w.Info().Title == "" {
				return deliver.Destination{}, fmt.Errorf("its rules name a worktype %q that does not exist", w)
			}
		}
	}
	system, err := s.system(print)
	if err != nil {
		return deliver.Destination{}, err
	}
	return deliver.Destination{
		System: system, Rules: s.Rules, Hold: s.Hold, Parallel: s.Parallel,
		First:   cmp.Or(time.Duration(s.RetryFirst), retryFirst),
		Longest: cmp.Or(time.Duration(s.RetryLongest), retryLongest),
		GiveUp:  cmp.Or(time.Duration(s.GiveUp), giveUpAfter),
		Lease:   5*cmp.Or(time.Duration(s.Timeout), 30*time.Second) + time.Minute,
	}, nil
}

// system makes what the kind names.
func (s destinationSetting) system(print printer) (record.System, error) {
	switch s.Kind {
	case "fhir":
		return s.fhir()
	case "mdm", "oru":
		return s.hl7(print)
	case "folder":
		return folder.New(s.Name, s.Path, s.pages(print))
	case "sftp":
		return s.sftp(print)
	case "webhook":
		return s.webhook(print)
	case record.ChartName:
		return nil, fmt.Errorf("the built-in record gets every note by itself")
	}
	return nil, fmt.Errorf("there is no kind of destination %q; use fhir, mdm, oru, folder, sftp or webhook", s.Kind)
}

func (s destinationSetting) fhir() (record.System, error) {
	roots, err := certificates(s.CAFile)
	if err != nil {
		return nil, err
	}
	cfg := push.Config{
		Name: s.Name, Base: s.URL, Profile: s.Profile, Private: s.Private, Patients: s.Patients, Visits: s.Visits, Documents: s.Documents,
		Practitioners: s.Practitioners, SearchByURL: s.SearchByURL, RootCAs: roots, Timeout: time.Duration(s.Timeout),
	}
	if s.TokenFile != "" {
		token, err := os.ReadFile(s.TokenFile)
		if err != nil {
			return nil, fmt.Errorf("its token: %w", err)
		}
		cfg.Token = string(bytes.TrimSpace(token))
	}
	if s.KeyFile != "" {
		key, err := os.ReadFile(s.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("its key: %w", err)
		}
		cfg.Backend = &push.Backend{ClientID: s.ClientID, Key: key, KeyID: s.KeyID, TokenURL: s.TokenURL, Scope: s.Scope}
	}
	return push.New(cfg)
}

func (s destinationSetting) hl7(print printer) (record.System, error) {
	if _, _, err := net.SplitHostPort(s.Address); err != nil {
		return nil, fmt.Errorf("its address must be HOST:PORT: %w", err)
	}
	roots, err := certificates(s.CAFile)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	dial := func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, "tcp", s.Address) }
	if s.TLS {
		secure := &tls.Dialer{NetDialer: dialer, Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
		dial = func(ctx context.Context) (net.Conn, error) { return secure.DialContext(ctx, "tcp", s.Address) }
	}
	site := hl7.Site{
		Label: s.Name, Client: &hl7.Client{Dial: dial, Timeout: time.Duration(s.Timeout)},
		Sender: s.Sender, Receiver: s.Receiver, Authority: s.Authority, Test: s.Test, Types: s.Types, Busy: s.Busy,
		Content: s.Content, Print: print, Service: s.Service,
		Provider: func(p record.Person) (id, authority string) {
			known, ok := s.Providers[p.ID]
			if !ok {
				known = s.Providers[p.Name]
			}
			return known.ID, known.Authority
		},
	}
	if err := site.Check(); err != nil {
		return nil, err
	}
	if s.Kind == "oru" {
		return hl7.NewORU(site), nil
	}
	return hl7.NewMDM(site), nil
}

func (s destinationSetting) webhook(print printer) (record.System, error) {
	if s.SecretFile == "" {
		return nil, fmt.Errorf("a webhook needs a secret_file")
	}
	secret, err := os.ReadFile(s.SecretFile)
	if err != nil {
		return nil, fmt.Errorf("its secret: %w", err)
	}
	roots, err := certificates(s.CAFile)
	if err != nil {
		return nil, err
	}
	return webhook.New(webhook.Config{
		Name: s.Name, URL: s.URL, Secret: bytes.TrimSpace(secret), Private: s.Private, Once: s.Once,
		RootCAs: roots, Timeout: time.Duration(s.Timeout), Print: s.pages(print),
	})
}

// pages is what prints for a destination that has pages.
func (s destinationSetting) pages(print printer) printer {
	if s.PDF || s.Copies {
		return print
	}
	return nil
}

func (s destinationSetting) sftp(print printer) (record.System, error) {
	cfg := sftp.Config{
		Name: s.Name, Address: s.Address, HostKey: s.HostKey, User: s.User, Dir: s.Path, Print: s.pages(print), Timeout: time.Duration(s.Timeout),
	}
	if s.KeyFile != "" {
		key, err := os.ReadFile(s.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("its key: %w", err)
		}
		cfg.Key = key
	}
	if s.Password != "" {
		password, err := os.ReadFile(s.Password)
		if err != nil {
			return nil, fmt.Errorf("its password: %w", err)
		}
		cfg.Password = string(bytes.TrimSpace(password))
	}
	return sftp.New(cfg)
}

// certificates reads a PEM file; nil without one: the machine's.
func certificates(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("its certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("its certificates: there is none in %s", file)
	}
	return pool, nil
}

// outbound is the room that sends to other records systems.
func (a *app) outbound() (*deliver.Outbound, error) {
	list, err := a.cfg.destinations()
	if err != nil {
		return nil, err
	}
	return deliver.NewOutbound(a.store, list, deliver.Options{Language: a.cfg.Language, Log: a.log}), nil
}

// sendOut sends to other records systems, where the stage of delivery is among
// the handlers, until the returned function is called; that waits for the tries
// under way.
func (a *app) sendOut(ctx context.Context, handlers map[pipeline.Stage]pipeline.Handler) (stop func(), err error) {
	if handlers[pipeline.Deliver] == nil {
		return func() {}, nil
	}
	if err := a.out.Register(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.out.Run(ctx)
	}()
	return func() { cancel(); <-done }, nil
}
