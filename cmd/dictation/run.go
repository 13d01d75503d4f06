package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"dictation/deploy/local"
	"dictation/pipeline"
)

// runOptions are the flags of "run".
type runOptions struct {
	demo   bool
	data   string
	listen string // empty: the setting, and the next free port if that is taken
	stages []string
}

func runCommand() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run everything on this machine: servers, pages, workers, sweep",
		Long: `Starts its own NATS, S3 and PostgreSQL servers in the data folder, then the
pages, the workers of all machine stages and the sweep. Nothing outside the data
folder is touched and nothing but loopback is listened on, unless --listen says so.

It prints a line "ready http://…" once it is ready to work, and stops everything
it started on Ctrl-C.`,
		Example: `  dictation run --demo
  dictation run --data /srv/dictation --listen 0.0.0.0:443`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return run(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&o.demo, "demo", false, "make up patients and one account per role, with random passwords")
	cmd.Flags().StringVar(&o.data, "data", "", "data folder (default: DICTATION_DATA, else /var/lib/dictation for root, ~/.local/share/dictation for others)")
	cmd.Flags().StringVar(&o.listen, "listen", "", "HOST:PORT of the pages; port 0 takes any free one (default: 127.0.0.1:8080, or the next free port)")
	cmd.Flags().StringSliceVar(&o.stages, "stages", []string{"decode", "transcribe", "deliver"}, "machine stages to work on; others may be done by \"dictation worker\"")
	return cmd
}

// run starts everything, waits for the end of ctx, and stops everything.
func run(ctx context.Context, o runOptions, stdout, stderr io.Writer) (err error) {
	cfg, err := loadConfig()
	if err != nil {
		return err
	}
	log, err := cfg.log(stderr)
	if err != nil {
		return err
	}
	if err := cfg.check(); err != nil {
		return err
	}
	stages, err := parseStages(o.stages)
	if err != nil {
		return err
	}
	data, err := dataFolder(o.data, cfg)
	if err != nil {
		return err
	}
	l, err := listenFree(ctx, cfg, o.listen)
	if err != nil {
		return err
	}
	defer l.Close()

	starting, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	srv, err := local.Start(starting, local.Config{Data: data, Log: log, NATSListen: "127.0.0.1:0"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeServers(ctx, srv)) }()
	if cfg.SigningKey == "" {
		if cfg.SigningKey, err = siteKey(data); err != nil {
			return err
		}
	}
	a, err := openApp(starting, cfg, embedded(srv, cfg), log, true)
	if err != nil {
		return err
	}
	defer a.close()
	a.demo, a.data = o.demo, data
	if a.temp, err = freshTemp(data); err != nil {
		return err
	}
	r := runningNow(srv, pageURL(cfg, l))
	if err := r.write(data); err != nil {
		return err
	}
	defer os.Remove(runningFile(data))
	return a.runAll(ctx, runParts{listener: l, stages: stages, servers: srv, data: data, url: r.URL, stdout: stdout})
}

// runParts is what runAll needs besides the app.
type runParts struct {
	listener net.Listener
	stages   []pipeline.Stage
	servers  *local.Servers
	data     string
	url      string
	stdout   io.Writer
}

// runAll runs the same methods as the single roles, together.
func (a *app) runAll(ctx context.Context, p runParts) error {
	accounts, err := a.accounts(ctx, p.data, p.url)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.serve(ctx, p.listener) })
	g.Go(func() error { return a.work(ctx, p.stages) })
	g.Go(func() error { a.sweep(ctx); return nil })
	g.Go(func() error { return a.nightly(ctx) })
	g.Go(func() error {
		select {
		case err := <-p.servers.Failed():
			return err
		case <-ctx.Done():
			return nil
		}
	})
	g.Go(func() error {
		if err := waitReady(ctx, p.url); err != nil {
			return err
		}
		return welcome(p.stdout, p.url, p.data, accounts, a.cfg)
	})
	err = g.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// runningNow is what other commands on this machine need to know.
func runningNow(s *local.Servers, url string) running {
	return running{
		PID: os.Getpid(), URL: url, DatabaseURL: s.Postgres.URL, NATSURL: s.NATS.URL,
		S3Endpoint: s.S3.Endpoint, S3Region: s.S3.Region, S3AccessKey: s.S3.AccessKey, S3SecretKey: s.S3.SecretKey,
	}
}

// closeLimit bounds stopping the servers; after it they are stopped the hard
// way, which loses nothing that was acknowledged.
const closeLimit = 20 * time.Second

func closeServers(ctx context.Context, s *local.Servers) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	return s.Close(ctx)
}

// freshTemp empties the folder of temporary files: a killed process leaves some.
func freshTemp(data string) (string, error) {
	dir := filepath.Join(data, "tmp")
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o700)
}

// listenFree opens the address that was asked for, or, when nobody asked for a
// port, the first free one from the usual port on.
func listenFree(ctx context.Context, c config, asked string) (net.Listener, error) {
	if asked == "" && os.Getenv(prefix+"LISTEN") != "" {
		asked = c.Listen
	}
	if asked != "" {
		return listen(ctx, c, asked)
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return nil, err
	}
	first, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	const tries = 20
	for p := first; p < first+tries; p++ {
		l, err := listen(ctx, c, net.JoinHostPort(host, strconv.Itoa(p)))
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) {
			return l, err
		}
	}
	return listen(ctx, c, net.JoinHostPort(host, "0"))
}

// pageURL is how a browser on this machine reaches the listener.
func pageURL(c config, l net.Listener) string {
	scheme := "http"
	if c.TLSCert != "" {
		scheme = "https"
	}
	addr := l.Addr().(*net.TCPAddr)
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(addr.Port))
}

// waitReady asks the server itself until every part answers.
func waitReady(ctx context.Context, url string) error {
	client := localClient()
	defer client.CloseIdleConnections()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func parseStages(names []string) ([]pipeline.Stage, error) {
	var stages []pipeline.Stage
	for _, n := range names {
		if n == "" {
			continue
		}
		st, err := pipeline.ParseStage(n)
		if err != nil {
			return nil, err
		}
		stages = append(stages, st)
	}
	return stages, nil
}
