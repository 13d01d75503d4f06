package audio

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// hiss is white noise with the given level in dBFS (RMS).
func hiss(dbfs float64, n int) []float32 {
	rnd := rand.New(rand.NewPCG(11, 12))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rnd.NormFloat64() * math.Pow(10, dbfs/20))
	}
	return x
}

func added(a, b []float32) []float32 {
	out := make([]float32, len(a))
	for i := range a {
		out[i] = a[i] + b[i]
	}
	return out
}

// The recording of a human voice stands for itself: two seconds of it, with
// pauses of three seconds around, under hiss from none to loud.
func TestSpeechMapFindsVoice(t *testing.T) {
	t.Parallel()
	voice := samplesOf(t, sample(t, "gen-adpcm_ms.wav"))
	mono := make([]float32, len(voice)/2)
	for i := range mono {
		mono[i] = voice[2*i]
	}
	mono = through(11025, mono)
	pause := make([]float32, 3*CanonicalRate)
	x := joined(pause, mono, pause, mono, pause)
	length := time.Duration(len(mono)) * time.Second / CanonicalRate
	first, second := 3*time.Second, 6*time.Second+length
	for _, floor := range []float64{-200, -75, -60, -50, -40} {
		rep, err := Convert(t.Context(), bytes.NewReader(wave(pcmFormat(CanonicalRate, 1, 16), data16(added(x, hiss(floor, len(x)))))), Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkTiling(t, rep)
		// The utterances begin and end softly: a few tenths are allowed to the noise.
		for _, start := range []time.Duration{first, second} {
			if in := speechWithin(rep, start, start+length); in < length*3/4 {
				t.Errorf("hiss %.0f dBFS: %s of the utterance at %s is speech, of %s", floor, in, start, length)
			}
		}
		if out := rep.Speech - speechWithin(rep, first, first+length) - speechWithin(rep, second, second+length); out > 1500*time.Millisecond {
			t.Errorf("hiss %.0f dBFS: %s of the pauses is speech", floor, out)
		}
		if floor >= -60 && math.Abs(rep.SNR-(rep.LUFS-floor)) > 8 {
			t.Errorf("hiss %.0f dBFS: SNR %.1f, loudness %.1f", floor, rep.SNR, rep.LUFS)
		}
	}
}

func speechWithin(rep Report, from, to time.Duration) (sum time.Duration) {
	for _, s := range rep.Segments {
		if s.Speech {
			sum += max(0, min(to, s.End)-max(from, s.Start))
		}
	}
	return sum
}

// checkTiling fails when segments overlap, leave gaps or do not alternate.
func checkTiling(t *testing.T, rep Report) {
	t.Helper()
	at := time.Duration(0)
	for i, s := range rep.Segments {
		if s.Start != at || s.End <= s.Start || i > 0 && s.Speech == rep.Segments[i-1].Speech {
			t.Fatalf("segment %d of %v", i, rep.Segments)
		}
		at = s.End
	}
	if at != rep.Duration {
		t.Fatalf("the segments end at %s, the recording at %s", at, rep.Duration)
	}
}

func TestSpeechMapEdges(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		x      []float32
		speech bool // all of it, or none
	}{
		"silence":                  {make([]float32, 5*CanonicalRate), false},
		"soft hiss":                {hiss(-75, 5*CanonicalRate), false},
		"one level all along":      {hiss(-30, 5*CanonicalRate), true}, // doubt counts as speech
		"three samples":            {[]float32{0.1, 0.1, 0.1}, false},
		"half a frame of nothing":  {make([]float32, 80), false},
		"a click is not speech":    {joined(make([]float32, 16000), tone(1000, 16000, 160), make([]float32, 16000)), false},
		"voice without any pauses": {scaled(tone(300, 16000, 40*16000), 0.3), true},
	} {
		rep, err := Convert(t.Context(), bytes.NewReader(wave(pcmFormat(CanonicalRate, 1, 16), data16(c.x))), Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkTiling(t, rep)
		want := time.Duration(0)
		if c.speech {
			want = rep.Duration
		}
		if rep.Speech != want {
			t.Errorf("%s: %s of %s is speech", name, rep.Speech, rep.Duration)
		}
	}
}
