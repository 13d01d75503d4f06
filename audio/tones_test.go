package audio

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
)

// keyed is a telephone key's two tones, or one tone when high is 0.
func keyed(low, high float64, seconds float64) []float32 {
	x := make([]float32, int(seconds*CanonicalRate))
	for i := range x {
		s := 0.3 * math.Sin(2*math.Pi*low*float64(i)/CanonicalRate)
		if high > 0 {
			s += 0.3 * math.Sin(2*math.Pi*high*float64(i)/CanonicalRate)
		}
		x[i] = float32(s)
	}
	return x
}

func heard(t *testing.T, x []float32) []Tone {
	t.Helper()
	rep, err := Convert(t.Context(), bytes.NewReader(wave(pcmFormat(CanonicalRate, 1, 16), data16(x))), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return rep.Tones
}

func names(tones []Tone) string {
	var s []string
	for _, t := range tones {
		s = append(s, t.Name)
	}
	return strings.Join(s, " ")
}

func TestTonesAllKeys(t *testing.T) {
	t.Parallel()
	pause := make([]float32, CanonicalRate/10+37)
	for _, off := range []float64{1, 0.985, 1.015} { // the tolerance of ITU-T Q.24
		for _, noise := range []float64{-200, -30} {
			var x []float32
			for _, low := range toneFreqs[:4] {
				for _, high := range toneFreqs[4:8] {
					x = joined(x, keyed(low*off, high*off, 0.1), pause)
				}
			}
			x = added(x, hiss(noise, len(x)))
			if got := names(heard(t, x)); got != "1 2 3 A 4 5 6 B 7 8 9 C * 0 # D" {
				t.Errorf("off by %g, noise %g dBFS: %s", off, noise, got)
			}
		}
	}
}

func TestTonesCue(t *testing.T) {
	t.Parallel()
	second := make([]float32, CanonicalRate)
	for _, f := range []float64{960, 970, 1000, 1030, 1040} { // a tape's speed is off by 4 % at most
		got := heard(t, joined(second, keyed(f, 0, 0.5), second[:4000], keyed(f, 0, 0.5), second))
		if len(got) != 2 || names(got) != "cue cue" {
			t.Fatalf("%g Hz: %v", f, got)
		}
		for i, at := range []time.Duration{time.Second, 1750 * time.Millisecond} {
			if (got[i].Start-at).Abs() > toneTime || (got[i].End-at-500*time.Millisecond).Abs() > toneTime {
				t.Errorf("%g Hz: %v", f, got[i])
			}
		}
	}
}

// Speech, noise and other tones are no signals.
func TestTonesNone(t *testing.T) {
	t.Parallel()
	voice := samplesOf(t, sample(t, "gen-voice.flac"))
	slow, fast := make([]float32, len(voice)*3/2), make([]float32, len(voice)*2/3)
	for i := range slow {
		slow[i] = voice[i*2/3]
	}
	for i := range fast {
		fast[i] = voice[i*3/2]
	}
	for name, x := range map[string][]float32{
		"voice": voice, "lower voice": slow, "higher voice": fast,
		"hiss": hiss(-20, 10*CanonicalRate), "silence": make([]float32, CanonicalRate),
		"440 Hz": keyed(440, 0, 1), "3 kHz, which folds to 1 kHz": keyed(3000, 0, 1), "5 kHz": keyed(5000, 0, 1),
		"one row only": keyed(770, 0, 1), "two rows": keyed(770, 852, 1), "a short cue": keyed(1000, 0, 0.07),
		"a short key": keyed(697, 1209, 0.03), "soft cue": scaled(keyed(1000, 0, 1), 0.01),
	} {
		if got := heard(t, x); len(got) > 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// However many there are, what is kept is bounded, and pieces of any length
// give the same.
func TestTonesBoundedAndSteady(t *testing.T) {
	t.Parallel()
	ton := newTones()
	x := joined(keyed(697, 1209, 0.08), make([]float32, 1280))
	for range maxTones + 10 {
		ton.add(x)
	}
	if got := len(ton.finish()); got != maxTones {
		t.Errorf("%d tones", got)
	}
	ton = newTones()
	x = joined(make([]float32, 5000), keyed(1000, 0, 0.4), make([]float32, 777), keyed(941, 1477, 0.2), make([]float32, 999))
	want := heard(t, x)
	for n := 1; len(x) > 0; n = n%7 + 1 {
		n = min(n, len(x))
		ton.add(x[:n])
		x = x[n:]
	}
	if got := ton.finish(); len(want) != 2 || names(got) != "cue #" || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
}
