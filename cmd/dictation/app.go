package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"dictation/pipeline"
	"dictation/pipeline/auth"
	"dictation/pipeline/blob"
	"dictation/pipeline/decode"
	"dictation/pipeline/deliver"
	"dictation/pipeline/feed"
	"dictation/pipeline/intake"
	"dictation/pipeline/queue"
	"dictation/pipeline/record"
	"dictation/pipeline/review"
	"dictation/pipeline/spelling"
	"dictation/pipeline/store"
	"dictation/pipeline/sweep"
	"dictation/pipeline/transcribe/lexicon"
	"dictation/pipeline/web"
	"dictation/pipeline/worker"
)

// app is the rooms, opened and joined. Every role runs on one.
type app struct {
	cfg     config
	log     *slog.Logger
	nc      *nats.Conn
	store   *store.Store
	queue   *queue.Queue
	blob    *blob.Store
	intake  *intake.Intake
	auth    *auth.Auth
	metrics *metrics
	demo    bool
	temp    string // folder of temporary sound; empty: the system's
	data    string // folder of what this machine keeps: speech models
	out     *deliver.Outbound
}

// servers is where the three servers are: embedded ones, or those named in the
// environment.
type servers struct {
	database string
	s3       blob.Config
	nats     func(...nats.Option) (*nats.Conn, error)
}

// named gives the servers the environment names, or an error that says what is missing.
func named(c config) (servers, error) {
	var missing []string
	for _, v := range []struct{ name, value string }{
		{"DATABASE_URL", c.DatabaseURL}, {"NATS_URL", c.NATSURL}, {"S3_ENDPOINT", c.S3Endpoint},
		{"S3_ACCESS_KEY", c.S3AccessKey}, {"S3_SECRET_KEY", c.S3SecretKey},
	} {
		if v.value == "" {
			missing = append(missing, prefix+v.name)
		}
	}
	if len(missing) > 0 {
		return servers{}, fmt.Errorf("the environment does not name the servers: set %s (\"dictation run\" brings its own)", strings.Join(missing, ", "))
	}
	return servers{
		database: c.DatabaseURL,
		s3: blob.Config{
			Endpoint: c.S3Endpoint, Region: c.S3Region, AccessKey: c.S3AccessKey, SecretKey: c.S3SecretKey,
			TLS: c.S3TLS, Bucket: c.S3Bucket, Intake: c.S3Intake,
		},
		nats: func(opts ...nats.Option) (*nats.Conn, error) {
			if c.NATSCreds != "" {
				opts = append(opts, nats.UserCredentials(c.NATSCreds))
			}
			return nats.Connect(c.NATSURL, opts...)
		},
	}, nil
}

// openApp connects to the servers. migrate brings the database forward; without
// it a database that is behind is refused.
func openApp(ctx context.Context, c config, at servers, log *slog.Logger, migrate bool) (_ *app, err error) {
	a := &app{cfg: c, log: log, metrics: newMetrics()}
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	if a.store, err = store.Open(ctx, at.database); err != nil {
		return nil, err
	}
	if err := a.schema(ctx, migrate); err != nil {
		return nil, err
	}
	if a.blob, err = blob.Open(ctx, at.s3); err != nil {
		return nil, err
	}
	a.nc, err = at.nats(nats.Name("dictation"), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(false),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("nats", "err", err) }))
	if err != nil {
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	if a.queue, err = queue.Open(ctx, a.nc, queue.Options{Lease: c.Lease}); err != nil {
		return nil, err
	}
	if a.out, err = a.outbound(); err != nil {
		return nil, err
	}
	needVisit, err := c.needVisit()
	if err != nil {
		return nil, err
	}
	a.intake = intake.New(a.store, a.blob, a.queue, intake.Options{
		MaxBytes: c.MaxUpload << 20, Log: log, Unfinished: c.RecordingWait, Chunks: c.RecordingChunks, NeedVisit: needVisit,
	})
	a.auth = auth.New(a.store, auth.Options{Session: c.Session, Idle: c.Idle, SiteKey: c.siteSeed(), PasswordOnly: !c.LoginSecondFactor})
	a.metrics.watch(a.store, a.queue)
	return a, nil
}

