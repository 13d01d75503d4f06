package worker

import (
	"context"
	"errors"
	"time"

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
	plan, err := div.Divide(ctx, job)
	if err != nil {
		return pipeline.Result{}, err
	}
	if len(plan) < 2 {
		return h.Handle(ctx, job)
	}
	if err := w.store.Divide(ctx, job, w.name, plan); err != nil {
		return pipeline.Result{}, err
	}
	done, err := w.allPieces(ctx, job, div)
	if err != nil {
		return pipeline.Result{}, err
	}
	return div.Join(ctx, job, done)
}

// allPieces rings for helpers and does itself what nobody else has, until every
// piece is done.
func (w *Worker) allPieces(ctx context.Context, job pipeline.Job, div pipeline.Divider) ([]pipeline.PieceResult, error) {
	w.ringPieces(ctx, job)
	for {
		p, ok, err := w.store.ClaimPiece(ctx, job.Dictation.ID, store.AnyPiece, w.name, w.opts.Lease)
		if err != nil {
			return nil, err
		}
		if ok {
			if err := w.piece(ctx, job, p, div); err != nil {
				return nil, err
			}
			continue
		}
		all, err := w.store.Pieces(ctx, job.Dictation.ID)
		if err != nil || allDone(all) {
			return all, err
		}
		sleep(ctx, piecePoll)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
}

func allDone(pieces []pipeline.PieceResult) bool {
	for _, p := range pieces {
		if !p.Done {
			return false
		}
	}
	return len(pieces) > 0
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
func (w *Worker) piece(ctx context.Context, job pipeline.Job, p pipeline.Piece, div pipeline.Divider) error {
	began := time.Now()
	result, err := w.handlePiece(ctx, job, p, div)
	// What is done is kept, and what is not is given back, also while stopping.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if err == nil {
		err = w.store.FinishPiece(last, job.Dictation.ID, result)
	} else if back := w.store.ReleasePiece(last, job.Dictation.ID, p.N, w.name); back != nil && !errors.Is(back, store.ErrTakenOver) {
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

func (w *Worker) handlePiece(ctx context.Context, job pipeline.Job, p pipeline.Piece, div pipeline.Divider) (result pipeline.PieceResult, err error) {
	ctx, lost := context.WithCancelCause(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		w.keep(ctx, "piece of "+job.Dictation.ID, lost, func() error {
			return w.store.PieceHeartbeat(ctx, job.Dictation.ID, p.N, w.name, w.opts.Lease)
		})
	}()
	defer func() { lost(nil); <-stopped }()
	defer w.broke(ctx, job, &err)
	result, err = div.HandlePiece(ctx, job, p)
	result.Piece = p
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
	p, ok, err := w.store.ClaimPiece(ctx, m.Dictation, m.Piece, w.name, w.opts.Lease)
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
