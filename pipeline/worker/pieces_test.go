package worker_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
	"dictation/pipeline/worker"
	"dictation/transcript"
)

// inPieces is a stage that divides its work into n pieces of a second.
type inPieces struct {
	n     int
	piece func(ctx context.Context, p pipeline.Piece) error // may be nil

	mu    sync.Mutex
	heard []int // pieces in the order begun
}

func (s *inPieces) Handle(context.Context, pipeline.Job) (pipeline.Result, error) {
	return pipeline.Result{}, errors.New("handled as a whole")
}

func (s *inPieces) Divide(context.Context, pipeline.Job) ([]pipeline.Piece, error) {
	plan := make([]pipeline.Piece, s.n)
	for i := range plan {
		plan[i] = pipeline.Piece{N: i, StartMS: int64(i) * 1000, EndMS: int64(i+1) * 1000}
	}
	return plan, nil
}

func (s *inPieces) HandlePiece(ctx context.Context, _ pipeline.Job, p pipeline.Piece) (pipeline.PieceResult, error) {
	s.mu.Lock()
	s.heard = append(s.heard, p.N)
	s.mu.Unlock()
	if s.piece != nil {
		if err := s.piece(ctx, p); err != nil {
			return pipeline.PieceResult{}, err
		}
	}
	word := transcript.Word{Text: string(rune('a' + p.N)), StartMS: p.StartMS, EndMS: p.EndMS}
	return pipeline.PieceResult{Engine: "test", Words: []transcript.Word{word}}, nil
}

func (s *inPieces) Join(_ context.Context, _ pipeline.Job, pieces []pipeline.PieceResult) (pipeline.Result, error) {
	var words []transcript.Word
	var text []string
	for _, p := range pieces {
		for _, w := range p.Words {
			words, text = append(words, w), append(text, w.Text)
		}
	}
	return pipeline.Result{Draft: &transcript.Draft{Engine: "test", Text: strings.Join(text, " "), Words: words}}, nil
}

// begun counts how often each piece was begun.
func (s *inPieces) begun() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	times := make([]int, s.n)
	for _, n := range s.heard {
		times[n]++
	}
	return times
}

// checkText reads the draft and makes sure that nothing is left behind it.
func checkText(t *testing.T, h *house, id, want string) {
	t.Helper()
	text, err := h.store.Text(t.Context(), id, 1)
	if err != nil || text.Text != want {
		t.Errorf("draft %q, want %q: %v", text.Text, want, err)
	}
	left, err := h.store.Pieces(t.Context(), id)
	if err != nil || len(left) > 0 {
		t.Errorf("%d pieces left: %v", len(left), err)
	}
	h.empty(t)
}

// Two workers meet inside two pieces of the same dictation, or the test hangs.
func TestPiecesAreSharedByWorkers(t *testing.T) {
	t.Parallel()
	h := setup(t)
	var both sync.WaitGroup
	both.Add(2)
	meet := func(p pipeline.Piece) {
		if p.N < 2 {
			both.Done()
			both.Wait()
		}
	}
	stage := &inPieces{n: 6, piece: func(_ context.Context, p pipeline.Piece) error { meet(p); return nil }}
	for range 2 {
		h.work(t, worker.Options{Slots: map[pipeline.Stage]int{pipeline.Transcribe: 1}}, map[pipeline.Stage]pipeline.Handler{
			pipeline.Decode: handler(decoded), pipeline.Transcribe: stage,
		})
	}
	id := h.receive(t, pipeline.Routine)
	h.until(t, id, inReview)
	checkText(t, h, id, "a b c d e f")
	if n := stage.begun(); slices.Max(n) != 1 {
		t.Errorf("pieces were begun %v times", n)
	}
}

// A try that ends in the middle leaves its finished pieces to the next one.
func TestFinishedPiecesAreNotRedone(t *testing.T) {
	t.Parallel()
	h := setup(t)
	var once sync.Once
	stage := &inPieces{n: 4, piece: func(_ context.Context, p pipeline.Piece) (err error) {
		if p.N == 3 {
			once.Do(func() { err = pipeline.Errorf(pipeline.Unavailable, "The engine is away.") })
		}
		return err
	}}
	h.work(t, worker.Options{Slots: map[pipeline.Stage]int{pipeline.Transcribe: 1}}, map[pipeline.Stage]pipeline.Handler{
		pipeline.Decode: handler(decoded), pipeline.Transcribe: stage,
	})
	id := h.receive(t, pipeline.STAT)
	h.until(t, id, inReview)
	checkText(t, h, id, "a b c d")
	if n := stage.begun(); !slices.Equal(n, []int{1, 1, 1, 2}) {
		t.Errorf("pieces were begun %v times", n)
	}
}

// A worker that dies with a piece in its hands loses it to another.
func TestPieceOfADeadWorker(t *testing.T) {
	t.Parallel()
	h := setup(t)
	id := h.receive(t, pipeline.Routine)
	h.work(t, worker.Options{}, map[pipeline.Stage]pipeline.Handler{pipeline.Decode: handler(decoded)})
	h.until(t, id, func(d pipeline.Dictation) bool { return d.Stage == pipeline.Transcribe })

	stage := &inPieces{n: 3}
	d, err := h.store.Claim(t.Context(), id, pipeline.Transcribe, "dead", time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	job := pipeline.Job{Dictation: d, Stage: pipeline.Transcribe, Attempt: d.Attempt}
	plan, _ := stage.Divide(t.Context(), job)
	if err := h.store.Divide(t.Context(), job, "dead", plan[:2]); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := h.store.ClaimPiece(t.Context(), id, 1, "dead", time.Millisecond); !ok || err != nil {
		t.Fatal(ok, err)
	}
	h.work(t, worker.Options{}, map[pipeline.Stage]pipeline.Handler{pipeline.Transcribe: stage})
	h.until(t, id, inReview)
	checkText(t, h, id, "a b") // the first division stands
	// What the dead worker says when it wakes up is too late and harms nothing.
	if err := h.store.PieceHeartbeat(t.Context(), id, 1, "dead", lease); !errors.Is(err, store.ErrTakenOver) {
		t.Errorf("heartbeat of a lost piece: %v", err)
	}
	if err := h.store.FinishPiece(t.Context(), id, pipeline.PieceResult{Piece: plan[1], Engine: "late"}); err != nil {
		t.Error(err)
	}
	checkText(t, h, id, "a b")
}
