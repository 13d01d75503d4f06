package pipeline

import (
	"context"
	"errors"
	"fmt"
)

// Kind is what sort of trouble an error is. Two tables hang on it: the HTTP
// status (package web) and what happens to a job (OutcomeOf).
type Kind string

// The kinds of error.
const (
	Invalid      Kind = "invalid"      // the request or its data is wrong
	Unauthorized Kind = "unauthorized" // who are you?
	Forbidden    Kind = "forbidden"    // not for you
	NotFound     Kind = "not_found"    // no such thing, or not for you to know
	Conflict     Kind = "conflict"     // not from this position
	Locked       Kind = "locked"       // somebody else has it
	Stale        Kind = "stale"        // changed since you read it (If-Match)
	TooLarge     Kind = "too_large"    // over a configured limit
	Unreadable   Kind = "unreadable"   // the recording cannot be used
	RateLimited  Kind = "rate_limited" // too many tries
	Unavailable  Kind = "unavailable"  // a part is away; later is worth a try
	Internal     Kind = "internal"     // ours to mend
)

// Error is the one error type of the house. Message is a sentence for the
// person at the screen and never contains patient data; Err is for the log.
type Error struct {
	Kind    Kind
	Message string
	Err     error

	format string // of Message, with its values
	values []any
}

// Error implements error.
func (e *Error) Error() string {
	switch {
	case e.Err == nil:
		return e.Message
	case e.Message == "":
		return e.Err.Error()
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error with a sentence for people and no cause.
func Errorf(k Kind, format string, args ...any) error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...), format: format, values: args}
}

// Wrap gives err a kind and a sentence for people. A nil err stays nil.
func Wrap(k Kind, err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...), Err: err, format: format, values: args}
}

// KindOf finds the kind of err: Internal when nothing in its chain has one,
// Unavailable for a context that ended.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Unavailable
	}
	return Internal
}

// Sentence is what a person is told of err: the message of the outermost Error
// that has one, or a plain sentence when there is none.
func Sentence(err error) string {
	return SentenceIn(err, func(sentence string, values ...any) string {
		if len(values) == 0 {
			return sentence
		}
		return fmt.Sprintf(sentence, values...)
	})
}

// SentenceIn is [Sentence] said by say, which may know the sentence in another
// language. It gets the sentence as the code has it and the values for its verbs.
// A sentence that is only handed on is said as it was at first.
func SentenceIn(err error, say func(sentence string, values ...any) string) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			break
		}
		var inner *Error
		switch handed := e.format == "%s" && errors.As(e.Err, &inner) && inner.Message == e.Message; {
		case e.Message == "" || handed:
		case len(e.values) == 0:
			return say(e.Message)
		default:
			return say(e.format, e.values...)
		}
		err = e.Err
	}
	return say("Something went wrong on our side. What you have a receipt for is safe; please try again.")
}

// Outcome is what happens to a job after an error.
type Outcome string

// Park ends the stage as failed, with the reason; Again tries later.
const (
	Again Outcome = "again"
	Park  Outcome = "park"
)

// OutcomeOf is the table Kind → what happens to the job.
func OutcomeOf(err error) Outcome {
	switch KindOf(err) {
	case Unavailable, Internal, RateLimited, Locked, Conflict, Stale:
		return Again
	}
	return Park
}
