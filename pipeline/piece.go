package pipeline

import (
	"context"
	"slices"
	"strings"

	"dictation/transcript"
)

// Piece is a stretch of a recording that is worked on by itself. The pieces of
// a recording tile it.
type Piece struct {
	N       int   // 0, 1, … in the order of the sound
	StartMS int64 // of the canonical recording
	EndMS   int64
}

// PieceResult is what became of a piece.
type PieceResult struct {
	Piece
	Done   bool
	Engine string            // what heard it; empty until done
	Words  []transcript.Word // times are those of the whole recording
}

// Divider is a Handler that does long recordings in pieces, so that several
// workers can help. Package worker keeps the pieces: one that is done is never
// done again, whoever dies.
type Divider interface {
	Handler
	// Divide says into which pieces; fewer than two: the whole, by Handle.
	Divide(ctx context.Context, job Job) ([]Piece, error)
	// HandlePiece does one piece. It may be called anywhere, and twice.
	HandlePiece(ctx context.Context, job Job, p Piece) (PieceResult, error)
	// Join makes the result of all pieces, which come in order and done.
	Join(ctx context.Context, job Job, pieces []PieceResult) (Result, error)
}

// Pieced gives the words of the pieces that are done, from the beginning up to
// the first that is not, and the engines that heard them.
func Pieced(pieces []PieceResult) (engine string, words []transcript.Word) {
	var engines []string
	for _, p := range pieces {
		if !p.Done {
			break
		}
		if !slices.Contains(engines, p.Engine) {
			engines = append(engines, p.Engine)
		}
		words = append(words, p.Words...)
	}
	return strings.Join(engines, " + "), words
}
