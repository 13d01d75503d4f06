package audio

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// tone is a sine of frequency f Hz at rate.
func tone(f float64, rate, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.Sin(2 * math.Pi * f * float64(i) / float64(rate)))
	}
	return x
}

// through resamples x in pieces of uneven length.
func through(rate int, x []float32) []float32 {
	r := newResampler(rate)
	if r == nil {
		return x
	}
	var out []float32
	for n := 1; len(x) > 0; n = n*7%4099 + 1 {
		k := min(n, len(x))
		out = append(out, r.process(x[:k])...)
		x = x[k:]
	}
	return append(out, r.flush()...)
}

// middle leaves out the edges, where the filter looks into the silence around.
func middle(x []float32) []float32 { return x[len(x)/4 : len(x)*3/4] }

// fit is the amplitude and phase of frequency f (Hz) in x and what is left of
// x without it, as RMS.
func fit(x []float32, f float64) (amplitude, rest float64) {
	var ss, cc, sc, xs, xc, xx float64
	w := 2 * math.Pi * f / CanonicalRate
	for i, v := range x {
		s, c := math.Sincos(w * float64(i))
		ss, cc, sc = ss+s*s, cc+c*c, sc+s*c
		xs, xc, xx = xs+float64(v)*s, xc+float64(v)*c, xx+float64(v)*float64(v)
	}
	det := ss*cc - sc*sc
	a, b := (xs*cc-xc*sc)/det, (xc*ss-xs*sc)/det
	for i, v := range x {
		s, c := math.Sincos(w * float64(i))
		e := float64(v) - a*s - b*c
		rest += e * e
	}
	return math.Hypot(a, b), math.Sqrt(rest / float64(len(x)))
}

func rms(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(len(x)))
}

func log20(v float64) float64 { return 20 * math.Log10(v) }

// relative to a sine of full scale.
func belowSine(r float64) float64 { return log20(r * math.Sqrt2) }

var rates = []int{4000, 8000, 11025, 12000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400, 192000, 16001, 44056, 37800, 190001}

// The promise: ripple within 0.01 dB up to 0.45 of the lower rate, and nothing
// but the tone itself above -100 dB.
func TestResamplerPassesSpeech(t *testing.T) {
	t.Parallel()
	for _, rate := range rates {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			t.Parallel()
			top := passband * float64(min(rate, CanonicalRate))
			for _, f := range []float64{50, 300, 1000, top / 2, 0.9 * top, top} {
				got, rest := fit(middle(through(rate, tone(f, rate, rate*2/5))), f)
				if d := log20(got); math.Abs(d) > 0.01 {
					t.Errorf("%.0f Hz comes out at %+.4f dB", f, d)
				}
				if d := belowSine(rest); d > -100 {
					t.Errorf("%.0f Hz brings images and noise of %.1f dB", f, d)
				}
			}
		})
	}
}

// Nothing above the canonical Nyquist frequency comes back as an alias.
func TestResamplerStopsAliases(t *testing.T) {
	t.Parallel()
	for _, rate := range rates {
		if rate < 2*8400 {
			continue
		}
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			t.Parallel()
			for _, f := range []float64{8050, 8400, 9000, 10000, 12345, 15000, 16000, 20000, 22000, 40000, 90000} {
				if 2*f >= float64(rate) {
					break
				}
				if d := belowSine(rms(middle(through(rate, tone(f, rate, rate*2/5))))); d > -100 {
					t.Errorf("%.0f Hz comes back at %.1f dB", f, d)
				}
			}
		})
	}
}

// Output m lies at m/16000 s exactly: the peak of a pulse stays in its place.
func TestResamplerHasNoDelay(t *testing.T) {
	t.Parallel()
	for _, rate := range rates {
		want := tone(440, CanonicalRate, CanonicalRate)
		got := through(rate, tone(440, rate, rate))
		if len(got) != CanonicalRate {
			t.Fatalf("%d Hz: a second has %d samples", rate, len(got))
		}
		var worst float64
		for i := CanonicalRate / 4; i < CanonicalRate*3/4; i++ {
			worst = max(worst, math.Abs(float64(got[i]-want[i])))
		}
		if worst > 1e-4 {
			t.Errorf("%d Hz: differs from the same tone at 16 kHz by %g", rate, worst)
		}
	}
}

func TestResamplerLength(t *testing.T) {
	t.Parallel()
	for _, rate := range rates {
		for _, n := range []int{1, 2, 3, 100, 159, 160, 441, 442, 12345} {
			want := (n*CanonicalRate + rate - 1) / rate
			if got := len(through(rate, make([]float32, n))); got != want {
				t.Errorf("%d samples at %d Hz become %d, want %d", n, rate, got, want)
			}
		}
	}
}

// A short sound is not lost in the filter's edges.
func TestResamplerKeepsShortSound(t *testing.T) {
	t.Parallel()
	x := make([]float32, 441)
	for i := range x {
		x[i] = 0.5
	}
	got := through(44100, x)
	if mid := got[len(got)/2]; math.Abs(float64(mid)-0.5) > 0.05 {
		t.Errorf("the middle of a 10 ms pulse of 0.5 is %g", mid)
	}
}

func TestDotPlain(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for n := 0; n <= 400; n += 8 {
		a, b := make([]float32, n), make([]float32, n+3)
		var want, size float64
		for i := range a {
			a[i], b[i] = rnd.Float32()-0.5, rnd.Float32()-0.5
			want += float64(a[i]) * float64(b[i])
			size += math.Abs(float64(a[i]) * float64(b[i]))
		}
		for name, f := range map[string]func(a, b []float32) float32{"dot": dot, "dotPlain": dotPlain} {
			if got := float64(f(a, b)); math.Abs(got-want) > 1e-6*(size+1e-9) {
				t.Errorf("%s of %d: %g, want %g", name, n, got, want)
			}
		}
	}
}

func BenchmarkResample(b *testing.B) {
	for _, rate := range []int{8000, 44100, 48000} {
		b.Run(fmt.Sprint(rate), func(b *testing.B) {
			x := tone(440, rate, blockFrames)
			r := newResampler(rate)
			b.SetBytes(int64(len(x)))
			for b.Loop() {
				r.process(x)
			}
		})
	}
}
