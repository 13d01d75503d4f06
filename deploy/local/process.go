package local

import (
	"bytes"
	"context"
	"log/slog"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// process is a child and the goroutine that started it and waits for it.
type process struct {
	cmd      *exec.Cmd
	stopping atomic.Bool   // Close was called
	done     chan struct{} // closed when the child is gone and reaped
	err      error         // how it ended; read after done
}

// startProcess starts cmd in a process group of its own, so that a Ctrl-C in
// the terminal reaches this program only, which then stops its children in
// order. Where the kernel can, the child gets the signal death when this
// process dies without having stopped it.
func startProcess(cmd *exec.Cmd, death syscall.Signal) (*process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	tieToParent(cmd.SysProcAttr, death)
	// Grandchildren hold the child's stderr; do not wait for them for ever.
	cmd.WaitDelay = 5 * time.Second
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

func (p *process) run(started chan<- error) {
	// The kernel counts the end of the thread that forked as the parent's
	// death, so that thread has to live as long as the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.err = p.cmd.Wait()
	close(p.done)
}

// stop signals the child and waits until it is gone. Each further signal is
// sent when ctx has ended or patience has run out; the last one is SIGKILL.
func (p *process) stop(ctx context.Context, patience time.Duration, signals ...syscall.Signal) {
	p.stopping.Store(true)
	for _, s := range append(signals, syscall.SIGKILL) {
		_ = p.cmd.Process.Signal(s) // gone already: done tells
		if p.wait(ctx, patience) {
			return
		}
		// From here on it has to be quick, but not without a chance.
		ctx, patience = context.Background(), min(patience, 3*time.Second)
	}
	<-p.done
}

// wait reports whether the child is gone before ctx ends or the time is up.
func (p *process) wait(ctx context.Context, limit time.Duration) bool {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
	case <-t.C:
	}
	return false
}

func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// lines passes what a child writes on to the log, line by line, and keeps the
// last ones for an error message.
type lines struct {
	log    *slog.Logger
	server string

	mu   sync.Mutex
	part []byte
	tail []string
}

const tailLines = 8

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.part = append(l.part, p...)
	for {
		line, rest, ok := bytes.Cut(l.part, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		l.part = rest
		l.line(strings.TrimSpace(string(line)))
	}
}

func (l *lines) line(s string) {
	if s == "" {
		return
	}
	l.log.Debug(s, slog.String("server", l.server))
	l.tail = append(l.tail, s)
	if n := len(l.tail) - tailLines; n > 0 {
		l.tail = l.tail[n:]
	}
}

// last are the newest lines, one under the other.
func (l *lines) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.tail, "\n")
}
