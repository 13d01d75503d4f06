package ffmpeg

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"dictation/audio"
)

// How much is kept of what ffmpeg says: of its standard error the beginning,
// where the cause is named, and of the recording's metadata.
const (
	maxSaid  = 32 << 10
	maxWords = 256 << 10
)

// patience is how long a pipe may stay open after its process was killed.
const patience = 5 * time.Second

// errTimeLimit is why the context of a process ended that took too long.
var errTimeLimit = errors.New("over the time limit")

// process is a running ffmpeg and the goroutine that waits for it.
type process struct {
	ctx    context.Context
	cancel context.CancelFunc
	cmd    *exec.Cmd
	stdout *os.File // what it writes; EOF when it is gone
	said   said     // its standard error
	words  said     // the recording's metadata
	limit  time.Duration
	kind   audio.Kind    // of the recording, for sentences
	done   chan struct{} // closed when it is gone and reaped
	err    error         // how it ended; read after done
}

// startProcess starts the child. It ends with ctx, at the limit, or by itself;
// the caller must call finish or stop.
func startProcess(ctx context.Context, o order, in *Input, limit time.Duration) (*process, error) {
	orders, err := json.Marshal(o)
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
	words, theirs, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, r.Close(), w.Close())
	}
	widen(w)
	p := &process{stdout: r, said: said{most: maxSaid}, words: said{most: maxWords}, limit: limit, done: make(chan struct{})}
	p.ctx, p.cancel = context.WithTimeoutCause(ctx, limit, errTimeLimit)
	p.cmd = exec.CommandContext(p.ctx, self)
	p.cmd.Args = []string{childName, orderFlag + string(orders)}
	p.cmd.Env = []string{} // nil would be ours
	p.cmd.Dir = "/"
	p.cmd.Stdout, p.cmd.Stderr = w, &p.said
	if in != nil {
		p.cmd.ExtraFiles = []*os.File{in.file, theirs} // inputPath, wordsPath
	}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tieToParent(p.cmd.SysProcAttr)
	p.cmd.Cancel = func() error { return syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }
	p.cmd.WaitDelay = patience
	started := make(chan error)
	go p.run(started, words)
	err = errors.Join(<-started, w.Close(), theirs.Close())
	if err != nil {
		if context.Cause(p.ctx) == errTimeLimit {
			err = p.tooSlow()
		}
		p.cancel()
		return nil, errors.Join(err, r.Close())
	}
	return p, nil
}

// run starts the child, hears its words to their end and waits until it is gone.
func (p *process) run(started chan<- error, words *os.File) {
	defer words.Close()
	// The kernel takes the end of the thread that forked for the parent's
	// death, so that thread has to live as long as the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	defer context.AfterFunc(p.ctx, func() { _ = words.SetReadDeadline(time.Now().Add(patience)) })()
	_, _ = io.Copy(&p.words, words) // without them there is less to show, and that is all
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
type said struct {
	text []byte
	most int
}

// Write implements io.Writer.
func (s *said) Write(p []byte) (int, error) {
	s.text = append(s.text, p[:min(len(p), s.most-len(s.text))]...)
	return len(p), nil
}
