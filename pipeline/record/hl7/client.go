package hl7

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// Client sends messages over one MLLP connection, one at a time: the next waits
// until the one before is acknowledged. It is safe for concurrent use.
type Client struct {
	Dial    func(ctx context.Context) (net.Conn, error)
	Timeout time.Duration // until the acknowledgement; default 30 s

	mu   sync.Mutex
	conn net.Conn
	r    *bufio.Reader
}

// ErrNoAck says that a message was sent and no acknowledgement came: the
// receiver may or may not have it. The same bytes may be sent again.
var ErrNoAck = errors.New("no acknowledgement came")

var errNoControl = errors.New("no message control id")

// Send sends a message and waits for the acknowledgement whose MSA-2 is its
// MSH-10. Acknowledgements of other messages, which came too late, are skipped;
// so is a commit acknowledgement (CA) when application asks for the one behind
// it. An error that wraps [ErrNoAck] leaves open whether the receiver has the
// message; before any other Unavailable error it does not have it.
func (c *Client) Send(ctx context.Context, message []byte, application bool) (Ack, error) {
	m, err := Parse(message)
	control := m.Value("MSH", 10)
	if control == "" {
		return Ack{}, pipeline.Wrap(pipeline.Invalid, errors.Join(err, errNoControl), "The message has no MSH-10: its acknowledgement could not be told.")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.connect(ctx); err != nil {
		return Ack{}, pipeline.Wrap(pipeline.Unavailable, errors.Join(record.ErrNotSent, err), "The HL7 receiver cannot be reached.")
	}
	ack, err := c.exchange(ctx, message, control, application)
	if err != nil {
		c.hangUp()
		return Ack{}, pipeline.Wrap(pipeline.Unavailable, errors.Join(ErrNoAck, err), "The HL7 receiver did not acknowledge the message.")
	}
	return ack, nil
}

// Close ends the connection.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hangUp()
	return nil
}

func (c *Client) hangUp() {
	if c.conn != nil {
		c.conn.Close() // what was sent is settled by acknowledgements, not by closing
		c.conn, c.r = nil, nil
	}
}

func (c *Client) connect(ctx context.Context) error {
	if c.conn != nil {
		return nil
	}
	conn, err := c.Dial(ctx)
	if err != nil {
		return err
	}
	c.conn, c.r = conn, bufio.NewReaderSize(conn, 16<<10)
	return nil
}

func (c *Client) exchange(ctx context.Context, message []byte, control string, application bool) (Ack, error) {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn := c.conn
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return Ack{}, err
	}
	set := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(set)
		conn.SetDeadline(time.Unix(1, 0))
	})
	defer func() {
		if !stop() {
			<-set // else it would end the next exchange
		}
	}()
	if err := WriteBlock(conn, message); err != nil {
		return Ack{}, err
	}
	const maxAck = 1 << 20
	var buf []byte
	for {
		raw, err := ReadBlock(c.r, buf, maxAck)
		if err != nil {
			return Ack{}, errors.Join(context.Cause(ctx), err)
		}
		buf = raw
		m, _ := Parse(raw) // what is no acknowledgement is skipped, whatever it is
		ack, ok := ReadAck(m)
		if !ok || ack.Control != control || application && ack.Code == CA {
			continue
		}
		return ack, nil
	}
}
