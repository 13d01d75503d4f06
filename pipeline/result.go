package pipeline

import (
	"context"

	"dictation/transcript"
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
	Sound    *Sound            // decode
	Draft    *transcript.Draft // transcribe
	Delivery *Delivery         // deliver
}

// Call says that a dictation waits for a machine stage. It holds ids only: the
// row says everything else.
type Call struct {
	Dictation string
	Stage     Stage
	Priority  Priority
}