func (a *app) schema(ctx context.Context, migrate bool) error {
	if migrate {
		ran, err := a.store.Migrate(ctx)
		if len(ran) > 0 {
			a.log.InfoContext(ctx, "database migrated", "ran", ran)
		}
		return err
	}
	ok, err := a.store.Migrated(ctx)
	if err == nil && !ok {
		err = errors.New("the database has another schema than this program: run \"dictation migrate\" first")
	}
	return err
}

func (a *app) close() {
	if a.nc != nil {
		a.nc.Close()
	}
	if a.store != nil {
		a.store.Close()
	}
}

// desk is the review room with the site's key.
func (a *app) desk() (*review.Desk, error) {
	key, err := a.cfg.signingKey()
	if err != nil {
		return nil, err
	}
	rule, err := review.ParseConfirmRule(a.cfg.SignConfirm)
	if err != nil {
		return nil, fmt.Errorf("%sSIGN_CONFIRM: %w", prefix, err)
	}
	return review.New(a.store, a.queue, key, review.Options{Lease: a.cfg.ReviewLease, Confirm: rule, Ask: a.cfg.SignAsk, Undo: a.cfg.UndoFor, Scale: a.cfg.scale()}), nil
}

// serve answers HTTP on l and relays the outbox until ctx ends.
func (a *app) serve(ctx context.Context, l net.Listener) error {
	desk, err := a.desk()
	if err != nil {
		return err
	}
	proxies, err := a.cfg.proxies()
	if err != nil {
		return err
	}
	srv, err := web.New(web.Rooms{
		Store: a.store, Blob: a.blob, Queue: a.queue, Intake: a.intake, Desk: desk, Auth: a.auth,
		Spelling: spelling.New(a.store, a.wordList(ctx), time.Now),
	}, web.Options{
		Log: a.log, Secure: a.cfg.TLSCert != "", Version: version(), Demo: a.demo, MaxUpload: a.cfg.MaxUpload << 20,
		Withhold: web.Withhold{Above: a.cfg.Withhold, Notes: a.cfg.WithholdNotes},
		Language: a.cfg.Language, Letterhead: a.cfg.Letterhead,
		PublicURL: a.cfg.PublicURL, TrustedProxies: proxies,
		Metrics: promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{}),
	})
	if err != nil {
		return err
	}
	stopFeed, err := a.listenHL7(ctx)
	if err != nil {
		return err
	}
	defer stopFeed()
	relayed := make(chan struct{})
	relaying, stop := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(relayed)
		worker.Relay(relaying, a.store, a.queue, a.log)
	}()
	// The relay outlives the last request: what that commits is published too.
	defer func() { stop(); <-relayed }()
	return srv.Serve(ctx, l)
}

// wordList makes the list of words that the spell check begins with, when it is
// first asked.
func (a *app) wordList(ctx context.Context) func() *spelling.List {
	return sync.OnceValue(func() *spelling.List {
		l, err := spelling.Base(lexicon.Config{})
		if err != nil {
			a.log.WarnContext(ctx, "the spell check knows only the words of its medical corpus", "words", l.Len(), "err", err)
		}
		return l
	})
}

// listenHL7 takes the hospital's feed, where one is set up, until the returned
// function is called; that waits for the message being taken.
func (a *app) listenHL7(ctx context.Context) (stop func(), err error) {
	if a.cfg.HL7Listen == "" {
		return func() {}, nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.cfg.HL7Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for the HL7 feed (%sHL7_LISTEN): %w", prefix, err)
	}
	a.log.InfoContext(ctx, "HL7 feed", "listen", l.Addr().String())
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		taking := feed.New(a.store, feed.Options{Authority: a.cfg.HL7Issuer, Log: a.log})
		if err := taking.Listener().Serve(ctx, l); err != nil {
			a.log.ErrorContext(ctx, "HL7 feed ended", "err", err)
		}
	}()
	return func() { cancel(); <-done }, nil
}

