package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// drainDelay is how long the pipes of a killed process may stay open.
const drainDelay = 5 * time.Second

// Program is what to run. There is no shell: arguments arrive as they are.
type Program struct {
	Path  string // or a name to look for in PATH
	Args  []string
	Env   []string  // "NAME=value"; the program gets these and LC_ALL=C, and nothing of ours: there are secrets in that
	Stdin io.Reader // nil: empty
	Log   io.Writer // is also given the program's log, and is done with it when Run returns; nil: nobody

	// Private is for a program whose log may hold what was dictated: of it an
	// error tells only how long it was.
	Private bool
}

// Run starts the program in a process group of its own, lets read have its
// output, and returns when the program and read are done. When ctx ends, or
// read fails, the whole group is killed. The error holds what the log
// tells of trouble.
func Run(ctx context.Context, p Program, read func(io.Reader) error) error {
	// Linux ties "die with the parent" to the thread that starts the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	running, cancel := context.WithCancel(ctx)
	defer cancel()
	log := &tail{}
	cmd := exec.CommandContext(running, p.Path, p.Args...)
	cmd.Env = append([]string{"LC_ALL=C"}, p.Env...)
	cmd.Stdin = p.Stdin
	cmd.Stderr = log
	if p.Log != nil {
		cmd.Stderr = io.MultiWriter(log, p.Log)
	}
	cmd.SysProcAttr = groupOfItsOwn()
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	cmd.WaitDelay = drainDelay
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	waited := false
	defer func() {
		if !waited { // read has panicked
			cancel()
			_ = cmd.Wait()
		}
	}()
	readErr := read(out)
	if readErr != nil {
		cancel()
	}
	waitErr := cmd.Wait()
	waited = true
	if readErr != nil && ctx.Err() == nil && errors.Is(waitErr, context.Canceled) {
		waitErr = nil // our own doing, and nobody has stopped the job
	}
	if err := errors.Join(readErr, waitErr); err != nil {
		return fmt.Errorf("%w: %s", err, log.cause(p.Private))
	}
	return nil
}

// killGroup kills the process and everything it started.
func killGroup(pid int) error {
	err := syscall.Kill(-pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return nil // gone already
	}
	return err
}
