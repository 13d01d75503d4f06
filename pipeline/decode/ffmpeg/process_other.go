//go:build !linux

package ffmpeg

import (
	"os"
	"syscall"
)

// tieToParent does nothing here: a child left behind ends when it writes to the
// closed pipe, or at its limit of processor time.
func tieToParent(*syscall.SysProcAttr) {}

func self() (string, error) { return os.Executable() }

func widen(*os.File) {}
