package transcribe

import (
	"context"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"dictation/audio"
	"dictation/pipeline"
)

// Progress is how far the recognition of a recording is.
type Progress struct {
	Begun Transcript    // what was heard from the beginning on, without gaps
	Until time.Duration // where that ends
	Done  time.Duration // sound that is recognised, wherever it lies
	Of    time.Duration // all of it
}

// whole has the engine recognise a recording, in pieces where it wants them,
// and refuses an answer that drops speech.
func (m *member) whole(ctx context.Context, t Task, turns *gate) (Transcript, error) {
	stat := t.Request.Priority == pipeline.STAT
	spans, err := m.plan(ctx, &t)
	if err != nil {
		return Transcript{}, err
	}
	all := collection{pieces: make([]*Piece, len(spans)), length: t.Audio.Duration, tell: t.tell(m.about)}
	g, gctx := errgroup.WithContext(ctx)
	for i, s := range spans {
		leave, err := turns.enter(gctx, stat)
		if err != nil {
			break // another piece failed, which Wait tells, or ctx ended
		}
		g.Go(func() error {
			defer leave()
			p, err := Listen(gctx, m.engine, t.Audio, s, t.Hints, t.Dir)
			if err == nil && len(spans) > 1 && m.about.Words {
				err = refuseSilentPiece(p, t.Speech)
			}
			if err == nil {
				all.add(i, p)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return Transcript{}, err
	}
	if err := ctx.Err(); err != nil {
		return Transcript{}, pipeline.Wrap(pipeline.Unavailable, err, "Recognition was stopped before it was done; nothing is lost and it starts again.")
	}
	heard, err := all.join()
	if err == nil && m.about.Words && len(heard.Words()) == 0 {
		err = refuseIfSpeech(t.Audio, t.Speech)
	}
	return heard, err
}

// plan cuts the recording as the engine wants it. It fills in the speech map
// where it is needed and there is none.
func (m *member) plan(ctx context.Context, t *Task) ([]Span, error) {
	want, length := m.most(), t.Audio.Duration
	if want > 0 && length > want && len(t.Speech) == 0 {
		var err error
		if t.Speech, err = mapSpeech(ctx, t.Audio.Path); err != nil {
			return nil, err
		}
	}
	return Plan(t.Speech, length, want, t.Audio.quietest), nil
}

// most is the longest piece that the engine gets; 0: recordings of any length.
func (m *member) most() time.Duration {
	want, limit := m.about.Piece, m.about.MaxDuration
	if limit > 0 && (want == 0 || want > limit-m.about.LeadIn) {
		return limit - m.about.LeadIn
	}
	return want
}

// mapSpeech finds the speech in a canonical recording as decode does.
func mapSpeech(ctx context.Context, path string) ([]audio.Segment, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, pipeline.Wrap(pipeline.Internal, err, "The sound prepared for recognition could not be opened. The recording is kept.")
	}
	defer f.Close()
	rep, err := audio.Probe(ctx, f, audio.Limits{MaxDuration: 24 * time.Hour})
	if err != nil {
		return nil, notCanonical(err)
	}
	return rep.Segments, nil
}

// collection gathers pieces as they come.
type collection struct {
	length time.Duration
	tell   func(Progress)

	mu     sync.Mutex
	pieces []*Piece // nil: not yet
}

// add books a piece and tells how far it all is. The telling is done under the
// lock, so that progress never runs back.
func (c *collection) add(i int, p Piece) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pieces[i] = &p
	if c.tell == nil {
		return
	}
	told := Progress{Of: c.length}
	for _, p := range c.pieces {
		if p != nil {
			told.Done += p.Span.Length()
		}
	}
	begun := c.pieces
	if gap := slices.Index(begun, nil); gap >= 0 {
		begun = begun[:gap]
	}
	var pieces []Piece
	for _, p := range begun {
		pieces = append(pieces, *p)
		told.Until = p.Span.To
	}
	told.Begun = joined(pieces)
	c.tell(told)
}

func (c *collection) join() (Transcript, error) {
	var pieces []Piece
	for _, p := range c.pieces {
		pieces = append(pieces, *p)
	}
	return Join(pieces, c.length)
}
