package ffmpeg

import (
	"debug/elf"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// libraries are where the dynamic linker looks.
var libraries = []string{
	"/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64",
	"/nix/store", "/gnu/store",
}

// linkerFiles are what it reads beside them.
var linkerFiles = []string{"/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/ld-musl-x86_64.path", "/etc/ld-musl-aarch64.path"}

// landlockABI is the version of Landlock that the kernel offers, 0 for none.
func landlockABI() int {
	v, err := ll.LandlockGetABIVersion()
	if err != nil {
		return 0
	}
	return v
}

func sandbox() string {
	if v := landlockABI(); v > 0 {
		return fmt.Sprintf("Landlock ABI %d, seccomp, rlimits", v)
	}
	return "no Landlock in this kernel; seccomp, rlimits"
}

// become confines this process and executes ffmpeg. Capabilities and the
// seccomp filter belong to the thread that executes; all others end there.
func (o order) become() step {
	runtime.LockOSThread()
	switch {
	case landlockABI() == 0 && !o.Unconfined:
		return stepNoLandlock
	case o.limits() != nil:
		return stepLimits
	case o.landlock() != nil:
		return stepLandlock
	case dropCapabilities() != nil:
		return stepCapabilities
	case filterCalls() != nil:
		return stepSeccomp
	}
	return o.exec()
}

// landlock restricts this process to what ffmpeg reads. No rule allows writing
// or the network, so nothing does.
func (o order) landlock() error {
	const read, run landlock.AccessFSSet = ll.AccessFSReadFile, ll.AccessFSReadFile | ll.AccessFSExecute
	dirs := append(slices.Clone(libraries), filepath.Join(filepath.Dir(o.Path), "..", "lib"))
	rules := []landlock.Rule{
		landlock.PathAccess(read|ll.AccessFSReadDir, dirs...).IgnoreIfMissing(),
		landlock.PathAccess(read, linkerFiles...).IgnoreIfMissing(),
		landlock.PathAccess(run, programs(o.Path)...),
	}
	if o.Input {
		rules = append(rules, landlock.PathAccess(read, inputPath))
	}
	return landlock.V11.BestEffort().Restrict(rules...)
}

// programs are the files that are executed: ffmpeg and, when it names one, its
// dynamic linker.
func programs(path string) []string {
	list := []string{path}
	f, err := elf.Open(path)
	if err != nil {
		return list // exec will say why
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP && p.Filesz < 4096 {
			name := make([]byte, p.Filesz)
			if _, err := p.ReadAt(name, 0); err == nil {
				list = append(list, strings.TrimRight(string(name), "\x00"))
			}
		}
	}
	return list
}

// dropCapabilities gives up this thread's; with no_new_privs, which Landlock
// has set, nothing gives them back, not even to root.
func dropCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	return unix.Capset(&header, &none[0])
}

// calls are the system calls that a program needs to be loaded, to read files,
// to compute in threads and to write to a pipe. Some exist on one processor
// only.
var calls = []string{
	"read", "readv", "pread64", "write", "writev", "lseek", "close", "fcntl",
	"open", "openat", "stat", "lstat", "fstat", "newfstatat", "statx", "access", "faccessat", "faccessat2",
	"readlink", "readlinkat", "getdents64", "getcwd",
	"mmap", "munmap", "mremap", "mprotect", "madvise", "brk",
	"futex", "set_robust_list", "set_tid_address", "rseq", "arch_prctl", "membarrier",
	"sched_yield", "sched_getaffinity", "getcpu",
	"nanosleep", "clock_nanosleep", "clock_gettime", "clock_getres", "gettimeofday", "time", "times", "getrusage",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall",
	"poll", "ppoll", "select", "pselect6",
	"uname", "sysinfo", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getrandom",
	"execve", "exit", "exit_group",
}

// filterCalls installs the list on this thread. Everything else is refused with
// "operation not permitted".
func filterCalls() error {
	info, err := arch.GetInfo("")
	if err != nil {
		return err
	}
	known := slices.DeleteFunc(slices.Clone(calls), func(name string) bool {
		_, ok := info.SyscallNames[name]
		return !ok
	})
	on := func(name string, how seccomp.Operation, value uint64) []seccomp.NameWithConditions {
		return []seccomp.NameWithConditions{{Name: name, Conditions: seccomp.ArgumentConditions{{Argument: 0, Operation: how, Value: value}}}}
	}
	return seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: true,
		Policy: seccomp.Policy{
			DefaultAction: seccomp.ActionErrno,
			Syscalls: []seccomp.SyscallGroup{
				{Names: known, Action: seccomp.ActionAllow},
				// "Not implemented" has the C library use clone, whose flags a filter can see.
				{Names: []string{"clone3"}, Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS)},
				// These two must be last: when a condition fails, the library's
				// program goes on to compare the argument where it should the call.
				{NamesWithCondtions: on("clone", seccomp.BitsSet, unix.CLONE_THREAD), Action: seccomp.ActionAllow},
				{NamesWithCondtions: on("prlimit64", seccomp.Equal, 0), Action: seccomp.ActionAllow}, // of this process
			},
		},
	})
}
