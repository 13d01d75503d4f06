package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"math/rand/v2"
	"time"
)

// voiceLoop is how long the made-up voice speaks before it begins anew.
const voiceLoop = 20 * time.Second

// vowels are the first three resonances of a throat, in Hz.
var vowels = [][3]float64{{730, 1090, 2440}, {270, 2290, 3010}, {300, 870, 2240}, {530, 1840, 2480}, {570, 840, 2410}}

// resonator is a filter of two poles.
type resonator struct{ a, b, gain, y1, y2 float64 }

func (r *resonator) tune(freq, width, rate float64) {
	radius := math.Exp(-math.Pi * width / rate)
	r.a, r.b = 2*radius*math.Cos(2*math.Pi*freq/rate), -radius*radius
	r.gain = 1 - radius
}

func (r *resonator) next(x float64) float64 {
	y := r.gain*x + r.a*r.y1 + r.b*r.y2
	r.y1, r.y2 = y, r.y1
	return y
}

// madeUpVoice is somebody who says nothing: five syllables a second, some with
// a hiss, in phrases with pauses between, in a quiet room.
func madeUpVoice(rate int) []float64 {
	const syllable, phrase, pause = 0.2, 14, 4 // seconds; syllables
	random := rand.New(rand.NewPCG(1, 2))
	var throat [3]resonator
	out := make([]float64, int(voiceLoop.Seconds()*float64(rate)))
	phase, hiss, said := 0.0, 0.0, -1
	for i := range out {
		t := float64(i) / float64(rate)
		at := int(t / syllable)
		if at != said {
			said = at
			v := vowels[random.IntN(len(vowels))]
			for k := range throat {
				throat[k].tune(v[k], 80+40*float64(k), float64(rate))
			}
			hiss = 0
			if random.IntN(3) == 0 {
				hiss = 0.15
			}
		}
		loud := math.Pow(math.Sin(math.Pi*(t/syllable-float64(at))), 2)
		if at%(phrase+pause) >= phrase {
			loud = 0
		}
		noise := 2*random.Float64() - 1
		phase += (120 + 15*math.Sin(2*math.Pi*0.7*t)) / float64(rate)
		phase -= math.Floor(phase)
		x := loud * (1 - 2*phase)
		sum := 0.0
		for k := range throat {
			sum += throat[k].next(x) / float64(k+1)
		}
		out[i] = 0.2*sum + loud*hiss*noise/8 + 0.0005*noise
	}
	return out
}

// voiceWAV is the voice as 16-bit WAV of any length, and its size.
func voiceWAV(rate, channels int, length time.Duration) (io.Reader, int64) {
	var loop []byte
	for _, v := range madeUpVoice(rate) {
		for c := range channels {
			s := int16(32767 * max(-1, min(1, v*(1-0.2*float64(c)))))
			loop = binary.LittleEndian.AppendUint16(loop, uint16(s))
		}
	}
	frames := int64(length.Seconds() * float64(rate))
	size := frames * int64(2*channels)
	var head bytes.Buffer
	put := func(v any) { _ = binary.Write(&head, binary.LittleEndian, v) }
	head.WriteString("RIFF")
	put(uint32(36 + size))
	head.WriteString("WAVEfmt ")
	put([]uint16{16, 0, 1, uint16(channels)})
	put([]uint32{uint32(rate), uint32(rate * 2 * channels)})
	put([]uint16{uint16(2 * channels), 16})
	head.WriteString("data")
	put(uint32(size))
	return io.MultiReader(&head, io.LimitReader(&cycle{data: loop}, size)), 44 + size
}

// cycle reads the same bytes again and again.
type cycle struct {
	data []byte
	at   int
}

// Read implements io.Reader.
func (c *cycle) Read(p []byte) (int, error) {
	n := copy(p, c.data[c.at:])
	c.at = (c.at + n) % len(c.data)
	return n, nil
}
