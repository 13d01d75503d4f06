package transcribe

import (
	"errors"
	"strings"
	"time"

	"dictation/pipeline"
)

// together makes one error of those of several engines, which were tried in
// this order.
func together(names []string, failed []error) error {
	switch len(failed) {
	case 0:
		return pipeline.Errorf(pipeline.Unavailable, "No speech engine could be tried on the recording. It is kept and recognition is tried again, or type it from the sound.")
	case 1:
		return failed[0]
	}
	kind := pipeline.KindOf(failed[0])
	for _, err := range failed {
		if pipeline.OutcomeOf(err) == pipeline.Again {
			kind = pipeline.Unavailable
		}
	}
	// The text alone: what one engine asks for is not asked for by all.
	cause := errors.New(errors.Join(failed...).Error())
	if wait, ok := allWait(failed); ok {
		cause = errors.Join(RetryAfter{wait}, cause)
	}
	return pipeline.Wrap(kind, cause, "None of the speech engines %s could recognise the recording. The first says: %s",
		strings.Join(names[:len(failed)], ", "), pipeline.Sentence(failed[0]))
}

// allWait reports whether every engine that may do better later has asked to be
// left alone until then, and when the first of them is worth asking. Where one
// really failed, the try counts.
func allWait(failed []error) (wait time.Duration, ok bool) {
	for _, err := range failed {
		if pipeline.OutcomeOf(err) == pipeline.Park {
			continue // no waiting makes it take this recording
		}
		var later RetryAfter
		if !errors.As(err, &later) {
			return 0, false
		}
		if !ok || later.After < wait {
			wait, ok = later.After, true
		}
	}
	return wait, ok
}
