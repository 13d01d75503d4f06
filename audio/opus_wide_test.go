package audio

import (
	"bufio"
	"bytes"
	"io"
	"math"
	"testing"
)

// packetList is a container of Opus that lies in memory.
type packetList struct{ packets []opusPacket }

func (l *packetList) next() (opusPacket, error) {
	if len(l.packets) == 0 {
		return opusPacket{}, io.EOF
	}
	p := l.packets[0]
	l.packets = l.packets[1:]
	return p, nil
}

func (l *packetList) details(int64, int) Details { return Details{} }

// opusIn gives the packets of an Ogg sample.
func opusIn(t testing.TB, name string) (packets []opusPacket) {
	t.Helper()
	r, err := openOggOpus(bufio.NewReader(bytes.NewReader(sample(t, name))), Limits{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	for {
		p, err := r.next()
		if err != nil {
			return packets
		}
		packets = append(packets, opusPacket{data: p.data})
	}
}

// decoded converts packets, to opusWide where that is asked for, and gives the
// canonical samples.
func decoded(t testing.TB, packets []opusPacket, channels int, wide bool) ([]float64, Report) {
	t.Helper()
	r, err := newOpusReader(Opus, &packetList{packets}, opusHead{channels: channels, gain: 1}, Limits{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	if wide {
		r.info.Rate = opusWide
		r.restart()
	}
	var out seekBuffer
	rep, err := ConvertSource(t.Context(), r, Options{Canonical: &out})
	if err != nil {
		t.Fatal(err)
	}
	var x []float64
	for b := out.b[canonicalHeader:]; len(b) > 1; b = b[2:] {
		x = append(x, float64(int16(uint16(b[0])|uint16(b[1])<<8))/32768)
	}
	return x, rep
}

func power(x []float64) (sum float64) {
	for _, v := range x {
		sum += v * v
	}
	return sum / float64(len(x))
}

// Speech that is decoded to 16 kHz is, sample by sample, what comes out of the
// resampler when it is decoded to more.
func TestOpusSpeechIsNotDelayed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"gen-voice.opus", "gen-voice-pages.opus", "filetype-fixture.opus"} {
		packets := opusIn(t, name)
		if codingOf(packets[0].data) != opusSILK {
			t.Fatalf("%s is of another coding", name)
		}
		got, rep := decoded(t, packets, 1, false)
		want, _ := decoded(t, packets, 1, true)
		if len(got) != len(want) || rep.Info.Rate != CanonicalRate {
			t.Fatalf("%s: %d samples of %d Hz, want %d", name, len(got), rep.Info.Rate, len(want))
		}
		diff := make([]float64, len(got))
		for i := range diff {
			diff[i] = got[i] - want[i]
		}
		if snr := 10 * math.Log10(power(want)/power(diff)); snr < 45 {
			t.Errorf("%s: the difference is %.1f dB below the sound", name, snr)
		}
	}
}

// A stream that was begun as speech and goes on as any sound has its length,
// its level, and no alias.
func TestOpusWidens(t *testing.T) {
	t.Parallel()
	voice, tone := opusIn(t, "gen-voice-pages.opus"), opusIn(t, "gen-tone-8200.opus")
	if codingOf(tone[0].data) != opusCELT {
		t.Fatal("the tone is of another coding")
	}
	alone, _ := decoded(t, voice, 1, false)
	for channels := 1; channels <= 2; channels++ {
		mixed := append(append(append([]opusPacket{}, voice...), tone...), voice...)
		got, rep := decoded(t, mixed, channels, false)
		var want int64
		for _, p := range mixed {
			want += opusDuration(p.data) * CanonicalRate / opusRate
		}
		if int64(len(got)) != want || rep.Frames != want {
			t.Fatalf("%d samples, %d frames, want %d", len(got), rep.Frames, want)
		}
		first := len(alone)
		for i, v := range alone[:first-opusTaps] {
			if math.Abs(got[i]-v) > 1e-4 {
				t.Fatalf("sample %d is %g, before the change it is %g", i, got[i], v)
			}
		}
		last := got[len(got)-first:]
		if d := 10 * math.Log10(power(last)/power(alone)); math.Abs(d) > 0.1 {
			t.Errorf("the voice behind is %.2f dB louder", d)
		}
		between := got[first+3000 : len(got)-first-3000]
		if level := 10 * math.Log10(power(between)); level > -50 {
			t.Errorf("a tone of 8.2 kHz comes back with %.1f dBFS", level)
		}
	}
}

// The change leaves no gap: around it the sound is as loud as from a decoder
// that had the wider rate from the beginning.
func TestOpusWidensWithoutGap(t *testing.T) {
	t.Parallel()
	packets := append(opusIn(t, "gen-voice-pages.opus")[:40], opusIn(t, "gen-voice-dense.opus")...)
	got, _ := decoded(t, packets, 1, false)
	want, _ := decoded(t, packets, 1, true)
	const from, to = 39 * 320, 44 * 320 // around the change
	if d := 10 * math.Log10(power(got[from:to])/power(want[from:to])); math.Abs(d) > 0.2 {
		t.Errorf("around the change it is %.2f dB louder", d)
	}
}
