package feed

import (
	"context"
	"log/slog"
	"strings"
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
	Limit     int            // bytes of a message; default hl7.FeedLimit
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

// maxKey is how much of a sender's name and of a control id tells messages apart,
// in bytes; the message's hash does the rest.
const maxKey = 200

func key(text string) string {
	if len(text) > maxKey {
		text = strings.ToValidUTF8(text[:maxKey], "")
	}
	return text
}

// Take does what a message asks for and gives the acknowledgement.
func (f *Feed) Take(ctx context.Context, raw []byte, m hl7.Message, bad error) hl7.Ack {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	in := pipeline.FeedMessage{
		Sender: key(m.Value("MSH", 3)) + "/" + key(m.Value("MSH", 4)), Control: key(m.Value("MSH", 10)), Event: m.KnownEvent(), Raw: raw,
	}
	news, refusal := f.news(m, bad)
	if refusal == nil {
		err := f.store.TakeFeed(ctx, store.Actor{ID: "feed"}, in, news)
		if err == nil {
			return hl7.Ack{Code: hl7.AA}
		}
		if pipeline.KindOf(err) == pipeline.Unavailable {
			return f.later(ctx, in, err)
		}
		refusal = failed(err)
	}
	return f.refuse(ctx, in, refusal)
}

func (f *Feed) news(m hl7.Message, bad error) (pipeline.Admission, *hl7.Refusal) {
	if bad != nil {
		return pipeline.Admission{}, &hl7.Refusal{Code: hl7.AE, Error: hl7.ErrDataType, Err: bad}
	}
	return f.read.Read(m)
}

// failed is the refusal of a message that could not be applied. Sent again it
// would fail again, and hold up all that come after it.
func failed(err error) *hl7.Refusal {
	r := &hl7.Refusal{Code: hl7.AE, Error: hl7.ErrInternal, Err: err}
	switch pipeline.KindOf(err) {
	case pipeline.Invalid:
		r.Error = hl7.ErrDataType
	case pipeline.Conflict:
		r.Error = hl7.ErrDuplicateKey
	}
	return r
}

// refuse keeps a message that is not applied and answers it.
func (f *Feed) refuse(ctx context.Context, in pipeline.FeedMessage, r *hl7.Refusal) hl7.Ack {
	ack := r.Ack()
	taken, err := f.store.RefuseFeed(ctx, in, store.FeedAnswer{Code: string(ack.Code), Error: ack.Error, Detail: ack.Text})
	switch {
	case err != nil && pipeline.KindOf(err) == pipeline.Unavailable:
		return f.later(ctx, in, err)
	case taken: // when the settings were others
		return hl7.Ack{Code: hl7.AA}
	}
	f.opts.Log.WarnContext(ctx, "HL7 message refused", "event", in.Event, "code", ack.Code, "error", ack.Error, "err", r.Err, "kept", err == nil)
	if err != nil {
		f.opts.Log.ErrorContext(ctx, "refused HL7 message not kept", "event", in.Event, "err", err)
	}
	return ack
}

// later asks the sender to keep a message and send it again.
func (f *Feed) later(ctx context.Context, in pipeline.FeedMessage, err error) hl7.Ack {
	f.opts.Log.ErrorContext(ctx, "HL7 message not kept", "event", in.Event, "err", err)
	return hl7.Ack{Code: hl7.AR, Error: hl7.ErrInternal, Text: "The message was not kept; please send it again. " + pipeline.Sentence(err)}
}
