package feed

import (
	"context"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// Entry is a resource for a patient's chart that a records system sends.
type Entry struct {
	By      store.Actor
	Request string // the request's id: one that comes again is the same message
	Raw     []byte
	News    pipeline.ClinicalNews
	Refused error // why it cannot be read; News then only says the type
}

// TakeEntry files an entry by the rules of [TakeResource].
func TakeEntry(ctx context.Context, s *store.Store, e Entry) (c pipeline.Clinical, done pipeline.Effect, err error) {
	in := pipeline.FeedMessage{Sender: "fhir/" + e.By.ID, Control: key(e.Request), Event: "FHIR " + e.News.Type, Raw: e.Raw}
	refusal := e.Refused
	if refusal == nil {
		if now := time.Now(); e.News.SaidAt.After(now) {
			e.News.SaidAt = now
		}
		c, done, refusal = s.PutClinical(ctx, e.By, in, e.News)
	}
	if refusal == nil || pipeline.KindOf(refusal) == pipeline.Unavailable {
		return c, done, refusal
	}
	if _, err := s.RefuseFeed(ctx, in, store.FeedAnswer{Code: "AE", Detail: pipeline.Sentence(refusal)}); err != nil {
		return c, "", err
	}
	return c, "", refusal
}
