package local

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

func tieToParent(attr *syscall.SysProcAttr, death syscall.Signal) { attr.Pdeathsig = death }

// self is this program, even if its file was replaced in the meantime.
func self() (string, error) { return "/proc/self/exe", nil }

// processesIn lists the processes that work in dir, as PostgreSQL does in its
// data folder.
func processesIn(dir string) ([]int, error) {
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, link := range links {
		if cwd, err := os.Readlink(link); err != nil || cwd != dir {
			continue // gone, or not ours to see and so not working here
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}
