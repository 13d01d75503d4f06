// Package queue is the only room that speaks NATS. A JetStream work queue
// carries one message per dictation and machine stage:
//
//	job.<stage>.<stat|routine>.<dictation id>
//
// The message is a doorbell: it holds an id, PostgreSQL holds the truth. The
// stream refuses a second message for the same job while the first is there,
// which makes [Queue.Publish] idempotent across restarts. A lost stream costs
// nothing: the sweep rings again for every row that waits.
//
// Changes are told to pages by plain NATS messages on evt.<dictation id>
// ([Queue.Announce], [Queue.Listen]); they are hints and may be lost.
//
// Trace context travels in the headers (W3C traceparent).
package queue
