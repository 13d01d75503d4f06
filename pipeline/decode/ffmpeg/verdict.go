package ffmpeg

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"syscall"
	"time"

	"dictation/audio"
	"dictation/pipeline"
)

// Reasons of an [audio.Error] that only this package gives.
var (
	ErrProtected = errors.New("copy-protected")
	ErrNoTrack   = errors.New("a file without a sound track")
	ErrTimeLimit = errors.New("takes too long to decode")
)

func refuse(reason error, format string, args ...any) error {
	return &audio.Error{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// loaderFailed is the exit code of the dynamic linker.
const loaderFailed = 127

// verdict says how the process ended; cause is why its context did, if so. The
// process is gone.
func (p *process) verdict(cause error) error {
	state := p.cmd.ProcessState
	switch {
	case p.err == nil:
		return nil
	case cause == errTimeLimit:
		return p.tooSlow()
	case cause != nil:
		return fmt.Errorf("decode: %w", p.ctx.Err())
	case state == nil:
		return p.err
	}
	if name, ok := stepNames[step(state.ExitCode())]; ok {
		return p.notConfined(step(state.ExitCode()), name)
	}
	if state.ExitCode() == loaderFailed {
		return p.notConfined(stepExec, "load ffmpeg's libraries")
	}
	status, _ := state.Sys().(syscall.WaitStatus)
	switch {
	case status.Signaled() && status.Signal() == syscall.SIGKILL && state.UserTime()+state.SystemTime() < p.limit:
		return pipeline.Errorf(pipeline.Unavailable, "The decoder was stopped by the system, probably for want of memory. The recording is kept and will be tried again.")
	case status.Signaled() && (status.Signal() == syscall.SIGKILL || status.Signal() == syscall.SIGXCPU):
		return p.tooSlow()
	case status.Signaled():
		return p.damaged()
	}
	return p.class()
}

func (p *process) tooSlow() error {
	return refuse(ErrTimeLimit, "The recording could not be decoded within %d seconds, the most that one of its size may take (limits MinTime, BytesPerSecond). It is probably damaged; please export it as WAV and send that.",
		int64(math.Ceil(p.limit.Seconds())))
}

func (p *process) notConfined(at step, name string) error {
	err := fmt.Errorf("the decoder's child could not %s", name)
	switch at {
	case stepNoLandlock:
		return pipeline.Wrap(pipeline.Unavailable, err, "This server cannot confine the decoder: its kernel has no Landlock. Recordings other than WAV wait. An administrator can enable it (lsm=landlock,… on the kernel's command line) or accept the risk in the configuration (setting Unconfined).")
	case stepExec:
		return pipeline.Wrap(pipeline.Unavailable, err, "The decoder ffmpeg cannot be started on the server. The recording is kept and will be tried again.")
	}
	return err
}

func (p *process) damaged() error {
	return refuse(audio.ErrDamaged, "This %s recording is damaged and cannot be read. Please send it again from the recorder, or export it as WAV and send that.", p.kind)
}

// class reads from what ffmpeg said why it gave up.
func (p *process) class() error {
	said := func(phrases ...string) bool {
		for _, s := range phrases {
			if strings.Contains(string(p.said.text), s) {
				return true
			}
		}
		return false
	}
	switch {
	case said("matches no streams"):
		return refuse(ErrNoTrack, "There is no sound in this %s file. Please choose the recording and send it again.", p.kind)
	case said("DRM protected"):
		return refuse(ErrProtected, "This recording is encrypted (copy protection) and cannot be read. Please export it without protection, or as WAV, and send that.")
	case said("moov atom not found"):
		return refuse(audio.ErrTruncated, "This %s recording was cut off: its table of contents, which is written last, is missing, so that the sound cannot be found. Please send it again from the recorder.", p.kind)
	case said("Cannot allocate memory"):
		return refuse(audio.ErrLimit, "The recording needs more memory to decode than is allowed (limit MaxMemory). It is probably damaged; please export it as WAV and send that.")
	case said("opening decoder", "for input stream #"):
		return refuse(audio.ErrUnsupported, "This %s file holds sound in a format that cannot be read. Please export it as WAV and send that.", p.kind)
	}
	return p.damaged()
}

// complained reports whether ffmpeg met damage on its way. That it leaves the
// other tracks of a file unread is none.
func (p *process) complained() bool {
	for line := range strings.Lines(string(p.said.text)) {
		if strings.Contains(line, "[error]") && !strings.Contains(line, "not on whitelist") || strings.Contains(line, "partial file") {
			return true
		}
	}
	return false
}

// timeAsRun is how long the processor may work for the process, in whole seconds.
func timeAsRun(limit time.Duration) uint64 { return uint64(math.Ceil(limit.Seconds())) }
