package hl7

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"dictation/pipeline"
)

func TestBlocks(t *testing.T) {
	t.Parallel()
	stream := "noise\x0bone\x1c\r\x0btwo\x1c\x0b" + strings.Repeat("x", 10_000) + "\x1c\r"
	for name, r := range map[string]io.Reader{
		"at once":      strings.NewReader(stream),
		"byte by byte": iotest.OneByteReader(strings.NewReader(stream)),
	} {
		br := bufio.NewReaderSize(r, 16)
		var buf []byte
		for _, want := range []int{3, 3, 10_000} {
			got, err := ReadBlock(br, buf, 10_000)
			if err != nil || len(got) != want {
				t.Fatalf("%s: %d bytes, %v; want %d", name, len(got), err, want)
			}
			buf = got
		}
		if _, err := ReadBlock(br, buf, 10_000); err != io.EOF {
			t.Errorf("%s: at the end %v", name, err)
		}
	}
	for n := 101; n < 150; n++ {
		long := bufio.NewReaderSize(strings.NewReader("\x0b"+strings.Repeat("x", n)+"\x1c\r\x0bnext\x1c"), 16)
		if b, err := ReadBlock(long, nil, 100); pipeline.KindOf(err) != pipeline.TooLarge || len(b) != 100 {
			t.Errorf("too long: %d bytes, %v", len(b), err)
		}
		if b, err := ReadBlock(long, nil, 100); err != nil || string(b) != "next" {
			t.Errorf("after one of %d bytes: %q, %v", n, b, err)
		}
	}
	if _, err := ReadBlock(bufio.NewReader(strings.NewReader("\x0bcut")), nil, 100); !errors.Is(err, errNoEnd) {
		t.Errorf("cut off: %v", err)
	}
}

func FuzzReadBlock(f *testing.F) {
	f.Add([]byte("\x0bone\x1c\r\x0btwo\x1c\r"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bufio.NewReaderSize(bytes.NewReader(b), 16)
		total := 0
		for {
			got, err := ReadBlock(r, nil, 100)
			if err != nil {
				break
			}
			if total += len(got); len(got) > 100 || total > len(b) || bytes.IndexByte(got, endBlock) >= 0 {
				t.Fatalf("block of %d bytes", len(got))
			}
		}
	})
}

// receiver starts a Listener and gives a client of it.
func receiver(t *testing.T, take func(raw []byte, m Message, bad error) Ack) *Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	s := &Listener{ID: func() string { return "A1" }, Limit: 10_000,
		Take: func(_ context.Context, raw []byte, m Message, bad error) Ack { return take(raw, m, bad) }}
	go func() { done <- s.Serve(ctx, l) }()
	c := &Client{Dial: func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}}
	t.Cleanup(func() {
		cancel() // with the client's connection still open
		if err := <-done; err != nil {
			t.Error(err)
		}
		c.Close()
	})
	return c
}

func TestListenerAndClient(t *testing.T) {
	t.Parallel()
	c := receiver(t, func(raw []byte, m Message, bad error) Ack {
		switch {
		case bad != nil:
			return Ack{Code: AR, Error: ErrInternal, Text: pipeline.Sentence(bad)}
		case m.Value("PID", 3) == "":
			return Ack{Code: AE, Error: ErrRequiredField, Text: "PID-3 is missing."}
		}
		return Ack{Code: AA}
	})
	for range 2 {
		ack, err := c.Send(t.Context(), []byte(admission), true)
		if err != nil || ack.Code != AA || ack.Control != "42" {
			t.Fatalf("%+v, %v", ack, err)
		}
	}
	ack, err := c.Send(t.Context(), []byte("MSH|^~\\&|A|B|C|D|||ADT^A01|43|P|2.3\rPID|1\r"), true)
	if err != nil || ack != (Ack{AE, "43", ErrRequiredField, "PID-3 is missing."}) {
		t.Errorf("%+v, %v", ack, err)
	}
}

// A message over the limit is answered by its beginning, and the next is taken on
// the same connection.
func TestListenerAnswersWhatIsTooLong(t *testing.T) {
	t.Parallel()
	c := receiver(t, func(raw []byte, _ Message, bad error) Ack {
		if bad != nil {
			return Ack{Code: AE, Error: ErrDataType, Text: strconv.Itoa(len(raw))}
		}
		return Ack{Code: AA}
	})
	dials := 0
	dial := c.Dial
	c.Dial = func(ctx context.Context) (net.Conn, error) { dials++; return dial(ctx) }
	ack, err := c.Send(t.Context(), []byte(admission+"NTE|1||"+strings.Repeat("x", 1<<20)), true)
	if err != nil || ack != (Ack{AE, "42", ErrDataType, "10000"}) {
		t.Errorf("%+v, %v", ack, err)
	}
	if ack, err := c.Send(t.Context(), []byte(admission), true); err != nil || ack.Code != AA || dials != 1 {
		t.Errorf("%+v, %v, %d connections", ack, err, dials)
	}
}

// exhausted is a listener that first has no file descriptors left.
type exhausted struct {
	net.Listener
	fails atomic.Int32
}

