// Package none is the engine for typing from scratch: it hears nothing, so the
// transcriptionist starts with an empty page and the sound.
package none

import (
	"context"

	"dictation/pipeline/transcribe"
)

// Engine leaves every draft empty.
type Engine struct{}

// New gives the engine.
func New() Engine { return Engine{} }

// Describe implements [transcribe.Engine].
func (Engine) Describe() transcribe.Description {
	return transcribe.Description{Name: "none"}
}

// Check implements [transcribe.Engine]: nothing can be missing.
func (Engine) Check(context.Context) error { return nil }

// Transcribe implements [transcribe.Engine]. It looks at the sound only to
// refuse a file that nobody could listen to.
func (Engine) Transcribe(ctx context.Context, a transcribe.Audio, _ transcribe.Hints) (transcribe.Transcript, error) {
	if err := ctx.Err(); err != nil {
		return transcribe.Transcript{}, err
	}
	_, err := transcribe.OpenAudio(a.Path)
	return transcribe.Transcript{}, err
}
