package ffmpeg

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// tieToParent has the kernel kill the child when this process dies.
func tieToParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }

// self is this program, even if its file was replaced in the meantime.
func self() (string, error) { return "/proc/self/exe", nil }

// widen makes the pipe large but no larger than a cache: fewer switches between
// the two processes. A kernel that refuses leaves it as it is.
func widen(pipe *os.File) {
	if c, err := pipe.SyscallConn(); err == nil {
		_ = c.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 1<<19) })
	}
}
