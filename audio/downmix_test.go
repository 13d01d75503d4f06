package audio

import (
	"math"
	"testing"
)

// mixed sends channels through the meter and the downmix in blocks of 0.1 s.
func mixed(rate int, channels ...[]float32) ([]float32, []Channel) {
	n := len(channels)
	x := make([]float32, 0, n*len(channels[0]))
	for i := range channels[0] {
		for _, c := range channels {
			x = append(x, c[i])
		}
	}
	d, m := newDownmix(n), newMeter(n, fullScale(16))
	var out []float32
	for size := rate / 10 * n; len(x) > 0; {
		k := min(size, len(x))
		out = append(out, d.process(x[:k], m.measure(x[:k]))...)
		x = x[k:]
	}
	return out, m.channels()
}

func scaled(x []float32, by float32) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = by * v
	}
	return y
}

func joined(parts ...[]float32) (out []float32) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func TestDownmixKeepsSpeech(t *testing.T) {
	t.Parallel()
	const rate = 8000
	voice, none := scaled(tone(300, rate, 2*rate), 0.5), make([]float32, 2*rate)
	other := scaled(tone(433, rate, 2*rate), 0.5)
	noise := scaled(tone(50, rate, 2*rate), 0.0005)
	level := rms(voice)
	for name, c := range map[string]struct {
		channels [][]float32
		want     float64 // RMS
	}{
		"mono":                    {[][]float32{voice}, level},
		"the same on both":        {[][]float32{voice, voice}, level},
		"right is dead":           {[][]float32{voice, none}, level},
		"left is dead":            {[][]float32{none, voice}, level},
		"left only hums softly":   {[][]float32{noise, voice}, level},
		"right is inverted":       {[][]float32{voice, scaled(voice, -1)}, level},
		"inverted and softer":     {[][]float32{scaled(voice, -0.3), voice}, level},
		"inverted after a while":  {[][]float32{joined(voice, voice), joined(voice, scaled(voice, -1))}, 0.95 * level},
		"two people":              {[][]float32{voice, other}, level / math.Sqrt2},
		"two people in turn":      {[][]float32{joined(voice, none), joined(none, other)}, 0.79 * level},
		"three, one inverted":     {[][]float32{voice, scaled(voice, -1), voice}, level},
		"eight, seven of them 0":  {[][]float32{none, none, none, none, none, voice, none, none}, level},
		"silence stays silence":   {[][]float32{none, none}, 0},
		"noise floor on both":     {[][]float32{noise, noise}, rms(noise)},
		"silence, then one talks": {[][]float32{joined(none, voice), joined(none, none)}, level / math.Sqrt2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _ := mixed(rate, c.channels...)
			if len(got) != len(c.channels[0]) {
				t.Fatalf("%d samples of %d", len(got), len(c.channels[0]))
			}
			if r := rms(got); math.Abs(r-c.want) > 0.02*level {
				t.Errorf("RMS %.4f, want %.4f", r, c.want)
			}
		})
	}
}

func TestMeterNamesBadChannels(t *testing.T) {
	t.Parallel()
	voice, none := tone(300, 8000, 8000), make([]float32, 8000)
	_, got := mixed(8000, scaled(voice, 0.2), scaled(voice, -0.5), none)
	if !got[0].Inverted || got[1].Inverted || got[2].Inverted || !got[2].Dead || got[0].Dead || got[1].Dead {
		t.Errorf("%+v", got)
	}
	if _, got := mixed(8000, none, none); got[0].Dead || got[1].Dead {
		t.Errorf("all silent: %+v", got)
	}
}
