package record

import (
	"context"
	"errors"
	"time"
)

// Preparer is a System that can say beforehand what it is going to send. The
// ledger keeps these bytes, so that a try whose answer was lost is repeated with
// the same ones, whatever became of patient and visit in the meantime.
type Preparer interface {
	System

	// Prepare writes what is to be sent for doc; it refuses what must not reach
	// a record, see [Document.Check].
	Prepare(doc Document) ([]byte, error)

	// Send sends what Prepare wrote, as [System.Attach] does.
	Send(ctx context.Context, doc Document, payload []byte) (Receipt, error)
}

// Withdrawer is a Preparer that can also tell its receiver that a document was
// sent by mistake. What it writes goes out by Send.
type Withdrawer interface {
	Preparer
	PrepareWithdrawal(doc Document, reason string) ([]byte, error)
}

// ErrUnknown is wrapped by the error of a try that may have arrived at a
// destination which would take a second one as another document. A person has
// to look; nothing is sent again by itself.
var ErrUnknown = errors.New("it is not known whether the document arrived")

// ErrNotSent is wrapped by the error of a try of which nothing left this
// machine, so that trying again needs no look at the destination before.
var ErrNotSent = errors.New("nothing was sent")

// ErrLink is wrapped by the error of a try that failed because of settings, on
// one side or the other: every other document would fail in the same way.
var ErrLink = errors.New("the settings of the destination do not fit")

// Later is an error whose destination said when to come again.
type Later struct {
	After time.Duration
	Err   error
}

// Error implements error.
func (l *Later) Error() string { return l.Err.Error() }

// Unwrap gives the cause.
func (l *Later) Unwrap() error { return l.Err }
