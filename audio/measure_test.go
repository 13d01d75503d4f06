package audio

import (
	"bytes"
	"math"
	"testing"
	"time"
)

func TestMeasures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change        func(v float64) float64
		peak, rms, dc float64
		clipped       bool
	}{
		"half":       {func(v float64) float64 { return v / 2 }, -6.02, -9.03, 0, false},
		"tenth":      {func(v float64) float64 { return v / 10 }, -20, -23.01, 0, false},
		"offset":     {func(v float64) float64 { return v/10 + 0.1 }, -13.98, -18.24, 0.1, false},
		"overdriven": {func(v float64) float64 { return max(-1, min(1, 2*v)) }, 0, -1.07, 0, true},
		"silence":    {func(float64) float64 { return 0 }, FloorDBFS, FloorDBFS, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := tone(300, 16000, 32000)
			for i, v := range x {
				x[i] = float32(c.change(float64(v)))
			}
			rep, err := Convert(t.Context(), bytes.NewReader(wave(pcmFormat(16000, 1, 16), data16(x))), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(rep.PeakDBFS-c.peak) > 0.01 || math.Abs(rep.RMSDBFS-c.rms) > 0.02 || math.Abs(rep.DC-c.dc) > 1e-4 {
				t.Errorf("peak %.2f, RMS %.2f, DC %.5f", rep.PeakDBFS, rep.RMSDBFS, rep.DC)
			}
			if (rep.Clipped > 10000) != c.clipped || !c.clipped && rep.Clipped != 0 {
				t.Errorf("clipped %d", rep.Clipped)
			}
			if rep.Duration != 2*time.Second || rep.Samples != 32000 {
				t.Errorf("%s, %d samples", rep.Duration, rep.Samples)
			}
		})
	}
}

// EBU Tech 3341: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS; one channel of
// it is 3 LU less. Silence around it is gated away.
func TestLoudness(t *testing.T) {
	t.Parallel()
	sine := func(dbfs float64, seconds int) []float32 {
		return scaled(tone(1000, CanonicalRate, seconds*CanonicalRate), float32(math.Pow(10, dbfs/20)))
	}
	for name, c := range map[string]struct {
		x    []float32
		want float64
	}{
		"tone":                       {sine(-23, 20), -26.01},
		"louder tone":                {sine(-3, 20), -6.01},
		"silence is gated":           {joined(make([]float32, 60*CanonicalRate), sine(-23, 20), make([]float32, 60*CanonicalRate)), -26.01},
		"quiet passages are gated":   {joined(sine(-36, 10), sine(-23, 60), sine(-36, 10)), -26.01},
		"shorter than a block":       {sine(-23, 20)[:6000], FloorDBFS},
		"nothing":                    {nil, FloorDBFS},
		"all below the absolute one": {sine(-80, 20), FloorDBFS},
	} {
		l := newLoudness()
		for x := c.x; len(x) > 0; {
			n := min(len(x), 1013)
			l.add(x[:n])
			x = x[n:]
		}
		if got := l.integrated(); math.Abs(got-c.want) > 0.1 {
			t.Errorf("%s: %.2f LUFS, want %.2f", name, got, c.want)
		}
	}
}
