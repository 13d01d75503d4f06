package web

import (
	"context"

	"dictation/pipeline"
	"dictation/transcript"
)

// begun is the beginning of a draft whose rest is still being recognised.
type begun struct {
	DoneMS int64 // sound that is recognised, wherever it lies
	OfMS   int64
	Engine string
	Text   string
	Words  []transcript.Word // one for each token of Text
}

// begun reads how far the recognition of a long recording is; nil when it is not
// done in pieces, or over.
func (s *Server) begun(ctx context.Context, d pipeline.Dictation) (*begun, error) {
	if d.Stage != pipeline.Transcribe || d.TextN > 0 {
		return nil, nil
	}
	pieces, err := s.Store.Pieces(ctx, d.ID)
	if err != nil || len(pieces) == 0 {
		return nil, err
	}
	b := begun{OfMS: d.Sound.DurationMS}
	for _, p := range pieces {
		if p.Done {
			b.DoneMS += p.EndMS - p.StartMS
		}
	}
	engine, words := pipeline.Pieced(pieces)
	f := transcript.Format(words)
	b.Engine, b.Text, b.Words = engine, f.Text, f.Words(words)
	return &b, nil
}
