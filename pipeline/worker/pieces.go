package worker

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/queue"
	"dictation/pipeline/store"
)

// piecePoll is how often the worker that holds a divided dictation looks whether
// others are done with their pieces, when it has none to do itself.
const piecePoll = 200 * time.Millisecond

// do runs the handler, in pieces where it wants them.
func (w *Worker) do(ctx context.Context, job pipeline.Job, h pipeline.Handler) (pipeline.Result, error) {
	div, ok := h.(pipeline.Divider)
	if !ok {
		return h.Handle(ctx, job)
	}
	divided, err := w.divide(ctx, job, div)
	if err != nil {
		return pipeline.Result{}, err
	}
	if !divided {
		return h.Handle(ctx, job)
	}
	done, err := w.allPieces(ctx, job, div)
	if err != nil {
		return pipeline.Result{}, err
	}
	return div.Join(ctx, job, done)
}

// divide makes the pieces of a job, unless an earlier try did.
func (w *Worker) divide(ctx context.Context, job pipeline.Job, div pipeline.Divider) (bool, error) {
	if _, all, err := w.store.PiecesDone(ctx, job.Dictation.ID); err != nil || all > 0 {
		return all > 0, err
	}
	plan, err := div.Divide(ctx, job)
	if err != nil || len(plan) < 2 {
		return false, err
	}
	return true, w.store.Divide(ctx, job, w.name, plan)
}

// allPieces rings for helpers and does itself what nobody else has, until every
// piece is done.
func (w *Worker) allPieces(ctx context.Context, job pipeline.Job, div pipeline.Divider) ([]pipeline.PieceResult, error) {
	w.ringPieces(ctx, job)
	failures := make(map[int]int) // by piece
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, ok, err := w.claimPiece(ctx, job.Dictation.ID, store.AnyPiece)
		if err != nil {
			return nil, err
		}
		if ok {
			if err := w.piece(ctx, job, c, div); err != nil {
				failures[c.N]++
				if err := w.pieceFailed(ctx, err, failures[c.N]); err != nil {
					return nil, err
				}
			}
			continue
		}
		done, all, err := w.store.PiecesDone(ctx, job.Dictation.ID)
		if err != nil {
			return nil, err
		}
		if done == all {
			return w.store.Pieces(ctx, job.Dictation.ID)
		}
		sleep(ctx, piecePoll)
	}
}

// pieceFailed decides about a piece that could not be done: nil means that it is
// tried again, after a while. One piece's bad luck is not that of the whole
// recording, which keeps its tries.
func (w *Worker) pieceFailed(ctx context.Context, err error, times int) error {
	switch {
	case ctx.Err() != nil, pipeline.OutcomeOf(err) == pipeline.Park && !errors.Is(err, store.ErrTakenOver), asksToWait(err) > 0:
		return err
	case errors.Is(err, store.ErrTakenOver):
		return nil // somebody else has it, or has done it
	case times >= w.opts.Attempts:
		return err
	}
	sleep(ctx, w.opts.Backoff(times))
	return nil
}

// claimed is a piece in the hands of this worker. owner is told apart from other
// lanes of the same worker.
type claimed struct {
	pipeline.Piece
	owner string
}

func (w *Worker) claimPiece(ctx context.Context, id string, n int) (c claimed, ok bool, err error) {
	c.owner = w.name + "/" + uuid.NewString()[:8]
	c.Piece, ok, err = w.store.ClaimPiece(ctx, id, n, c.owner, w.opts.Lease)
	return c, ok, err
}

// ringPieces invites other workers. Without them the work is only slower.
func (w *Worker) ringPieces(ctx context.Context, job pipeline.Job) {
	all, err := w.store.Pieces(ctx, job.Dictation.ID)
	for i, p := range all {
		if i == 0 || p.Done || err != nil {
			continue // the first is ours
		}
		err = w.queue.PublishPiece(ctx, job.Dictation.Priority, job.Dictation.ID, p.N)
	}
	if err != nil {
		w.opts.Log.WarnContext(ctx, "no help called for the pieces", "dictation", job.Dictation.ID, "err", err)
	}
}

// piece does a piece that this worker holds, and keeps what came out.
func (w *Worker) piece(ctx context.Context, job pipeline.Job, p claimed, div pipeline.Divider) error {
	began := time.Now()
	result, err := w.handlePiece(ctx, job, p, div)
	// What is done is kept, and what is not is given back, also while stopping.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if err == nil {
		err = w.store.FinishPiece(last, job.Dictation.ID, result)
	} else if back := w.store.ReleasePiece(last, job.Dictation.ID, p.N, p.owner); back != nil && !errors.Is(back, store.ErrTakenOver) {
		w.opts.Log.WarnContext(ctx, "piece not given back", "dictation", job.Dictation.ID, "piece", p.N, "err", back)
	}
	outcome := "done"
	if err != nil {
		outcome = "again"
	}
	w.opts.Observe("piece", outcome, time.Since(began))
	w.queue.Announce(job.Dictation.ID)
	return err
}

func (w *Worker) handlePiece(ctx context.Context, job pipeline.Job, p claimed, div pipeline.Divider) (result pipeline.PieceResult, err error) {
	ctx, lost := context.WithCancelCause(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		w.keep(ctx, "piece of "+job.Dictation.ID, lost, func() error {
			return w.store.PieceHeartbeat(ctx, job.Dictation.ID, p.N, p.owner, w.opts.Lease)
		})
	}()
	defer func() { lost(nil); <-stopped }()
	defer w.broke(ctx, job, &err)
	result, err = div.HandlePiece(ctx, job, p.Piece)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, store.ErrTakenOver) {
		err = cause
	}
	result.Piece = p.Piece
	return result, err
}

// helpLane does pieces of dictations that other workers hold.
func (w *Worker) helpLane(pull, work context.Context, stage pipeline.Stage, div pipeline.Divider) {
	w.fill(pull, stage, max(1, w.slots(stage)-1),
		func(ctx context.Context) (*queue.Message, error) {
			if m, err := w.queue.PullPiece(ctx, pipeline.STAT, 0); m != nil || err != nil {
				return m, err
			}
			return w.queue.PullPiece(ctx, pipeline.Routine, pullWait)
		},
		func(m *queue.Message) { w.help(work, m, stage, div) })
}

// help does a piece that a message asks for. Whatever goes wrong is left to the
// worker that holds the dictation: it does the piece itself.
func (w *Worker) help(ctx context.Context, m *queue.Message, stage pipeline.Stage, div pipeline.Divider) {
	log := w.opts.Log.With("dictation", m.Dictation, "piece", m.Piece)
	p, ok, err := w.claimPiece(ctx, m.Dictation, m.Piece)
	if err == nil && ok {
		var d pipeline.Dictation
		if d, err = w.store.Dictation(ctx, m.Dictation); err == nil {
			err = w.piece(ctx, pipeline.Job{Dictation: d, Stage: stage, Attempt: d.Attempt}, p, div)
		}
	}
	if err != nil && ctx.Err() == nil {
		log.WarnContext(ctx, "piece not done", "err", err)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	w.done(last, m)
}
