//go:build !linux

package local

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// tieToParent does nothing here: the S3 server ends when its standard input
// closes, and the next start stops a PostgreSQL that was left behind.
func tieToParent(*syscall.SysProcAttr, syscall.Signal) {}

func self() (string, error) { return os.Executable() }

// processesIn lists the PostgreSQL servers that were started on dir.
func processesIn(dir string) ([]int, error) {
	list, err := exec.Command("ps", "-axww", "-o", "pid=,command=").Output()
	if err != nil {
		return nil, err
	}
	var pids []int
	for line := range strings.Lines(string(list)) {
		pid, command, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !strings.Contains(command+" ", "-D "+dir+" ") {
			continue
		}
		if n, err := strconv.Atoi(pid); err == nil && n != os.Getpid() {
			pids = append(pids, n)
		}
	}
	return pids, nil
}
