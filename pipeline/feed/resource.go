package feed

import (
	"context"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// Resource is a FHIR resource that a records system sends as news.
type Resource struct {
	By      store.Actor
	Request string // the request's id: one that comes again is the same message
	Type    string // "Patient", "Encounter"
	Raw     []byte
	News    pipeline.Admission
	Refused error // why it cannot be read; News do not count then
}

// TakeResource applies a resource as [Feed.Take] applies an HL7 message, and by
// the same rules: resource and effect are committed together, what comes again
// changes nothing, older news never undo newer ones. What is refused is kept for
// a person, and the refusal is the error.
func TakeResource(ctx context.Context, s *store.Store, r Resource) error {
	in := pipeline.FeedMessage{Sender: "fhir/" + r.By.ID, Control: key(r.Request), Event: "FHIR " + r.Type, Raw: r.Raw}
	refusal := r.Refused
	if refusal == nil {
		// A clock that goes ahead over there must not shut out all that follows.
		if now := time.Now(); r.News.At.After(now) {
			r.News.At = now
		}
		refusal = s.TakeFeed(ctx, r.By, in, r.News)
	}
	if refusal == nil || pipeline.KindOf(refusal) == pipeline.Unavailable {
		return refusal
	}
	// Refused is the state of this message, whether or not it can be kept as well.
	if _, err := s.RefuseFeed(ctx, in, store.FeedAnswer{Code: "AE", Detail: pipeline.Sentence(refusal)}); err != nil {
		return err
	}
	return refusal
}
