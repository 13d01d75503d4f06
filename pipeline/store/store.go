package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"dictation/pipeline"
)

// Store is a pool of connections. It is safe for concurrent use.
type Store struct {
	pool   *pgxpool.Pool
	outbox chan struct{}
}

// Open connects to the database; it does not migrate it.
func Open(ctx context.Context, dsn string) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the database address: %w", err)
	}
	cfg.MaxConns = max(cfg.MaxConns, 16)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return &Store{pool: pool, outbox: make(chan struct{}, 1)}, nil
}

// Close ends the pool; work in progress is waited for.
func (s *Store) Close() { s.pool.Close() }

// Ping asks PostgreSQL for a sign of life.
func (s *Store) Ping(ctx context.Context) error { return kind(s.pool.Ping(ctx)) }

// Outbox is signalled after a commit that wrote outbox rows, so that the relay
// of this process need not wait for its next look.
func (s *Store) Outbox() <-chan struct{} { return s.outbox }

func (s *Store) wake() {
	select {
	case s.outbox <- struct{}{}:
	default:
	}
}

// tx runs f in a transaction.
func (s *Store) tx(ctx context.Context, f func(pgx.Tx) error) error {
	return kind(pgx.BeginFunc(ctx, s.pool, f))
}

// relaxed is a transaction that does not wait for the disk: for claims and
// deletions that are simply done again when a power cut undoes them.
var relaxed = pgx.TxOptions{BeginQuery: "begin; set local synchronous_commit = off"}

func (s *Store) relaxedTx(ctx context.Context, f func(pgx.Tx) error) error {
	return kind(pgx.BeginTxFunc(ctx, s.pool, relaxed, f))
}

// kind gives a database error its Kind; other errors pass unchanged.
func kind(err error) error {
	var e *pipeline.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return pipeline.Wrap(pipeline.NotFound, err, "There is no such entry.")
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code[:2] {
		case "08", "53", "57", "25", "40":
			return pipeline.Wrap(pipeline.Unavailable, err, "The database is busy or away; please try again.")
		}
		if pg.Code[:2] == "22" {
			return pipeline.Wrap(pipeline.Invalid, err, "A value that was sent cannot be stored.")
		}
		return fmt.Errorf("database: %w", err)
	}
	if lost(err) {
		return pipeline.Wrap(pipeline.Unavailable, err, "The database does not answer; please try again.")
	}
	return err
}

// lost reports whether err is about the connection, not about what was asked.
func lost(err error) bool {
	var conn *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &conn) || errors.As(err, &network) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// unique reports whether err is a violation of the named unique constraint.
func unique(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == constraint
}

// null gives nil for an empty string: an absent id.
func null(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// nullTime gives nil for the zero time.
func nullTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// deref gives "" for nil.
func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
