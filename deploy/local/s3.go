package local

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	s3Child  = "dictation-s3" // name of the child in the process list
	s3Region = "us-east-1"
	s3Health = "/dictation-health" // no bucket can have this name: it is asked without keys
	s3Start  = 30 * time.Second
	s3Stop   = 10 * time.Second
)

// S3Config says where the S3 server keeps objects and listens.
type S3Config struct {
	Dir       string // folder of the buckets
	Listen    string // host:port; empty means 127.0.0.1:0, any free port
	AccessKey string
	SecretKey string
	Log       *slog.Logger
}

// S3 is an S3 server in a child process. Requests need Signature V4.
type S3 struct {
	Endpoint  string // host:port, plain HTTP
	Region    string
	AccessKey string
	SecretKey string

	child *process
	stdin io.Closer // the child ends when it closes
}

// s3Order is what the child is told, on its standard input.
type s3Order struct {
	Root, Listen, Region, AccessKey, SecretKey string
}

// s3Answer is the one line the child writes to its standard output.
type s3Answer struct {
	Endpoint string `json:"endpoint,omitempty"`
	Error    string `json:"error,omitempty"`
}

// StartS3 starts the server and waits until it takes requests. The program's
// main (or TestMain) must call ChildMain when IsChild.
func StartS3(ctx context.Context, cfg S3Config) (*S3, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if err := makeFolder(dir, 0o700); err != nil {
		return nil, err
	}
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	order := s3Order{Root: dir, Listen: cfg.Listen, Region: s3Region, AccessKey: cfg.AccessKey, SecretKey: cfg.SecretKey}
	s := &S3{Region: s3Region, AccessKey: cfg.AccessKey, SecretKey: cfg.SecretKey}
	if err := s.start(ctx, order, logOrNone(cfg.Log)); err != nil {
		return nil, fmt.Errorf("the S3 server cannot start: %w", err)
	}
	return s, nil
}

func (s *S3) start(ctx context.Context, order s3Order, log *slog.Logger) error {
	program, err := self()
	if err != nil {
		return err
	}
	cmd := &exec.Cmd{Path: program, Args: []string{s3Child}, Env: []string{}, Dir: order.Root}
	cmd.Stderr = &lines{log: log, server: "s3"}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	s.stdin = stdin
	if s.child, err = startProcess(cmd, syscall.SIGKILL); err != nil {
		return err
	}
	s.Endpoint, err = converse(ctx, order, stdin, stdout)
	if err != nil {
		return errors.Join(err, s.Close(ctx))
	}
	return nil
}

// converse gives the child its order and waits for the answer.
func converse(ctx context.Context, order s3Order, in io.Writer, out io.ReadCloser) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s3Start)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = out.Close() })() // ends the read below
	if err := json.NewEncoder(in).Encode(order); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if ctx.Err() != nil {
		return "", fmt.Errorf("it was not ready in time: %w", ctx.Err())
	}
	if err != nil {
		return "", fmt.Errorf("it ended before it was ready: %w (main must call local.ChildMain)", err)
	}
	var a s3Answer
	if err := json.Unmarshal(line, &a); err != nil {
		return "", fmt.Errorf("it gave no answer (main must call local.ChildMain): %w", err)
	}
	if a.Error != "" {
		return "", errors.New(a.Error)
	}
	return a.Endpoint, nil
}

// Health asks the server whether it takes requests.
func (s *S3) Health(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Endpoint+s3Health, nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: (&net.Dialer{}).DialContext}, Timeout: 5 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the S3 server does not answer: %w", err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the S3 server answers %s", resp.Status)
	}
	return nil
}

// Close ends the server after the requests under way and waits until the child
// is gone.
func (s *S3) Close(ctx context.Context) error {
	s.child.stopping.Store(true)
	if err := s.stdin.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	if !s.child.wait(ctx, s3Stop) {
		s.child.stop(ctx, s3Stop)
	}
	return nil
}
