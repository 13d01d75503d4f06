package feed

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/record/hl7"
	"dictation/pipeline/store"
)

// Options say how the hospital writes. The zero value works.
type Options struct {
	Authority string         // assigning authority of our record numbers; see hl7.Feed
	Zone      *time.Location // of times without a zone
	Limit     int            // bytes of a message; default hl7.MaxMessage
	Max       int            // connections at a time; default 64
	Log       *slog.Logger
}

// Feed takes the messages of a hospital.
type Feed struct {
	store *store.Store
	read  hl7.Feed
	opts  Options
}

// New makes a feed into the store.
func New(s *store.Store, opts Options) *Feed {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &Feed{store: s, read: hl7.Feed{Authority: opts.Authority, Zone: opts.Zone}, opts: opts}
}

// Listener gives what serves the feed on connections.
func (f *Feed) Listener() *hl7.Listener {
	return &hl7.Listener{Take: f.Take, Limit: f.opts.Limit, Max: f.opts.Max, Log: f.opts.Log, ID: controlID}
}

// controlID is a name for an acknowledgement: MSH-10 has room for 20 characters.
func controlID() string {
	id := uuid.New()
	return "A" + id.String()[24:] // 12 hex digits: told apart within a day's log
}

// longest is how much time the database has: senders give up after half a minute.
const longest = 20 * time.Second

// Take does what a message asks for and gives the acknowledgement.
func (f *Feed) Take(ctx context.Context, raw []byte, m hl7.Message, bad error) hl7.Ack {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	in := pipeline.FeedMessage{
		Sender: m.Value("MSH", 3) + "/" + m.Value("MSH", 4), Control: m.Value("MSH", 10), Event: m.Event(), Raw: raw,
	}
	a, refused := f.admission(m, bad)
	var no *store.FeedAnswer
	if refused != nil {
		no = &store.FeedAnswer{Code: string(refused.Code), Detail: refused.Error}
	}
	answer, err := f.store.TakeFeed(ctx, store.Actor{ID: "feed"}, in, a, no)
	switch {
	case err != nil:
		f.opts.Log.ErrorContext(ctx, "HL7 message not kept", "event", in.Event, "err", err)
		return hl7.Ack{Code: hl7.AR, Error: hl7.ErrInternal, Text: "The message was not kept; please send it again. " + pipeline.Sentence(err)}
	case refused != nil:
		f.opts.Log.WarnContext(ctx, "HL7 message refused", "event", in.Event, "code", answer.Code, "err", refused.Err)
		return refused.Ack()
	}
	return hl7.Ack{Code: hl7.Code(answer.Code)}
}

func (f *Feed) admission(m hl7.Message, bad error) (pipeline.Admission, *hl7.Refusal) {
	if bad != nil {
		return pipeline.Admission{}, &hl7.Refusal{Code: hl7.AE, Error: hl7.ErrDataType, Err: bad}
	}
	return f.read.Read(m)
}
