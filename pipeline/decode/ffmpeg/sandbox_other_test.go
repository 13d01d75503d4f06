//go:build !linux

package ffmpeg

// attempts has nothing to try where there is no sandbox.
func attempts() map[string]string { return nil }
