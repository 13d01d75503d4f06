//go:build !linux

package ffmpeg

import "runtime"

func sandbox() string { return "rlimits only on " + runtime.GOOS }

// become limits this process and executes ffmpeg.
func (o order) become() step {
	if o.limits() != nil {
		return stepLimits
	}
	return o.exec()
}
