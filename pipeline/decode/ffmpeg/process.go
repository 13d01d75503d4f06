package ffmpeg

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"dictation/audio"
)

// maxSaid is how much of ffmpeg's standard error is kept: its beginning, where
// the cause is named.
const maxSaid = 32 << 10

// errTimeLimit is why the context of a process ended that took too long.
var errTimeLimit = errors.New("over the time limit")

// process is a running ffmpeg and the goroutine that waits for it.
type process struct {
	ctx    context.Context
	cancel context.CancelFunc
	cmd    *exec.Cmd
	stdout *os.File // what it writes; EOF when it is gone
	said   said
	limit  time.Duration
	kind   audio.Kind    // of the recording, for sentences
	done   chan struct{} // closed when it is gone and reaped
	err    error         // how it ended; read after done
}

// startProcess starts the child. It ends with ctx, at the limit, or by itself;
// the caller must call finish or stop.
func startProcess(ctx context.Context, o order, in *Input, limit time.Duration) (*process, error) {
	words, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	self, err := self()
	if err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	widen(w)
	p := &process{stdout: r, limit: limit, done: make(chan struct{})}
	p.ctx, p.cancel = context.WithTimeoutCause(ctx, limit, errTimeLimit)
	p.cmd = exec.CommandContext(p.ctx, self)
	p.cmd.Args = []string{childName, orderFlag + string(words)}
	p.cmd.Env = []string{} // nil would be ours
	p.cmd.Dir = "/"
	p.cmd.Stdout, p.cmd.Stderr = w, &p.said
	if in != nil {
		p.cmd.ExtraFiles = []*os.File{in.file}
	}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tieToParent(p.cmd.SysProcAttr)
	p.cmd.Cancel = func() error { return syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }
	p.cmd.WaitDelay = 5 * time.Second
	started := make(chan error)
	go p.run(started)
	err = errors.Join(<-started, w.Close())
	if err != nil {
		if context.Cause(p.ctx) == errTimeLimit {
			err = p.tooSlow()
		}
		p.cancel()
		return nil, errors.Join(err, r.Close())
	}
	return p, nil
}

func (p *process) run(started chan<- error) {
	// The kernel takes the end of the thread that forked for the parent's
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

// finish waits for the end and says how it was: nil, the context's error, an
// audio.Error about the recording, or an error of ours.
func (p *process) finish() error {
	err := p.stdout.Close() // it is at its end; whoever still wrote would wait for ever
	<-p.done
	err = errors.Join(p.verdict(context.Cause(p.ctx)), err)
	p.cancel()
	return err
}

// stop ends the process and waits until it is gone.
func (p *process) stop() error {
	p.cancel()
	<-p.done
	if err := p.stdout.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// said keeps the beginning of what is written to it.
type said struct{ text []byte }

// Write implements io.Writer.
func (s *said) Write(p []byte) (int, error) {
	s.text = append(s.text, p[:min(len(p), maxSaid-len(s.text))]...)
	return len(p), nil
}
