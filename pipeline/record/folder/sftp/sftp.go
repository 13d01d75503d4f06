// Package sftp delivers notes as files into a folder of another machine, by SFTP.
//
// What lies there, and how it comes once whatever dies when, is as package folder
// has it: files are completed under another name and renamed. Where the server
// can, files are synced to its disk, and renamed as POSIX has it; where it cannot,
// a file that is in the way is an error, and nothing is overwritten.
//
// The server is known by its host key, which the settings name: there is no asking
// and no learning. We are known by a key or a password.
package sftp

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"path"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/folder"
)

// Config says where and how. Name, Address, HostKey, User, Dir, and one of Key and
// Password are required.
type Config struct {
	Name     string
	Address  string // HOST:PORT
	HostKey  string // as in known_hosts, without the host: "ssh-ed25519 AAAA…"
	User     string
	Key      []byte // private key, PEM, without a pass phrase
	Password string
	Dir      string // on the server; must be there
	Print    folder.Print
	Timeout  time.Duration // until connected; default 30 s
}

// System is a folder on a server. It is safe for concurrent use.
type System struct {
	cfg    Config
	client *ssh.ClientConfig

	mu   sync.Mutex
	idle []*link
}

// most is how many connections are kept while there is nothing to send.
const most = 4

var _ record.Withdrawer = (*System)(nil)

// New makes a destination of a server. Nothing is sent by it.
func New(cfg Config) (*System, error) {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(cfg.HostKey))
	if err != nil {
		return nil, pipeline.Wrap(pipeline.Invalid, err, "An SFTP destination needs its server's host key, like \"ssh-ed25519 AAAA…\"; ssh-keyscan shows it.")
	}
	if _, _, err := net.SplitHostPort(cfg.Address); err != nil || cfg.User == "" || !path.IsAbs(cfg.Dir) {
		return nil, pipeline.Errorf(pipeline.Invalid, "An SFTP destination needs HOST:PORT, a user, and the full path of its folder.")
	}
	var auth ssh.AuthMethod
	switch {
	case (len(cfg.Key) > 0) == (cfg.Password != ""):
		return nil, pipeline.Errorf(pipeline.Invalid, "An SFTP destination has a key or a password.")
	case cfg.Password != "":
		auth = ssh.Password(cfg.Password)
	default:
		signer, err := ssh.ParsePrivateKey(cfg.Key)
		if err != nil {
			return nil, pipeline.Wrap(pipeline.Invalid, err, "The key of the SFTP destination cannot be read; it must have no pass phrase.")
		}
		auth = ssh.PublicKeys(signer)
	}
	cfg.Timeout = cmp.Or(cfg.Timeout, 30*time.Second)
	return &System{cfg: cfg, client: &ssh.ClientConfig{
		User: cfg.User, Auth: []ssh.AuthMethod{auth}, Timeout: cfg.Timeout,
		HostKeyCallback: ssh.FixedHostKey(key), HostKeyAlgorithms: algorithms(key.Type()),
	}}, nil
}

// algorithms are the signatures a host may make with its key.
func algorithms(kind string) []string {
	if kind == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{kind}
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
func (s *System) Prepare(doc record.Document) ([]byte, error) {
	return folder.Prepare(doc, "", s.cfg.Print)
}

// PrepareWithdrawal implements [record.Withdrawer].
func (s *System) PrepareWithdrawal(doc record.Document, reason string) ([]byte, error) {
	return folder.Prepare(doc, reason, nil)
}

// Send implements [record.Preparer].
func (s *System) Send(ctx context.Context, doc record.Document, payload []byte) (record.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return record.Receipt{}, pipeline.Wrap(pipeline.Unavailable, errors.Join(record.ErrNotSent, err), "The note was not sent yet because the work was interrupted. It will be tried again.")
	}
	l, err := s.take(ctx)
	if err != nil {
		return record.Receipt{}, err
	}
	stop := context.AfterFunc(ctx, l.close) // ends what is waited for
	receipt, err := folder.Place(l, doc.Key, payload)
	alive := stop()
	var e *pipeline.Error
	switch {
	case err != nil && !errors.As(err, &e):
		l.close()
		return receipt, pipeline.Wrap(pipeline.Unavailable, err, "The folder on the SFTP server cannot be written. The note will be delivered when it can.")
	case alive:
		s.give(l)
	}
	return receipt, err
}

// take gives a connection that nobody uses, or makes one.
func (s *System) take(ctx context.Context) (*link, error) {
	s.mu.Lock()
	for len(s.idle) > 0 {
		l := s.idle[len(s.idle)-1]
		s.idle = s.idle[:len(s.idle)-1]
		if l.alive() {
			s.mu.Unlock()
			return l, nil
		}
	}
	s.mu.Unlock()
	return s.dial(ctx)
}

func (s *System) give(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle) < most {
		s.idle = append(s.idle, l)
		return
	}
	l.close()
}

// Close ends the connections that nobody uses.
func (s *System) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.idle {
		l.close()
	}
	s.idle = nil
	return nil
}

// dial connects and looks whose key it is.
func (s *System) dial(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.cfg.Address)
	if err != nil {
		return nil, pipeline.Wrap(pipeline.Unavailable, errors.Join(record.ErrNotSent, err), "The SFTP server cannot be reached. The note will be delivered later.")
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	var seen who
	client := *s.client
	client.HostKeyCallback = func(host string, at net.Addr, key ssh.PublicKey) error {
		err := s.client.HostKeyCallback(host, at, key)
		seen = meant
		if err != nil {
			seen = another
		}
		return err
	}
	c, channels, requests, err := ssh.NewClientConn(conn, s.cfg.Address, &client)
	if err != nil {
		conn.Close()
		return nil, refused(ctx, seen, err)
	}
	shell := ssh.NewClient(c, channels, requests)
	files, err := sftp.NewClient(shell)
	if err != nil {
		shell.Close()
		return nil, pipeline.Wrap(pipeline.Unavailable, errors.Join(record.ErrNotSent, err), "The server speaks SSH, but no SFTP. The note will be delivered when it does.")
	}
	return newLink(shell, files, s.cfg.Dir), nil
}

// who is the server that answered.
type who int

const (
	nobody who = iota
	meant
	another
)

// refused tells a server that is not the one that is meant, and one that does not
// let us in, from one that is away: with those nothing gets better by waiting.
func refused(ctx context.Context, seen who, err error) error {
	cause := errors.Join(record.ErrNotSent, err)
	var kinds *ssh.AlgorithmNegotiationError
	var broken net.Error
	switch {
	case seen == another, errors.As(err, &kinds):
		return pipeline.Wrap(pipeline.Invalid, errors.Join(record.ErrLink, cause), "The SFTP server has another host key than the settings name. Nothing was sent; somebody must find out why.")
	case seen == meant && ctx.Err() == nil && !errors.As(err, &broken) && !errors.Is(err, io.EOF):
		return pipeline.Wrap(pipeline.Invalid, errors.Join(record.ErrLink, cause), "The SFTP server does not let us in. User, and key or password, must be looked at on both sides.")
	}
	return pipeline.Wrap(pipeline.Unavailable, cause, "The SFTP server did not answer. The note will be delivered later.")
}
