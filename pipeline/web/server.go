package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/auth"
	"dictation/pipeline/blob"
	"dictation/pipeline/intake"
	"dictation/pipeline/queue"
	"dictation/pipeline/record/paper"
	"dictation/pipeline/review"
	"dictation/pipeline/spelling"
	"dictation/pipeline/store"
)

// Rooms are what the handlers call.
type Rooms struct {
	Store  *store.Store
	Blob   *blob.Store
	Queue  *queue.Queue
	Intake *intake.Intake
	Desk   *review.Desk
	Auth   *auth.Auth

	Spelling *spelling.Checker
}

// Options are the server's limits. Zero values give the defaults.
type Options struct {
	Log     *slog.Logger
	Secure  bool                        // served over TLS: cookies are Secure and carry the __Host- prefix
	Version string                      // of the program
	Built   time.Time                   // when; default: when the server was made
	Demo    bool                        // say so on every page
	Drain   time.Duration               // how long running requests may take to end; default 10 s
	Ready   func(context.Context) error // more to check for /readyz; may be nil
	Metrics http.Handler                // what /metrics answers

	// PublicURL is where people reach the server, as "https://dictation.example.org";
	// default: whatever address a request names. With https it implies Secure.
	PublicURL string
	// TrustedProxies are whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix

	Language   string         // of the notes, BCP 47
	Letterhead string         // on printed notes; may have several lines
	Zone       *time.Location // of times on printed notes; default local

	Withhold  Withhold // drafts that are not worth mending; default: none
	MaxText   int      // bytes of one note, as review's; default 1 MiB
	MaxUpload int64    // bytes of one recording, as intake's; default 2 GiB
}

// Server answers HTTP. Make it with New, run it with Serve.
type Server struct {
	Rooms
	opts   Options
	pages  *pages
	events *hub
	mux    *http.ServeMux

	paper     *paper.Printer
	foreign   *http.CrossOriginProtection
	strangers strangers
	bodyWait  time.Duration // how long a body that is no upload may take
}

// New makes a server over the rooms.
func New(rooms Rooms, opts Options) (*Server, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Drain == 0 {
		opts.Drain = 10 * time.Second
	}
	if opts.Built.IsZero() {
		opts.Built = time.Now()
	}
	if opts.MaxText == 0 {
		opts.MaxText = 1 << 20
	}
	if opts.MaxUpload == 0 {
		opts.MaxUpload = 2 << 30
	}
	s := &Server{
		Rooms: rooms, events: newHub(), mux: http.NewServeMux(), foreign: http.NewCrossOriginProtection(), bodyWait: time.Minute,
	}
	if opts.PublicURL != "" {
		opts.PublicURL = strings.TrimSuffix(opts.PublicURL, "/")
		opts.Secure = opts.Secure || strings.HasPrefix(opts.PublicURL, "https://")
		if err := s.foreign.AddTrustedOrigin(opts.PublicURL); err != nil {
			return nil, fmt.Errorf("the public URL must be like https://dictation.example.org: %w", err)
		}
	}
	s.opts = opts
	s.foreign.SetDenyHandler(http.HandlerFunc(s.refuseForeign))
	var err error
	if s.paper, err = paper.New(opts.Letterhead, cmp.Or(opts.Zone, time.Local)); err != nil {
		return nil, err
	}
	if s.pages, err = loadPages(opts); err != nil {
		return nil, err
	}
	for _, r := range s.routes() {
		s.mux.Handle(r.pattern, s.guard(r))
	}
	return s, nil
}

// routes is the whole table of what the server answers.
func (s *Server) routes() []route {
	var all []route
	for _, part := range [][]route{s.healthRoutes(), s.apiRoutes(), s.fhirRoutes(), s.pageRoutes(), s.assetRoutes()} {
		all = append(all, part...)
	}
	return all
}

// Handler is the server with everything that holds for all requests.
func (s *Server) Handler() http.Handler {
	return s.recoverPanics(headers(s.hurry(s.behindProxies(s.foreign.Handler(s.mux)))))
}

// Serve answers on l until ctx ends, then lets running requests finish. It
// also runs the fan-out of live events.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	listening := make(chan error, 1)
	go func() { listening <- s.events.run(ctx, s.Queue) }()
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	var err error
	select {
	case err = <-served: // the listener failed
		end()
		return errors.Join(err, <-listening)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.opts.Drain)
	defer cancel()
	if err = srv.Shutdown(stop); err != nil {
		err = errors.Join(err, srv.Close())
	}
	<-served
	return errors.Join(err, <-listening)
}

// actor is the person of a request, for the audit.
func actor(r *http.Request) store.Actor {
	return store.Actor{ID: userOf(r).ID, Remote: remote(r)}
}

// remote is the network address of the request, without the port; see behindProxies.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// dictation reads the row named in the path, by its id or its job number.
func (s *Server) dictation(r *http.Request) (pipeline.Dictation, error) {
	id := r.PathValue("id")
	if !strings.HasPrefix(id, "D") {
		return s.Store.Dictation(r.Context(), id)
	}
	// People know the job number; the rest of the request goes by the id.
	d, err := s.Store.DictationByJob(r.Context(), id)
	r.SetPathValue("id", d.ID)
	return d, err
}
