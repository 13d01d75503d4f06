package pipeline

import (
	"context"

	"dictation/transcript"
	"dictation/transcript/check"
)

// Handler does one stage's work on one job. It knows nothing of queues: what it
// made it returns, and package worker writes it, moves the dictation and acks.
// An error's Kind decides between trying again and parking ([OutcomeOf]); its
// sentence is shown to the author, its cause to the log.
type Handler interface {
	Handle(ctx context.Context, job Job) (Result, error)
}

// Result is what a stage made; the field of the stage is set.
type Result struct {
	Sound *Sound            // decode
	Draft *transcript.Draft // transcribe
	Flags []check.Flag      // transcribe: where the draft asks for a person
	Hold  string            // why a person must look before it goes on; empty lets it go on

	Questions    []Question    // transcribe: what the recording contradicts
	Heard        []check.Heard // transcribe: who and what is named at its beginning and end
	Unidentified string        // transcribe: why it is held while questions are open; empty lets it be typed
	Delivery     *Delivery     // deliver
}

// Call says that a dictation waits for a machine stage. It holds ids only: the
// row says everything else.
type Call struct {
	Dictation string
	Stage     Stage
	Priority  Priority
}
