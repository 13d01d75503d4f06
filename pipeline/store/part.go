package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

// NewPart is a dictation that a recording is split into; its bytes are already
// durable. It needs what [Store.Receive] asks for, and Part.
type NewPart struct {
	pipeline.Dictation
	Ref  string // names the part and what was said of it: the same request gives the same
	Hold string // why it waits for a person before decode; empty lets it go on
}

// Split ends a recording as its parts: the rows of all parts, the recording's
// move, outbox and audit are one transaction. A recording that was split by the
// same request before gives the parts made then, with again true.
func (s *Store) Split(ctx context.Context, by Actor, id string, parts []NewPart) (made []pipeline.Dictation, again bool, err error) {
	_, err = s.change(ctx, by, id, pipeline.Split, func(c *change) error {
		if c.d.Parted() {
			if err := sameParts(ctx, c.tx, id, parts); err != nil {
				return err
			}
			return errParted
		}
		if err := c.d.CheckSplit(); err != nil {
			return err
		}
		made = make([]pipeline.Dictation, len(parts))
		for i, p := range parts {
			made[i] = p.Dictation
			if err := receive(ctx, c.tx, by, &made[i], p.Ref, p.Hold); err != nil {
				return err
			}
		}
		c.d.Reason = splitInto(made)
		return c.dropPieces(ctx)
	})
	switch {
	case errors.Is(err, errParted):
		made, err = s.Parts(ctx, id)
		return made, true, err
	case err != nil:
		return nil, false, err
	}
	s.wake()
	return made, false, nil
}

// errParted ends a transaction that found its work done before.
var errParted = pipeline.Errorf(pipeline.Conflict, "This recording was split before.")

// sameParts checks that the parts made before are those asked for now.
func sameParts(ctx context.Context, tx pgx.Tx, id string, parts []NewPart) error {
	rows, _ := tx.Query(ctx, "select source_ref from dictations where parent_id = $1 order by part_from", id)
	refs, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return kind(err)
	}
	if !slices.EqualFunc(refs, parts, func(ref string, p NewPart) bool { return ref == p.Ref }) {
		return pipeline.Errorf(pipeline.Conflict, "This recording was split before, in another way. Its %d parts are as they were; look at them.", len(refs))
	}
	return nil
}

// splitInto says what a recording became, naming the first few.
func splitInto(parts []pipeline.Dictation) string {
	const named = 10
	var numbers []string
	for _, p := range parts[:min(named, len(parts))] {
		numbers = append(numbers, p.JobNumber)
	}
	more := ""
	if n := len(parts) - named; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("Split into %d dictations: %s%s.", len(parts), strings.Join(numbers, ", "), more)
}

// Parts lists the dictations that a recording was split into, in the order of
// the recording.
func (s *Store) Parts(ctx context.Context, id string) ([]pipeline.Dictation, error) {
	rows, _ := s.pool.Query(ctx, "select "+columns+" from dictations d where d.parent_id = $1 order by d.part_from", id)
	list, err := pgx.CollectRows(rows, scanDictation)
	return list, kind(err)
}

// Whole lets a recording that waits to be split go on as one dictation.
func (s *Store) Whole(ctx context.Context, by Actor, id string) (pipeline.Dictation, error) {
	return s.change(ctx, by, id, pipeline.Unhold, func(c *change) error {
		if !c.d.AwaitsSplit() {
			return pipeline.Errorf(pipeline.Conflict, "This dictation does not wait to be split; it is at %s.", c.d.Position)
		}
		return c.goOn()
	})
}
