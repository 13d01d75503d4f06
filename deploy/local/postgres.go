package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	postgresUser     = "dictation"     // also the name of the database
	postgresStart    = 2 * time.Minute // recovery after a crash may take a while
	postgresStop     = 30 * time.Second
	postgresLeftover = 30 * time.Second
)

// PostgresConfig says where the cluster lives.
type PostgresConfig struct {
	Dir string // folder of the cluster and its socket
	Log *slog.Logger
	// NoSync leaves out every disk sync: only for data nobody will miss.
	NoSync bool
	// Settings are further "name=value" server settings.
	Settings []string
}

// Postgres is a private PostgreSQL cluster. It listens on a Unix socket in a
// closed folder and on nothing else.
type Postgres struct {
	URL      string // of the database dictation, for pgx
	Binaries string // folder of the PostgreSQL programs in use

	child  *process
	socket string // folder
	temp   bool   // the socket's folder is not below Dir
}

// cluster is what the steps of a start share.
type cluster struct {
	PostgresConfig
	data  string // PostgreSQL's own folder below Dir
	owner *account
	bin   binaries
	log   *slog.Logger
}

// StartPostgres makes the cluster if there is none, starts it and waits until it
// takes connections. What an earlier run left behind is stopped first.
func StartPostgres(ctx context.Context, cfg PostgresConfig) (*Postgres, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	cfg.Dir = dir
	c := &cluster{PostgresConfig: cfg, data: filepath.Join(dir, "data"), log: logOrNone(cfg.Log)}
	if err := c.prepare(ctx); err != nil {
		return nil, err
	}
	p := &Postgres{Binaries: c.bin.dir}
	if err := p.start(ctx, c); err != nil {
		return nil, errors.Join(err, p.removeSocket())
	}
	return p, nil
}

// prepare brings the folder to the point where the server can be started.
func (c *cluster) prepare(ctx context.Context) (err error) {
	if err := makeFolder(c.Dir, 0o700); err != nil {
		return err
	}
	if c.Dir, err = filepath.EvalSymlinks(c.Dir); err != nil {
		return err
	}
	c.data = filepath.Join(c.Dir, "data")
	if c.owner, err = accountFor(c.Dir); err != nil {
		return err
	}
	if err := c.owner.take(c.Dir); err != nil {
		return err
	}
	version, err := os.ReadFile(filepath.Join(c.data, "PG_VERSION"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the database in %s cannot be read: %w", c.Dir, err)
	}
	if c.bin, err = findBinaries(ctx, strings.TrimSpace(string(version))); err != nil {
		return err
	}
	if len(version) == 0 {
		return c.create(ctx)
	}
	return c.stopLeftover(ctx)
}

// create makes the cluster and the database under another name first, so that
// one that carries the right name is always whole.
func (c *cluster) create(ctx context.Context) error {
	next := filepath.Join(c.Dir, "data.new")
	if err := os.RemoveAll(next); err != nil {
		return err
	}
	args := []string{"-D", next, "-U", postgresUser, "--auth-local=trust", "--auth-host=reject", "-E", "UTF8", "--data-checksums"}
	args = append(args, localeFlags...)
	if c.NoSync {
		args = append(args, "--no-sync", "--no-instructions", "--wal-segsize=1")
	}
	if err := c.run(ctx, "", "initdb", args...); err != nil {
		return err
	}
	sync := "fsync=on"
	if c.NoSync {
		sync = "fsync=off"
	}
	if err := c.run(ctx, "CREATE DATABASE "+postgresUser+";\n", "postgres", "--single", "-D", next, "-c", sync, "template1"); err != nil {
		return err
	}
	if err := os.Rename(next, c.data); err != nil {
		return err
	}
	if c.NoSync {
		return nil
	}
	return syncPath(c.Dir)
}

// run runs one of the PostgreSQL programs to its end.
func (c *cluster) run(ctx context.Context, input, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin.dir, name), args...)
	c.dress(cmd)
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("making the database in %s failed: %s: %w\n%s", c.Dir, name, err, out)
	}
	return nil
}

