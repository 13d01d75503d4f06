package ffmpeg

import (
	"encoding/binary"
	"math"
)

// tone is a 16-bit WAV of a 300 Hz tone at half of full scale.
func tone(rate, channels, frames int) []byte {
	le := binary.LittleEndian
	b := append([]byte(nil), "RIFF....WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*channels*2))
	b = le.AppendUint16(b, uint16(channels*2))
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(frames*channels*2))
	for i := range frames {
		v := int16(16384 * math.Sin(2*math.Pi*300*float64(i)/float64(rate)))
		for range channels {
			b = le.AppendUint16(b, uint16(v))
		}
	}
	le.PutUint32(b[4:], uint32(len(b)-8))
	return b
}
