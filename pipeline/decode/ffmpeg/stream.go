package ffmpeg

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"unsafe"

	"dictation/audio"
)

// maxHeader bounds what comes before the samples: their format.
const maxHeader = 64 << 10

// stream is the WAV that ffmpeg writes. Package audio reads its header, as
// sceptically as an upload's; the samples, a known format, are read here, which
// costs a tenth less of the whole.
type stream struct {
	r    io.Reader
	info audio.Info
}

func openStream(r io.Reader, limits audio.Limits) (*stream, error) {
	head, err := header(r)
	if err != nil {
		return nil, err
	}
	_, info, err := audio.Open(bytes.NewReader(head), limits)
	if err != nil {
		return nil, err
	}
	if info.Codec != "float" || info.Bits != 32 {
		return nil, refuse(audio.ErrDamaged, "The decoder gave something that is no sound. Please export the recording as WAV and send that.")
	}
	return &stream{r: r, info: info}, nil
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
			return nil, refuse(audio.ErrLimit, "The decoder gave more than %d bytes before the sound. The recording is probably damaged; please export it as WAV and send that.", maxHeader)
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
	dst = dst[:len(dst)/s.info.Channels*s.info.Channels]
	raw := memory(dst)
	n, err := io.ReadFull(s.r, raw)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	if !sameOrder {
		for i := range dst[:n/4] {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	}
	return n / 4 / s.info.Channels, err
}

// sameOrder says that this machine keeps numbers as a WAV does.
var sameOrder = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// memory is the memory of x, so that samples are read to where they are wanted:
// taking every number apart costs a twentieth of the whole way.
func memory(x []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}
