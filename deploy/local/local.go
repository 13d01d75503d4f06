package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Config says where the servers keep their data and where they listen.
type Config struct {
	Data string       // folder of everything; made when missing
	Log  *slog.Logger // nil: nothing is logged

	// NATSListen is host:port of an additional TCP listener for other
	// processes; empty: this process only. Port 0 takes any free one.
	NATSListen string
	// S3Listen is host:port; empty means "127.0.0.1:0", any free port.
	S3Listen string
}

// Servers are the three servers, ready to work.
type Servers struct {
	NATS     *NATS
	S3       *S3
	Postgres *Postgres

	lock     *os.File
	failed   chan error
	watchers sync.WaitGroup
}

// Start starts the three servers at the same time and returns when all are
// ready. When one fails, the others are stopped again.
func Start(ctx context.Context, cfg Config) (*Servers, error) {
	cfg.Log = logOrNone(cfg.Log)
	data, err := openData(cfg.Data)
	if err != nil {
		return nil, err
	}
	lock, err := lockFolder(data)
	if err != nil {
		return nil, err
	}
	s := &Servers{lock: lock, failed: make(chan error, 2)}
	if err := s.start(ctx, data, cfg); err != nil {
		return nil, errors.Join(err, s.Close(context.WithoutCancel(ctx)))
	}
	s.watchers.Go(func() { s.watch("the S3 server", s.S3.child) })
	s.watchers.Go(func() { s.watch("PostgreSQL", s.Postgres.child) })
	return s, nil
}

func (s *Servers) start(ctx context.Context, data string, cfg Config) error {
	keys, err := loadSecrets(filepath.Join(data, "secrets"))
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		s.NATS, err = StartNATS(ctx, NATSConfig{Dir: filepath.Join(data, "nats"), Listen: cfg.NATSListen, Token: keys.NATSToken, Log: cfg.Log})
		return err
	})
	g.Go(func() (err error) {
		s.S3, err = StartS3(ctx, S3Config{Dir: filepath.Join(data, "s3"), Listen: cfg.S3Listen, AccessKey: keys.S3AccessKey, SecretKey: keys.S3SecretKey, Log: cfg.Log})
		return err
	})
	g.Go(func() (err error) {
		s.Postgres, err = StartPostgres(ctx, PostgresConfig{Dir: filepath.Join(data, "postgres"), Log: cfg.Log})
		return err
	})
	return g.Wait()
}

// watch reports a child that ended without being asked to, and ends with it.
func (s *Servers) watch(name string, p *process) {
	<-p.done
	if !p.stopping.Load() {
		s.failed <- fmt.Errorf("%s stopped by itself (%v); what was acknowledged is on the disk: start dictation again", name, p.err)
	}
}

// Failed receives the error of a server that ended by itself. The owner should
// then stop the whole program.
func (s *Servers) Failed() <-chan error { return s.failed }

// Health reports what is not working, nil when all is well.
func (s *Servers) Health(ctx context.Context) error {
	return errors.Join(s.NATS.Health(), s.S3.Health(ctx), s.Postgres.Health())
}

// Close stops the servers: first the messages, so that no new work begins, then
// bytes and rows. It returns when all children are gone; when ctx ends first
// they are stopped the hard way, which loses nothing that was acknowledged.
// Whoever uses the servers closes their connections before.
func (s *Servers) Close(ctx context.Context) error {
	if s.NATS != nil {
		s.NATS.Close()
	}
	var g errgroup.Group
	if s.S3 != nil {
		g.Go(func() error { return s.S3.Close(ctx) })
	}
	if s.Postgres != nil {
		g.Go(func() error { return s.Postgres.Close(ctx) })
	}
	err := g.Wait()
	s.watchers.Wait()
	return errors.Join(err, s.lock.Close())
}

func logOrNone(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}
