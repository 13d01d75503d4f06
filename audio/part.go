package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// maxCanonical is the most samples that fit into a WAV whose header counts in 32 bits.
const maxCanonical = (1<<32 - 1 - canonicalHeader) / 2

// SampleAt is the sample of the canonical sound nearest to a time. The sound
// ends at Report.Samples, which is at most one more than SampleAt of its duration.
func SampleAt(at time.Duration) int64 {
	const one = time.Second / CanonicalRate
	return int64((at + one/2) / one)
}

// PartSize is the length in bytes of what [CopyPart] writes.
func PartSize(from, to int64) int64 { return canonicalHeader + 2*(to-from) }

// CopyPart writes the samples from up to, and without, to of a canonical
// recording as a canonical recording of their own. It reads canonical from the
// beginning of the file, holds a few blocks of it in memory, and writes nothing
// when the samples do not exist. Parts that tile [0, Samples) hold together
// exactly the samples of the whole. Where canonical is an [io.Seeker] what lies
// before the part is not read.
func CopyPart(dst io.Writer, canonical io.Reader, from, to int64) error {
	if from < 0 || to <= from || to > maxCanonical {
		return fmt.Errorf("a part from sample %d to %d cannot be", from, to)
	}
	samples, err := canonicalLength(canonical)
	if err != nil {
		return fmt.Errorf("read the canonical recording: %w", err)
	}
	if to > samples {
		return fmt.Errorf("a part up to sample %d of a recording of %d", to, samples)
	}
	if err := forward(canonical, 2*from); err != nil {
		return fmt.Errorf("read the canonical recording up to the part: %w", err)
	}
	if _, err := dst.Write(canonicalHead(to - from)); err != nil {
		return fmt.Errorf("write the part: %w", err)
	}
	n, err := io.CopyN(dst, canonical, 2*(to-from))
	if err == io.EOF {
		err = io.ErrUnexpectedEOF // the header promised more
	}
	if err != nil {
		return fmt.Errorf("copy the part, at byte %d: %w", n, err)
	}
	return nil
}

// canonicalHead is the header of a canonical recording of n samples.
func canonicalHead(n int64) []byte {
	le := binary.LittleEndian
	b := make([]byte, 0, canonicalHeader)
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, uint32(canonicalHeader-8+2*n))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, tagPCM)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint32(b, CanonicalRate)
	b = le.AppendUint32(b, 2*CanonicalRate)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	return le.AppendUint32(b, uint32(2*n))
}

// canonicalLength reads the header and gives the number of samples. The header
// must be, byte by byte, one that this package writes.
func canonicalLength(r io.Reader) (int64, error) {
	var head [canonicalHeader]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, err
	}
	n := int64(binary.LittleEndian.Uint32(head[dataSizeAt:])) / 2
	if string(head[:]) != string(canonicalHead(n)) {
		return 0, errors.New("not 16 kHz mono 16-bit WAV as this package writes it")
	}
	return n, nil
}

// forward goes over n bytes of r.
func forward(r io.Reader, n int64) error {
	if n == 0 {
		return nil
	}
	if s, ok := r.(io.Seeker); ok {
		if _, err := s.Seek(n, io.SeekCurrent); err == nil {
			return nil
		}
		// A pipe has the method and cannot do it.
	}
	_, err := io.CopyN(io.Discard, r, n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}
