package decode

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// How much of a work file stays in memory. Most dictations never touch the disk,
// which the object store and the database are busy syncing; what is freed when
// the sound of a long one goes to disk is enough for its other files.
const (
	soundInMemory = 8 << 20 // four minutes
	peaksInMemory = 1 << 20 // an hour and a half
	copyInMemory  = 2 << 20 // five minutes
)

// pieceSize is how much memory a work file takes at a time. Growing one piece
// of memory instead would leave several times as much for the garbage collector.
const pieceSize = 256 << 10

// pieces are kept from job to job: having them zeroed anew costs more than the
// conversion's arithmetic.
var pieces = sync.Pool{New: func() any { return new([pieceSize]byte) }}

// scratch is a work file: in memory while it is small, beyond that a file in
// dir without a name, which a killed process cannot leave behind. It implements
// io.WriteSeeker.
type scratch struct {
	dir  string
	most int64 // that stays in memory
	mem  []*[pieceSize]byte
	size int64 // of what is in memory
	at   int64 // next write, while in memory
	file *os.File
}

// Write implements io.Writer.
func (s *scratch) Write(p []byte) (int, error) {
	end := s.at + int64(len(p))
	if s.file == nil && end > s.most {
		if err := s.spill(); err != nil {
			return 0, err
		}
	}
	if s.file != nil {
		return s.file.Write(p)
	}
	for rest := p; len(rest) > 0; {
		if s.at/pieceSize == int64(len(s.mem)) {
			s.mem = append(s.mem, pieces.Get().(*[pieceSize]byte))
		}
		n := copy(s.mem[s.at/pieceSize][s.at%pieceSize:], rest)
		rest = rest[n:]
		s.at += int64(n)
	}
	s.size = max(s.size, s.at)
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
	if _, err := io.Copy(f, s.inMemory()); err != nil {
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
		offset += s.size
	}
	if offset < 0 || offset > s.size {
		return 0, errors.New("seek outside a work file")
	}
	s.at = offset
	return offset, nil
}

// reader gives the content from its beginning, and its length. Several may read
// at a time.
func (s *scratch) reader() (io.Reader, int64, error) {
	if s.file == nil {
		return s.inMemory(), s.size, nil
	}
	info, err := s.file.Stat()
	if err != nil {
		return nil, 0, err
	}
	return io.NewSectionReader(s.file, 0, info.Size()), info.Size(), nil
}

// inMemory reads what is in memory.
func (s *scratch) inMemory() io.Reader {
	list := make([]io.Reader, len(s.mem))
	for i, m := range s.mem {
		list[i] = bytes.NewReader(m[:min(pieceSize, s.size-int64(i)*pieceSize)])
	}
	return io.MultiReader(list...)
}

// free gives the memory back.
func (s *scratch) free() {
	for _, m := range s.mem {
		pieces.Put(m)
	}
	s.mem, s.size = nil, 0
}

// Close gives the space back; readers are of no use after it.
func (s *scratch) Close() error {
	s.free()
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
