package ffmpeg

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"

	"dictation/audio"
)

// maxHeader bounds what comes before the samples: the format and what the
// recording's metadata became.
const maxHeader = 1 << 20

// stream is the WAV that ffmpeg writes. Package audio reads its header, as
// sceptically as an upload's; the samples, a known format, are read here, which
// costs a tenth less of the whole.
type stream struct {
	r    io.Reader
	info audio.Info
	meta audio.Meta
	raw  []byte
}

func openStream(r io.Reader, limits audio.Limits) (*stream, error) {
	head, err := header(r)
	if err != nil {
		return nil, err
	}
	wave, info, err := audio.Open(bytes.NewReader(head), limits)
	if err != nil {
		return nil, err
	}
	if info.Codec != "float" || info.Bits != 32 {
		return nil, refuse(audio.ErrDamaged, "The decoder gave something that is no sound. Please export the recording as WAV and send that.")
	}
	s := &stream{r: r, info: info}
	if d, ok := wave.(audio.Detailed); ok {
		if _, err := wave.Read(make([]float32, info.Channels)); err == io.EOF {
			s.meta = d.Details().Meta
		}
	}
	return s, nil
}

// header reads up to the first sample. What ends before is given as it is.
func header(r io.Reader) ([]byte, error) {
	head := make([]byte, 12, 4096)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	for err == nil {
		at := len(head)
		head = append(head, make([]byte, 8)...)
		if n, err = io.ReadFull(r, head[at:]); err != nil {
			head = head[:at+n]
			break
		}
		if string(head[at:at+4]) == "data" {
			return head, nil
		}
		size := int64(binary.LittleEndian.Uint32(head[at+4:]))
		size += size & 1
		if int64(len(head))+size > maxHeader {
			return nil, refuse(audio.ErrLimit, "The recording carries more than %d bytes of description. It is probably damaged; please export it as WAV and send that.", maxHeader)
		}
		at = len(head)
		head = append(head, make([]byte, size)...)
		n, err = io.ReadFull(r, head[at:])
		head = head[:at+n]
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return head, err
}

// read fills dst with whole frames; fewer come with io.EOF. The samples may be
// no numbers at all: audio.ConvertSource bounds them.
func (s *stream) read(dst []float32) (int, error) {
	frames := len(dst) / s.info.Channels
	if need := 4 * frames * s.info.Channels; len(s.raw) < need {
		s.raw = make([]byte, need)
	}
	raw := s.raw[:4*frames*s.info.Channels]
	n, err := io.ReadFull(s.r, raw)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	frames = n / 4 / s.info.Channels
	for i := range dst[:frames*s.info.Channels] {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return frames, err
}
