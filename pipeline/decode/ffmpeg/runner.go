package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"dictation/pipeline"
)

// Config tunes the decoder. The zero value works.
type Config struct {
	Path    string // of ffmpeg; empty: the one in PATH
	TempDir string // for the recording; empty: the system's

	MinTime        time.Duration // that every recording may take, default 60 s
	BytesPerSecond int64         // that are expected of longer ones, default 100 000
	MaxMemory      int64         // bytes of address space, default 2 GiB

	// Unconfined accepts a Linux kernel without Landlock, where a recording
	// that takes ffmpeg over could read the files of this program's user.
	Unconfined bool
}

const (
	defaultMinTime        = time.Minute
	defaultBytesPerSecond = 100_000
	defaultMaxMemory      = 2 << 30
)

// Runner starts ffmpeg. It is safe for concurrent use.
type Runner struct{ cfg Config }

// New makes a Runner. Whether it can work tells [Runner.Check].
func New(cfg Config) *Runner {
	if cfg.MinTime <= 0 {
		cfg.MinTime = defaultMinTime
	}
	if cfg.BytesPerSecond <= 0 {
		cfg.BytesPerSecond = defaultBytesPerSecond
	}
	if cfg.MaxMemory <= 0 {
		cfg.MaxMemory = defaultMaxMemory
	}
	return &Runner{cfg: cfg}
}

// Status is what Check found, for the log at the start.
type Status struct {
	Path    string // of ffmpeg
	Version string // such as "5.1.9-0+deb12u1"
	Sandbox string // what confines it, such as "Landlock ABI 7, seccomp, rlimits"
}

// Check runs ffmpeg in its sandbox without a recording. An error says what to
// install or change; its kind is Unavailable.
func (r *Runner) Check(ctx context.Context) (Status, error) {
	path, err := r.program()
	if err != nil {
		return Status{}, err
	}
	s := Status{Path: path, Sandbox: sandbox()}
	p, err := r.start(ctx, r.cfg.MinTime, nil, "-version")
	if err != nil {
		return s, err
	}
	var line bytes.Buffer
	_, err = io.Copy(&line, io.LimitReader(p.stdout, 4096))
	_, rest := io.Copy(io.Discard, p.stdout)
	if err = errors.Join(err, rest, p.finish()); err != nil {
		if pipeline.KindOf(err) == pipeline.Unavailable {
			return s, err
		}
		return s, pipeline.Wrap(pipeline.Unavailable, err, "The decoder %s does not start. Please check the installation: %s -version", path, path)
	}
	if f := strings.Fields(line.String()); len(f) > 2 && f[0] == "ffmpeg" {
		s.Version = f[2]
	}
	return s, nil
}

// program finds ffmpeg's file.
func (r *Runner) program() (string, error) {
	name := r.cfg.Path
	if name == "" {
		name = "ffmpeg"
	}
	path, err := exec.LookPath(name)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err == nil {
		path, err = filepath.Abs(path)
	}
	return path, pipeline.Wrap(pipeline.Unavailable, err,
		"Recordings other than WAV need the decoder ffmpeg, which is not installed on the server. An administrator can install it with: %s", installHint())
}

func installHint() string {
	if runtime.GOOS == "darwin" {
		return "brew install ffmpeg"
	}
	return "sudo apt-get install ffmpeg"
}

// timeLimit is how long a recording of size bytes may take.
func (r *Runner) timeLimit(size int64) time.Duration {
	return max(r.cfg.MinTime, time.Duration(float64(size)/float64(r.cfg.BytesPerSecond)*float64(time.Second)))
}

// start runs ffmpeg with args, confined, for at most limit.
func (r *Runner) start(ctx context.Context, limit time.Duration, in *Input, args ...string) (*process, error) {
	path, err := r.program()
	if err != nil {
		return nil, err
	}
	o := order{
		Path:       path,
		Args:       args,
		Seconds:    timeAsRun(limit),
		Memory:     uint64(r.cfg.MaxMemory),
		Input:      in != nil,
		Unconfined: r.cfg.Unconfined,
	}
	p, err := startProcess(ctx, o, in, limit)
	if err != nil {
		return nil, fmt.Errorf("start the decoder: %w", err)
	}
	return p, nil
}
