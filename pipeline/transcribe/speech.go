package transcribe

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"os"
	"time"
)

// When does sound have speech? Levels are taken over frames of 20 ms. The floor
// is the level that a tenth of the frames stay under: pauses between words.
// Frames well above it and not absurdly faint are taken for speech; steady
// noise, hum and silence have none. It is meant to catch an engine that drops a
// dictation, not to find every word.
const (
	frameSamples = sampleRate / 50
	frameTime    = 20 * time.Millisecond

	floorShare   = 10   // one frame in so many lies at or under the floor
	aboveFloorDB = 15   // speech rises this far
	faintestDBFS = -55  // fainter is silence whatever the floor
	lowestDBFS   = -100 // digital silence
)

// speechIn measures how much of a canonical file is speech, in one pass and
// constant memory.
func speechIn(path string) (time.Duration, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n, err := readHeader(f)
	if err != nil {
		return 0, err
	}
	levels, frames, err := histogram(bufio.NewReaderSize(io.LimitReader(f, n), 64<<10))
	if err != nil {
		return 0, err
	}
	floor, below := 0, 0
	for floor = range levels {
		if below += levels[floor]; below*floorShare >= frames {
			break
		}
	}
	speech := 0
	for db := max(floor+aboveFloorDB, faintestDBFS-lowestDBFS); db < len(levels); db++ {
		speech += levels[db]
	}
	return time.Duration(speech) * frameTime, nil
}

// histogram counts frames by level: element i holds those of lowestDBFS+i dB.
func histogram(r io.Reader) (levels [1 - lowestDBFS]int, frames int, err error) {
	var buf [2 * frameSamples]byte
	for {
		_, err := io.ReadFull(r, buf[:])
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return levels, frames, nil // what is shorter than a frame has no say
		}
		if err != nil {
			return levels, frames, err
		}
		levels[level(buf[:])-lowestDBFS]++
		frames++
	}
}

// level is the RMS of a frame in whole dB below full scale.
func level(frame []byte) int {
	var sum float64
	for i := 0; i < len(frame); i += 2 {
		v := float64(int16(binary.LittleEndian.Uint16(frame[i:])))
		sum += v * v
	}
	rms := math.Sqrt(sum/frameSamples) / (1 << 15)
	return int(math.Round(max(lowestDBFS, 20*math.Log10(rms))))
}
