package decode

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
)

// inMemory is how much of a work file stays in memory: four minutes of
// canonical sound. Most dictations are shorter and never touch the disk, which
// the object store and the database are busy syncing.
const inMemory = 8 << 20

// buffers are kept from job to job: growing to megabytes anew costs more than
// the conversion's arithmetic.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// scratch is a work file: in memory while it is small, beyond that a file in
// dir without a name, which a killed process cannot leave behind. It implements
// io.WriteSeeker.
type scratch struct {
	dir  string
	mem  []byte
	at   int64 // next write, while in memory
	file *os.File
}

// Write implements io.Writer.
func (s *scratch) Write(p []byte) (int, error) {
	end := s.at + int64(len(p))
	if s.file == nil && end > inMemory {
		if err := s.spill(); err != nil {
			return 0, err
		}
	}
	if s.file != nil {
		return s.file.Write(p)
	}
	if end > int64(len(s.mem)) {
		if s.mem == nil {
			s.mem = *buffers.Get().(*[]byte)
		}
		s.mem = slices.Grow(s.mem, int(end)-len(s.mem))[:end]
	}
	copy(s.mem[s.at:], p)
	s.at = end
	return len(p), nil
}

// spill moves what is in memory to a file.
func (s *scratch) spill() error {
	f, err := os.CreateTemp(s.dir, "decode-*")
	if err != nil {
		return fmt.Errorf("make a work file: %w", err)
	}
	s.file = f
	if err := os.Remove(f.Name()); err != nil {
		return fmt.Errorf("make a work file: %w", err)
	}
	if _, err := f.Write(s.mem); err != nil {
		return err
	}
	s.free()
	_, err = f.Seek(s.at, io.SeekStart)
	return err
}

// Seek implements io.Seeker.
func (s *scratch) Seek(offset int64, whence int) (int64, error) {
	if s.file != nil {
		return s.file.Seek(offset, whence)
	}
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += int64(len(s.mem))
	}
	if offset < 0 || offset > inMemory {
		return 0, errors.New("seek outside a work file")
	}
	s.at = offset
	return offset, nil
}

// reader gives the content from its beginning, and its length.
func (s *scratch) reader() (io.Reader, int64, error) {
	if s.file == nil {
		return bytes.NewReader(s.mem), int64(len(s.mem)), nil
	}
	size, err := s.file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = s.file.Seek(0, io.SeekStart)
	}
	return s.file, size, err
}

// free gives the memory back.
func (s *scratch) free() {
	if s.mem != nil {
		kept := s.mem[:0]
		buffers.Put(&kept)
		s.mem = nil
	}
}

// Close gives the space back; readers are of no use after it.
func (s *scratch) Close() error {
	s.free()
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
