package transcribe

import (
	"context"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"dictation/audio"
	"dictation/pipeline"
)

// whole has the engine recognise a recording, in pieces where it wants them,
// and refuses an answer that drops speech.
func (m *member) whole(ctx context.Context, t Task, turns *gate) (Transcript, error) {
	stat := t.Request.Priority == pipeline.STAT
	spans, err := m.plan(ctx, &t)
	if err != nil {
		return Transcript{}, err
	}
	pieces := make([]Piece, len(spans))
	g, gctx := errgroup.WithContext(ctx)
	for i, s := range spans {
		leave, err := turns.enter(gctx, stat)
		if err != nil {
			break // another piece failed, which Wait tells, or ctx ended
		}
		g.Go(func() error {
			defer leave()
			return safely(func() (err error) {
				pieces[i], err = Listen(gctx, m.engine, t.Audio, s, t.Hints, t.Dir)
				if err == nil && len(spans) > 1 && m.about.Words {
					err = refuseSilentPiece(pieces[i], t.Speech)
				}
				return err
			})
		})
	}
	if err := g.Wait(); err != nil {
		return Transcript{}, err
	}
	if err := ctx.Err(); err != nil {
		return Transcript{}, pipeline.Wrap(pipeline.Unavailable, err, "Recognition was stopped before it was done; nothing is lost and it starts again.")
	}
	heard, err := Join(pieces, t.Audio.Duration)
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