// dress sets the account, folder and environment of a PostgreSQL program. The
// caller's PG* variables are for the caller's own databases.
func (c *cluster) dress(cmd *exec.Cmd) {
	cmd.Dir = c.Dir
	cmd.Env = []string{"PATH=" + c.bin.dir + string(os.PathListSeparator) + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner.credential()}
}

func (p *Postgres) start(ctx context.Context, c *cluster) (err error) {
	if err := p.makeSocket(c); err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(c.bin.dir, "postgres"), c.arguments(p.socket)...)
	c.dress(cmd)
	out := &lines{log: c.log, server: "postgres"}
	cmd.Stdout, cmd.Stderr = out, out
	// SIGINT is PostgreSQL's fast shutdown: it ends sessions and writes a checkpoint.
	if p.child, err = startProcess(cmd, syscall.SIGINT); err != nil {
		return fmt.Errorf("PostgreSQL cannot start: %w", err)
	}
	if err := p.ready(ctx, c); err != nil {
		p.child.stop(ctx, postgresStop, syscall.SIGQUIT)
		return fmt.Errorf("PostgreSQL did not become ready in %s: %w\n%s", c.Dir, err, out.last())
	}
	query := url.Values{"host": {p.socket}}
	p.URL = (&url.URL{Scheme: "postgres", User: url.User(postgresUser), Path: "/" + postgresUser, RawQuery: query.Encode()}).String()
	return nil
}

// arguments are the server's. Statements and the details of errors can hold
// patient data, so the log has neither.
func (c *cluster) arguments(socket string) []string {
	settings := []string{
		"listen_addresses=", "unix_socket_permissions=0700",
		"timezone=UTC", "log_timezone=UTC", "lc_messages=C",
		"logging_collector=off", "log_destination=stderr", "log_line_prefix=",
		"log_min_messages=log", "log_min_error_statement=panic", "log_error_verbosity=terse", "log_statement=none",
		"jit=off", // only analytical queries gain by it
	}
	if c.NoSync {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", c.data, "-k", socket}
	for _, s := range append(settings, c.Settings...) {
		args = append(args, "-c", s)
	}
	return args
}

// ready waits until the server's own file says that it takes connections.
func (p *Postgres) ready(ctx context.Context, c *cluster) error {
	ctx, cancel := context.WithTimeout(ctx, postgresStart)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if pid, status := readPidFile(c.data); pid == p.child.cmd.Process.Pid && status == "ready" {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.child.done:
			return fmt.Errorf("it ended at once: %w", p.child.err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// readPidFile reads the server's process id and status, 0 without a file.
func readPidFile(data string) (pid int, status string) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, ""
	}
	return parsePidFile(string(text))
}

// parsePidFile reads line 1 and line 8; PostgreSQL writes the file piece by
// piece while it starts, so it may end anywhere.
func parsePidFile(text string) (pid int, status string) {
	line := strings.Split(text, "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line[0]))
	if err != nil || pid < 1 {
		return 0, "" // a negative number would address a whole process group
	}
	if len(line) > 7 {
		status = strings.TrimSpace(line[7])
	}
	return pid, status
}

// stopLeftover waits for the server of a run that was killed, stops it if need
// be, and removes its file: the process id in it may belong to somebody else by
// now, and PostgreSQL would then refuse to start.
func (c *cluster) stopLeftover(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, postgresLeftover)
	defer cancel()
	data, err := filepath.EvalSymlinks(c.data)
	if err != nil {
		return err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for asked := false; ; {
		pids, err := processesIn(data)
		if err != nil {
			return err
		}
		if len(pids) == 0 {
			break
		}
		if main, _ := readPidFile(data); !asked {
			for _, pid := range pids {
				if pid == main {
					_ = syscall.Kill(pid, syscall.SIGINT)
				}
			}
			asked = true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL of an earlier run still works in %s (process %d) and does not stop; nothing was changed", c.Dir, pids[0])
		}
	}
	if err := os.Remove(filepath.Join(data, "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Health reports whether the server runs.
func (p *Postgres) Health() error {
	if !p.child.alive() {
		return errors.New("PostgreSQL is not running")
	}
	return nil
}

// Close stops the server and waits until it is gone.
func (p *Postgres) Close(ctx context.Context) error {
	p.child.stop(ctx, postgresStop, syscall.SIGINT, syscall.SIGQUIT)
	return p.removeSocket()
}
