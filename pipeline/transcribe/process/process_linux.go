package process

import "syscall"

// groupOfItsOwn also has the kernel kill the child when we are killed, so that
// a worker's death leaves nothing running.
func groupOfItsOwn() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
