package pocketsphinx

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

// run starts a program in a process group of its own, lets read have its
// output, and returns when the program and read are done. When ctx ends, or
// read fails, the whole group is killed. The program sees none of our
// environment: there are secrets in it. The error holds the log's cause.
func run(ctx context.Context, program string, args []string, read func(io.Reader) error) error {
	// Linux ties "die with the parent" to the thread that starts the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	log := &tail{}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = []string{"LC_ALL=C"}
	cmd.Stderr = log
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
	readErr := read(out)
	if readErr != nil {
		cancel()
	}
	if err := errors.Join(readErr, cmd.Wait()); err != nil {
		return fmt.Errorf("%w: %s", err, log.cause())
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