func (l *exhausted) Accept() (net.Conn, error) {
	if l.fails.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return l.Listener.Accept()
}

func TestServeGoesOnAfterAcceptErrors(t *testing.T) {
	t.Parallel()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &exhausted{Listener: tcp}
	l.fails.Store(3)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	s := &Listener{ID: func() string { return "A1" }, Take: func(context.Context, []byte, Message, error) Ack { return Ack{Code: AA} }}
	go func() { done <- s.Serve(ctx, l) }()
	c := &Client{Dial: func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", tcp.Addr().String())
	}}
	defer c.Close()
	if ack, err := c.Send(t.Context(), []byte(admission), true); err != nil || ack.Code != AA {
		t.Errorf("%+v, %v", ack, err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	// One that was closed by somebody else ends it.
	if err := s.Serve(t.Context(), tcp); !errors.Is(err, net.ErrClosed) {
		t.Errorf("on a closed listener: %v", err)
	}
}

// lateConn ends the exchange's context when the acknowledgement is there, and
// shows whether the deadline that follows was set before Send returned.
type lateConn struct {
	net.Conn
	cancel   context.CancelFunc
	ending   chan struct{}
	deadline atomic.Bool
}

func (c *lateConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.cancel()
	<-c.ending
	return n, err
}

func (c *lateConn) SetDeadline(t time.Time) error {
	if t.IsZero() {
		return c.Conn.SetDeadline(t)
	}
	close(c.ending)
	runtime.Gosched()
	err := c.Conn.SetDeadline(t)
	c.deadline.Store(true)
	return err
}

func TestClientLeavesNoLateDeadline(t *testing.T) {
	t.Parallel()
	for range 100 {
		client := peer(t, func(conn net.Conn) { WriteBlock(conn, ackOf(AA, "42")) })
		ctx, cancel := context.WithCancel(t.Context())
		late := &lateConn{cancel: cancel, ending: make(chan struct{})}
		dial := client.Dial
		client.Dial = func(ctx context.Context) (net.Conn, error) {
			conn, err := dial(ctx)
			late.Conn = conn
			return late, err
		}
		_, err := client.Send(ctx, []byte(admission), true)
		if !late.deadline.Load() {
			t.Fatalf("Send returned (%v) while a deadline was still to be set", err)
		}
	}
}

// peer answers one message with what answer writes.
func peer(t *testing.T, answer func(net.Conn)) *Client {
	t.Helper()
	return &Client{Timeout: 500 * time.Millisecond, Dial: func(context.Context) (net.Conn, error) {
		ours, theirs := net.Pipe()
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer theirs.Close()
			if _, err := ReadBlock(bufio.NewReader(theirs), nil, MaxMessage); err == nil {
				answer(theirs)
			}
		}()
		t.Cleanup(func() { ours.Close(); <-done })
		return ours, nil
	}}
}

func ackOf(code Code, control string) []byte {
	m, _ := Parse([]byte(admission))
	return Ack{Code: code, Control: control}.Reply(m, "A1", time.Unix(0, 0))
}

func TestClientMatchesAcknowledgements(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers [][]byte
		want    Code
	}{
		"its own":              {[][]byte{ackOf(AA, "42")}, AA},
		"a stale one first":    {[][]byte{ackOf(AA, "41"), ackOf(AE, "42")}, AE},
		"commit, then applied": {[][]byte{ackOf(CA, "42"), ackOf(AA, "42")}, AA},
		"noise first":          {[][]byte{[]byte("what?"), ackOf(AR, "42")}, AR},
		"only another's":       {[][]byte{ackOf(AA, "41")}, ""},
		"nothing":              {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := peer(t, func(conn net.Conn) {
				for _, a := range c.answers {
					if WriteBlock(conn, a) != nil {
						return
					}
				}
			})
			ack, err := client.Send(t.Context(), []byte(admission), true)
			if c.want == "" {
				if !errors.Is(err, ErrNoAck) || pipeline.KindOf(err) != pipeline.Unavailable {
					t.Errorf("got %+v, %v", ack, err)
				}
				return
			}
			if err != nil || ack.Code != c.want || ack.Control != "42" {
				t.Errorf("got %+v, %v", ack, err)
			}
		})
	}
}

// A receiver that says nothing is given up after the timeout, one that is not
// there at once; the two are told apart.
func TestClientGivesUp(t *testing.T) {
	t.Parallel()
	silent := peer(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	if _, err := silent.Send(t.Context(), []byte(admission), true); !errors.Is(err, ErrNoAck) {
		t.Errorf("silent: %v", err)
	}
	away := &Client{Dial: func(context.Context) (net.Conn, error) { return nil, errors.New("connection refused") }}
	if _, err := away.Send(t.Context(), []byte(admission), true); errors.Is(err, ErrNoAck) || pipeline.KindOf(err) != pipeline.Unavailable {
		t.Errorf("away: %v", err)
	}
	if _, err := away.Send(t.Context(), []byte("no message"), true); pipeline.KindOf(err) != pipeline.Invalid {
		t.Errorf("no message: %v", err)
	}
}
