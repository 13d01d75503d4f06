package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// benchStart starts the program as a user does, on a folder that has data, and
// looks at the processor time of it and its children while nothing happens.
func benchStart(ctx context.Context, o benchOptions) ([]figure, error) {
	dir, remove, err := benchFolder(o)
	if err != nil {
		return nil, err
	}
	defer remove()
	data := filepath.Join(dir, "data")
	first, err := startOnce(ctx, data, nil)
	if err != nil {
		return nil, err
	}
	var again []float64
	for range max(o.rounds, 1) {
		took, err := startOnce(ctx, data, nil)
		if err != nil {
			return nil, err
		}
		again = append(again, took.Seconds())
	}
	const look = 20 * time.Second
	var busy time.Duration
	if _, err := startOnce(ctx, data, func(pid int) error {
		busy, err = idleUse(ctx, pid, look)
		return err
	}); err != nil {
		return nil, err
	}
	ready, idle := median(again), 100*busy.Seconds()/look.Seconds()
	return []figure{
		{Name: "ready on an empty folder", Value: first.Seconds(), Unit: "s"},
		aim("ready on an existing folder", ready, "s", "≤ 3 s", ready <= 3),
		aim("idle, all processes", idle, "% of a core", "≤ 1 %", idle <= 1),
	}, nil
}

// startOnce runs "run --demo" until it says ready, calls while, and stops it.
func startOnce(ctx context.Context, data string, while func(pid int) error) (took time.Duration, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, self, "run", "--demo", "--data", data, "--listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), prefix+"ENGINE=none")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ready := readyLine(out)
	took = time.Since(began)
	if ready && while != nil {
		err = while(cmd.Process.Pid)
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	_, _ = io.Copy(io.Discard, out)
	if waited := cmd.Wait(); waited != nil || !ready {
		err = errors.Join(err, fmt.Errorf("run: %w: %s", waited, trouble.String()))
	}
	return took, err
}

func readyLine(r io.Reader) bool {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "ready ") {
			return true
		}
	}
	return false
}

// idleUse is the processor time that a process and its descendants take while
// nothing is asked of them. It reads /proc and so works on Linux only.
func idleUse(ctx context.Context, pid int, look time.Duration) (time.Duration, error) {
	settle := 3 * time.Second // the start's own work ends
	if err := pause(ctx, settle); err != nil {
		return 0, err
	}
	before, err := treeTime(pid)
	if err != nil {
		return 0, err
	}
	if err := pause(ctx, look); err != nil {
		return 0, err
	}
	after, err := treeTime(pid)
	return after - before, err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// treeTime adds up user and system time of pid and all its descendants.
func treeTime(pid int) (time.Duration, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(files) == 0 {
		return 0, errors.Join(err, errors.New("processor use is measured on Linux only"))
	}
	parent, used := map[int]int{}, map[int]time.Duration{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // it ended meanwhile
		}
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		// Fields after the name in parentheses: state, ppid, … 12 and 13 are utime and stime.
		fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		parent[id], _ = strconv.Atoi(fields[1])
		const tick = time.Second / 100 // USER_HZ of every Linux the Go port runs on
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		used[id] = time.Duration(user+system) * tick
	}
	var sum time.Duration
	for id := range used {
		for up := id; up > 1; up = parent[up] {
			if up == pid {
				sum += used[id]
				break
			}
		}
	}
	return sum, nil
}