// work does machine stages until ctx ends. Recognition begins by itself when its
// speech model is ready: the first one takes some seconds to make.
func (a *app) work(ctx context.Context, stages []pipeline.Stage) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, list := range apart(stages, pipeline.Transcribe) {
		g.Go(func() error { return a.workOn(ctx, list) })
	}
	return g.Wait()
}

// apart gives the stages in two lists, one of them for the named stage alone.
func apart(stages []pipeline.Stage, one pipeline.Stage) (lists [][]pipeline.Stage) {
	others := slices.DeleteFunc(slices.Clone(stages), func(st pipeline.Stage) bool { return st == one })
	if len(others) > 0 {
		lists = append(lists, others)
	}
	if len(others) < len(stages) {
		lists = append(lists, []pipeline.Stage{one})
	}
	return lists
}

func (a *app) workOn(ctx context.Context, stages []pipeline.Stage) error {
	handlers, err := a.handlers(ctx, stages)
	if err != nil {
		return err
	}
	stop, err := a.sendOut(ctx, handlers)
	if err != nil {
		return err
	}
	defer stop()
	worker.New(a.store, a.queue, handlers, worker.Options{
		Slots: a.cfg.slots(), Lease: a.cfg.Lease, Attempts: a.cfg.Attempts, Log: a.log, Observe: a.metrics.observe,
	}).Run(ctx)
	for _, h := range handlers {
		if r, ok := h.(*recogniser); ok {
			r.close()
		}
	}
	return nil
}

func (a *app) handlers(ctx context.Context, stages []pipeline.Stage) (map[pipeline.Stage]pipeline.Handler, error) {
	handlers := make(map[pipeline.Stage]pipeline.Handler)
	for _, st := range stages {
		switch st {
		case pipeline.Decode:
			handlers[st] = a.decoder(ctx)
		case pipeline.Transcribe:
			r, err := a.recogniser(ctx, a.data)
			if err != nil {
				return nil, err
			}
			handlers[st] = r
		case pipeline.Deliver:
			handlers[st] = deliver.New(a.store, record.NewChart(a.store), a.cfg.Language).And(a.out)
		default:
			return nil, pipeline.Errorf(pipeline.Invalid, "The stage %s belongs to people; a worker does decode, transcribe or deliver.", st)
		}
	}
	return handlers, nil
}

// decoder makes the decode stage and says how well ffmpeg is confined. Without
// ffmpeg what Go reads itself is decoded all the same.
func (a *app) decoder(ctx context.Context) *decode.Handler {
	h := decode.New(a.blob, a.cfg.decoding(a.temp, a.log))
	status, err := h.Check(ctx)
	if err != nil {
		a.log.WarnContext(ctx, "only WAV, FLAC and Opus will be decoded", "err", err)
		return h
	}
	a.log.InfoContext(ctx, "decoder ready", "ffmpeg", status)
	return h
}

// sweeper is the room of recurring tasks.
func (a *app) sweeper() *sweep.Sweeper {
	return sweep.New(a.store, a.queue, a.intake, sweep.Options{Outbound: a.out, Log: a.log, Stuck: 2 * a.cfg.Lease, FeedKept: a.cfg.HL7Keep})
}

// sweep runs the recurring tasks and relays what they put in the outbox.
func (a *app) sweep(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		worker.Relay(ctx, a.store, a.queue, a.log)
	}()
	a.sweeper().Run(ctx)
	<-done
}

// listen opens the address of the pages, with TLS where a certificate is set.
func listen(ctx context.Context, c config, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("the address %s is taken by another program; stop it, or choose another with --listen (port 0 takes any free one): %w", address, err)
	}
	if err != nil || c.TLSCert == "" {
		return l, err
	}
	cert, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the TLS certificate: %w", err), l.Close())
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}), nil
}

// openTimeout bounds how long a start waits for servers.
const openTimeout = time.Minute
