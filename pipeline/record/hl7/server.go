package hl7

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"dictation/pipeline"
)

// Listener takes messages over MLLP and answers each with an acknowledgement,
// one after the other on a connection.
type Listener struct {
	// Take does what a message asks for. Its answer is sent as it is; raw is
	// what came. It is called for what cannot be read too, so that the raw bytes
	// are kept: bad then says what is wrong, and the answer is made from it. Of
	// a message over the limit it gets the beginning.
	Take func(ctx context.Context, raw []byte, m Message, bad error) Ack

	Idle  time.Duration // a connection without a message is closed; default 1 h
	Max   int           // connections at a time; default 64
	Limit int           // bytes of a message; default FeedLimit
	Now   func() time.Time
	ID    func() string // control id of an acknowledgement, ≤ 20 characters
	Log   *slog.Logger
}

// Serve accepts connections until ctx ends, then waits for the messages that are
// being taken. It closes l. When a connection cannot be accepted, because there
// are too many open files or the peer has gone, it waits a little and goes on.
func (s *Listener) Serve(ctx context.Context, l net.Listener) error {
	s.defaults()
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	var open sync.WaitGroup
	defer open.Wait()
	free := make(chan struct{}, s.Max)
	var delay time.Duration
	for {
		conn, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil:
			delay = min(max(2*delay, 5*time.Millisecond), time.Second)
			s.Log.ErrorContext(ctx, "HL7 connection not accepted", "err", err, "again_in", delay)
			select {
			case <-ctx.Done():
			case <-time.After(delay):
			}
			continue
		}
		delay = 0
		select {
		case free <- struct{}{}:
		default:
			s.Log.WarnContext(ctx, "HL7 connection refused: too many", "limit", s.Max)
			conn.Close()
			continue
		}
		open.Go(func() {
			defer func() { <-free }()
			s.connection(ctx, conn)
		})
	}
}

func (s *Listener) defaults() {
	if s.Idle == 0 {
		s.Idle = time.Hour
	}
	if s.Max == 0 {
		s.Max = 64
	}
	if s.Limit == 0 {
		s.Limit = FeedLimit
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
}

// connection reads messages until the peer leaves, falls silent, or ctx ends.
func (s *Listener) connection(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	r := bufio.NewReaderSize(conn, 64<<10)
	var buf []byte
	for ctx.Err() == nil {
		if err := conn.SetReadDeadline(s.Now().Add(s.Idle)); err != nil {
			return
		}
		if ctx.Err() != nil {
			return
		}
		raw, err := ReadBlock(r, buf, s.Limit)
		if err != nil && pipeline.KindOf(err) != pipeline.TooLarge {
			s.ended(ctx, err)
			return
		}
		buf = raw
		if err := s.answer(context.WithoutCancel(ctx), conn, raw, err); err != nil {
			s.Log.WarnContext(ctx, "HL7 acknowledgement not sent", "err", err)
			return
		}
	}
}

// ended logs why a connection ended, when it is not the peer's or our own will.
func (s *Listener) ended(ctx context.Context, err error) {
	var timeout net.Error
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &timeout) && timeout.Timeout() {
		return
	}
	s.Log.WarnContext(ctx, "HL7 connection ended", "err", err)
}

func (s *Listener) answer(ctx context.Context, conn net.Conn, raw []byte, tooLong error) error {
	m, bad := Parse(raw)
	if tooLong != nil {
		bad = tooLong
	}
	ack := s.Take(ctx, raw, m, bad)
	ack.Control = m.Value("MSH", 10)
	if err := conn.SetWriteDeadline(s.Now().Add(time.Minute)); err != nil {
		return err
	}
	return WriteBlock(conn, ack.Reply(m, s.ID(), s.Now()))
}
