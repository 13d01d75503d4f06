package transcribe

import (
	"fmt"
	"runtime"
	"strings"

	"dictation/pipeline"
)

// safely calls f and makes an Internal error of a panic: one recording must not
// end the work on all others. What the panic said is left out, since it may
// hold what was dictated; its type and place are enough to find it.
func safely(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = pipeline.Wrap(pipeline.Internal, fmt.Errorf("panic with a %T at %s", v, panicked()),
				"The speech engine broke down on this recording by a fault of the program. The recording is kept; recognition is tried again, or type it from the sound.")
		}
	}()
	return f()
}

// panicked is where the panic that is being recovered from happened.
func panicked() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])]) // without Callers, this and the recovery
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") || !more {
			return fmt.Sprintf("%s:%d", f.Function, f.Line)
		}
	}
}
