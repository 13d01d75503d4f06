package ffmpeg

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Input is a recording on disk, ready for [Runner.Decode]. Its file has no name
// in the file system.
type Input struct {
	file *os.File // opened for reading
	size int64
}

// Store copies src to its end. Close gives the space back.
func (r *Runner) Store(src io.Reader) (*Input, error) {
	out, err := os.CreateTemp(r.cfg.TempDir, "recording-*")
	if err != nil {
		return nil, fmt.Errorf("make a work file: %w", err)
	}
	// The child inherits the file and must not be able to write to it, so it is
	// opened a second time before the name goes.
	in, err := os.Open(out.Name())
	err = errors.Join(err, os.Remove(out.Name()))
	if err != nil {
		return nil, fmt.Errorf("make a work file: %w", errors.Join(err, out.Close(), in.Close()))
	}
	n, err := io.Copy(out, src)
	if err = errors.Join(err, out.Close()); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return &Input{file: in, size: n}, nil
}

// Size is the recording's length in bytes.
func (in *Input) Size() int64 { return in.size }

// Close gives the space back.
func (in *Input) Close() error { return in.file.Close() }
