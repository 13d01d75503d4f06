package transcribe

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"time"

	"dictation/pipeline"
)

// The canonical sound's measures.
const (
	sampleRate   = 16000
	bytesPerSec  = 2 * sampleRate
	headerLength = 44
)

// Audio is a canonical recording in a local file.
type Audio struct {
	Path     string
	Duration time.Duration // from the samples
	Part     bool          // of a longer one: a second hearing would be thrown away
}

// OpenAudio checks that the file is canonical and measures it.
// An Unreadable error says it is not.
func OpenAudio(path string) (Audio, error) {
	f, err := os.Open(path)
	if err != nil {
		return Audio{}, pipeline.Wrap(pipeline.Internal, err, "The sound prepared for recognition could not be opened. The recording is kept.")
	}
	defer f.Close()
	n, err := readHeader(f)
	if err != nil {
		return Audio{}, err
	}
	return Audio{Path: path, Duration: time.Duration(n) * time.Second / bytesPerSec}, nil
}

// readHeader reads the 44 bytes before the samples and gives the length of the
// samples in bytes. Only the exact canonical layout passes: some engines skip
// 44 bytes without looking, and would take anything else for sound.
func readHeader(f *os.File) (int64, error) {
	var h [headerLength]byte
	if _, err := io.ReadFull(f, h[:]); err != nil {
		return 0, notCanonical(err)
	}
	le16, le32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	switch {
	case string(h[0:4]) != "RIFF", string(h[8:16]) != "WAVEfmt ", le32(h[16:]) != 16, string(h[36:40]) != "data":
		return 0, notCanonical(errors.New("no plain WAV header"))
	case le16(h[20:]) != 1, le16(h[22:]) != 1, le32(h[24:]) != sampleRate, le16(h[34:]) != 16:
		return 0, notCanonical(errors.New("not 16-bit mono PCM at 16 kHz"))
	}
	info, err := f.Stat()
	if err != nil {
		return 0, notCanonical(err)
	}
	n := int64(le32(h[40:]))
	if n > info.Size()-headerLength {
		return 0, notCanonical(errors.New("the file ends before its samples do"))
	}
	return n, nil
}

func notCanonical(err error) error {
	return pipeline.Wrap(pipeline.Unreadable, err,
		"The sound prepared for recognition is not 16 kHz mono WAV. The recording as you sent it is kept; ask for it to be decoded again.")
}
