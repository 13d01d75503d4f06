package enginetest

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"testing"
)

const headerLength = 44

// WAV gives samples (16-bit, little-endian, 16 kHz) a canonical header.
func WAV(samples []byte) []byte {
	h := make([]byte, headerLength, headerLength+len(samples))
	le := binary.LittleEndian
	copy(h[0:], "RIFF")
	le.PutUint32(h[4:], uint32(headerLength-8+len(samples)))
	copy(h[8:], "WAVEfmt ")
	le.PutUint32(h[16:], 16)    // length of the format chunk
	le.PutUint16(h[20:], 1)     // PCM
	le.PutUint16(h[22:], 1)     // channel
	le.PutUint32(h[24:], 16000) // samples a second
	le.PutUint32(h[28:], 32000) // bytes a second
	le.PutUint16(h[32:], 2)     // bytes a sample
	le.PutUint16(h[34:], 16)    // bits a sample
	copy(h[36:], "data")
	le.PutUint32(h[40:], uint32(len(samples)))
	return append(h, samples...)
}

// silence writes five seconds of zeros.
func silence(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "silence.wav")
	write(t, path, WAV(make([]byte, 5*32000)))
	return path
}

// repeat writes the recording n times in a row.
func repeat(t *testing.T, wav string, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "long.wav")
	write(t, path, WAV(bytes.Repeat(read(t, wav)[headerLength:], n)))
	return path
}
