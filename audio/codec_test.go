package audio

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/go-audio/wav"
)

// go-audio/wav reads plain 16, 24 and 32-bit files rightly: there it is the oracle.
func TestPCMAgreesWithGoAudio(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(7, 7))
	for _, bits := range []int{16, 24, 32} {
		for _, channels := range []int{1, 2, 3} {
			body := make([]byte, bits/8*channels*5000)
			for i := range body {
				body[i] = byte(rnd.Uint32())
			}
			file := wave(pcmFormat(44100, channels, bits), part{id: "data", body: body})
			oracle, err := wav.NewDecoder(bytes.NewReader(file)).FullPCMBuffer()
			if err != nil {
				t.Fatal(err)
			}
			got := samplesOf(t, file)
			if len(got) != len(oracle.Data) {
				t.Fatalf("%d bits: %d samples, oracle %d", bits, len(got), len(oracle.Data))
			}
			for i, v := range oracle.Data {
				if want := float32(float64(v) / math.Ldexp(1, bits-1)); got[i] != want {
					t.Fatalf("%d bits: sample %d is %g, oracle %g", bits, i, got[i], want)
				}
			}
		}
	}
}

func TestContainers(t *testing.T) {
	t.Parallel()
	ext := func(valid int, tag byte) []byte {
		e := binary.LittleEndian.AppendUint16(nil, uint16(valid))
		e = append(e, 0, 0, 0, 0, tag, 0)
		return append(e, waveGUIDTail...)
	}
	nan, inf := math.Float32bits(float32(math.NaN())), math.Float32bits(float32(math.Inf(-1)))
	le := binary.LittleEndian
	for name, c := range map[string]struct {
		format part
		data   []byte
		want   []float32
	}{
		"8 bits have their middle at 128":  {pcmFormat(8000, 1, 8), []byte{128, 0, 255, 192}, []float32{0, -1, 127.0 / 128, 0.5}},
		"12 bits lie at the upper end":     {pcmFormat(8000, 1, 12), []byte{0x00, 0x40}, []float32{0.5}},
		"20 bits in three bytes":           {pcmFormat(8000, 1, 20), []byte{0, 0, 0xc0}, []float32{-0.5}},
		"24 bits in four, upper end":       {format(tagExtensible, 8000, 1, 4, 32, ext(24, 1)), []byte{0, 0, 0, 0x40}, []float32{0.5}},
		"24 bits in four, lower end":       {format(tagPCM, 8000, 1, 4, 24, nil), []byte{1, 0, 0x40, 0, 0xff, 0xff, 0xbf, 0xff}, []float32{0.5 + 1.0/(1<<23), -0.5 - 1.0/(1<<23)}},
		"no alignment":                     {format(tagPCM, 8000, 1, 0, 16, nil), []byte{0, 0x40}, []float32{0.5}},
		"extensible float":                 {format(tagExtensible, 8000, 1, 4, 32, ext(32, 3)), le.AppendUint32(nil, math.Float32bits(0.25)), []float32{0.25}},
		"float 64":                         {format(tagFloat, 8000, 1, 8, 64, nil), le.AppendUint64(nil, math.Float64bits(-0.125)), []float32{-0.125}},
		"no number is silence":             {format(tagFloat, 8000, 1, 4, 32, nil), le.AppendUint32(le.AppendUint32(nil, nan), inf), []float32{0, -loudest}},
		"half a frame at the end is lost":  {pcmFormat(8000, 2, 16), []byte{0, 0x40, 0, 0xc0, 0, 0x20}, []float32{0.5, -0.5}},
		"µ-law, loudest and silence":       {format(tagMuLaw, 8000, 1, 1, 8, nil), []byte{0x00, 0x80, 0xff}, []float32{-32124.0 / 32768, 32124.0 / 32768, 0}},
		"A-law, loudest and next to zero":  {format(tagALaw, 8000, 1, 1, 8, nil), []byte{0x2a, 0xaa, 0xd5}, []float32{-32256.0 / 32768, 32256.0 / 32768, 8.0 / 32768}},
		"EXTENSIBLE says how many it uses": {format(tagExtensible, 8000, 1, 2, 16, ext(14, 1)), []byte{0, 0x40}, []float32{0.5}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := samplesOf(t, wave(c.format, part{id: "data", body: c.data}))
			if len(got) != len(c.want) {
				t.Fatalf("got %v, want %v", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("got %v, want %v", got, c.want)
				}
			}
		})
	}
}

func TestBigEndian(t *testing.T) {
	t.Parallel()
	for size, c := range map[int][]byte{2: {0x40, 0}, 3: {0x40, 0, 0}, 4: {0x40, 0, 0, 0}} {
		be := binary.BigEndian
		b := []byte("RIFX\x00\x00\x00\x00WAVEfmt \x00\x00\x00\x10\x00\x01\x00\x01")
		b = be.AppendUint32(b, 8000)
		b = be.AppendUint32(b, uint32(8000*size))
		b = be.AppendUint16(b, uint16(size))
		b = be.AppendUint16(b, uint16(8*size))
		b = be.AppendUint32(append(b, "data"...), uint32(size))
		if got := samplesOf(t, append(b, c...)); len(got) != 1 || got[0] != 0.5 {
			t.Errorf("%d bytes: %v", size, got)
		}
	}
}

// The G.711 tables hold every value once for each sign, and grow with the code.
func TestG711(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(byte) int{"A-law": aLaw, "µ-law": muLaw} {
		seen := map[int]bool{}
		for b := range 256 {
			v := f(byte(b))
			seen[v] = true
			if f(byte(b)^0x80) != -v {
				t.Errorf("%s: code %#x is %d, with the other sign %d", name, b, v, f(byte(b)^0x80))
			}
		}
		if want := map[string]int{"A-law": 256, "µ-law": 255}[name]; len(seen) != want {
			t.Errorf("%s: %d values, want %d", name, len(seen), want)
		}
	}
}

// The ADPCM samples are the speech of the sound they were made of: what is left
// after taking that away is the codec's own noise.
func TestADPCMAgree(t *testing.T) {
	t.Parallel()
	ima, ms := samplesOf(t, sample(t, "gen-adpcm_ima.wav")), samplesOf(t, sample(t, "gen-adpcm_ms.wav"))
	n := min(len(ima), len(ms))
	var signal, noise float64
	for i := range n {
		signal += float64(ima[i] * ima[i])
		noise += float64((ima[i] - ms[i]) * (ima[i] - ms[i]))
	}
	if snr := 10 * math.Log10(signal/noise); snr < 20 {
		t.Errorf("the two differ by only %.1f dB below the speech", snr)
	}
}

// A last block that is short still gives its samples, and broken blocks end well.
func TestADPCMShortBlock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tag, channels, bytes, want int
	}{
		{tagIMAADPCM, 1, 256 + 4 + 4, 505 + 9}, {tagIMAADPCM, 1, 256 + 3, 505}, {tagIMAADPCM, 2, 256 + 8, 2 * (249 + 1)},
		{tagMSADPCM, 1, 256 + 7 + 2, 500 + 6}, {tagMSADPCM, 2, 256 + 14, 2 * (244 + 2)}, {tagMSADPCM, 2, 256 + 13, 2 * 244},
	} {
		file := wave(format(c.tag, 8000, c.channels, 256, 4, nil), part{id: "data", body: bytes.Repeat([]byte{0x5a}, c.bytes)})
		if got := len(samplesOf(t, file)); got != c.want {
			t.Errorf("tag %d, %d channels, %d bytes: %d samples, want %d", c.tag, c.channels, c.bytes, got, c.want)
		}
	}
}
