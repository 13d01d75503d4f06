package hl7

import (
	"bufio"
	"errors"
	"io"

	"dictation/pipeline"
)

// The bytes that frame a message (MLLP Release 1).
const (
	startBlock     = 0x0b
	endBlock       = 0x1c
	carriageReturn = 0x0d
)

// errNoEnd says that a connection ended inside a message.
var errNoEnd = errors.New("the connection ended inside a message")

// ReadBlock reads the next message, whatever came before its start byte, and
// gives io.EOF at the end of the connection. A message of more than limit bytes
// is TooLarge; its beginning is given back with the error, the rest is skipped,
// and the next message can be read. What is given back is valid until the next
// call with the same buffer.
func ReadBlock(r *bufio.Reader, buf []byte, limit int) ([]byte, error) {
	if err := skip(r, startBlock); err != nil {
		return nil, err
	}
	buf = buf[:0]
	for {
		part, err := r.ReadSlice(endBlock)
		if len(buf)+len(part) > limit+1 {
			buf = append(buf, part...)[:limit]
			if errors.Is(err, bufio.ErrBufferFull) {
				err = skip(r, endBlock)
			}
			if err != nil {
				return nil, cut(err)
			}
			return buf, pipeline.Errorf(pipeline.TooLarge, "The message is longer than %d bytes.", limit)
		}
		buf = append(buf, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil, cut(err)
		}
		// The return that follows is not waited for, some leave it out: the next
		// call skips it.
		return buf[:len(buf)-1], nil
	}
}

// skip reads up to and with a byte.
func skip(r *bufio.Reader, to byte) error {
	_, err := r.ReadSlice(to)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = r.ReadSlice(to)
	}
	return err
}

// cut is the error of a message that does not end.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return errNoEnd
	}
	return err
}

// WriteBlock frames a message and writes it in one call.
func WriteBlock(w io.Writer, message []byte) error {
	b := make([]byte, 0, len(message)+3)
	b = append(b, startBlock)
	b = append(b, message...)
	b = append(b, endBlock, carriageReturn)
	_, err := w.Write(b)
	return err
}
