package ffmpeg

import (
	"encoding/json"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// The child's os.Args: its name and the order. The order looks like a flag that
// nobody knows, so that a program whose main does not ask IsChild ends at once.
const (
	childName = "dictation-decoder"
	orderFlag = "-decoder-order="
)

// order is what the child is to do.
type order struct {
	Path       string   `json:"path"`
	Args       []string `json:"args"`
	Seconds    uint64   `json:"seconds"` // of processor time
	Memory     uint64   `json:"memory"`  // bytes of address space
	Input      bool     `json:"input"`   // there is a recording
	Unconfined bool     `json:"unconfined"`
}

// step is where the child failed before it became ffmpeg: its exit code. ffmpeg
// itself uses 0, 1, 69, 123 and 255.
type step int

// The steps in their order.
const (
	stepHook  step = 2 // a wrong flag, to this program and to a test binary
	stepOrder step = 110 + iota - 1
	stepLimits
	stepLandlock
	stepNoLandlock
	stepCapabilities
	stepSeccomp
	stepMemory
	stepExec
)

var stepNames = map[step]string{
	stepHook:  "start, for main (or TestMain) must call ffmpeg.ChildMain when ffmpeg.IsChild",
	stepOrder: "read the order", stepLimits: "set the limits", stepLandlock: "enter Landlock",
	stepNoLandlock: "find Landlock in the kernel", stepSeccomp: "install the seccomp filter",
	stepCapabilities: "give up capabilities", stepMemory: "limit the memory", stepExec: "execute ffmpeg",
}

// IsChild reports whether this process was started to become ffmpeg.
func IsChild() bool {
	return len(os.Args) == 2 && os.Args[0] == childName && strings.HasPrefix(os.Args[1], orderFlag)
}

// ChildMain is the child's main: it confines itself and becomes ffmpeg. It
// returns an exit code only when it cannot.
func ChildMain() int {
	var o order
	if err := json.Unmarshal([]byte(strings.TrimPrefix(os.Args[1], orderFlag)), &o); err != nil {
		return int(stepOrder)
	}
	return int(o.become())
}

// limit sets an rlimit, soft and hard.
func limit(resource int, n uint64) error {
	return unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: n})
}

// limits sets what can be set while this program still runs.
func (o order) limits() error {
	for _, l := range []struct {
		resource int
		most     uint64
	}{
		{unix.RLIMIT_CPU, o.Seconds}, // SIGKILL, soft and hard limit being one
		{unix.RLIMIT_FSIZE, 0},       // pipes are no files
		{unix.RLIMIT_NOFILE, 64},
		{unix.RLIMIT_CORE, 0},
	} {
		if err := limit(l.resource, l.most); err != nil {
			return err
		}
	}
	return nil
}

// exec replaces this program, with an empty environment.
func (o order) exec() step {
	argv := append([]string{o.Path}, o.Args...)
	if err := limit(unix.RLIMIT_AS, o.Memory); err != nil {
		return stepMemory
	}
	_ = syscall.Exec(o.Path, argv, nil)
	return stepExec
}
