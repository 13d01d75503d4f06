package audio

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// close enough for sums of n numbers of size 1 in single precision.
func near(a, b float32, n int) bool {
	return math.Abs(float64(a-b)) <= 1e-6*float64(n+1)
}

// Every fast loop does what its plain form does, at every length.
func TestKernels(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	x := make([]float32, 700)
	for i := range x {
		x[i] = 2*rnd.Float32() - 1
	}
	for n := range 100 {
		h := x[600 : 600+n&^7]
		var a, b [8]float32
		dot8Plain(h, x, 37, &b)
		for name, dot8 := range dot8Forms() {
			dot8(h, x, 37, &a)
			for i := range a {
				if !near(a[i], b[i], n) {
					t.Errorf("%s of %d: %v, want %v", name, len(h), a, b)
				}
			}
		}
		if got, want := dot(h, x), dotPlain(h, x); !near(got, want, n) {
			t.Errorf("dot of %d: %g, want %g", len(h), got, want)
		}
		f, g := make([]float32, n), make([]float32, n)
		fir(f, x[:n+12], x[600:613])
		firPlain(g, x[:n+12], x[600:613])
		m, o := make([]float32, n), make([]float32, n)
		mixStereo(m, x[:2*n], 0.25, 0.75)
		mixStereoPlain(o, x[:2*n], 0.25, 0.75)
		for i := range n {
			if !near(f[i], g[i], 13) || !near(m[i], o[i], 2) {
				t.Fatalf("fir or mix of %d differs at %d: %g %g, %g %g", n, i, f[i], g[i], m[i], o[i])
			}
		}
		var l, p lanes
		observe(x[:2*n], &l)
		observePlain(x[:2*n], &p)
		for k := range 8 {
			if !near(l.sum[k], p.sum[k], n) || !near(l.square[k], p.square[k], n) || l.peak[k] != p.peak[k] || !near(l.cross[k], p.cross[k], n) {
				t.Fatalf("observe of %d: %+v, want %+v", 2*n, l, p)
			}
		}
	}
}

func TestSplitKernel(t *testing.T) {
	t.Parallel()
	for n := range 70 {
		in := make([]float32, 2*n)
		for i := range in {
			in[i] = float32(i)
		}
		even, odd := make([]float32, n), make([]float32, n)
		split(even, odd, in)
		for i := range even {
			if even[i] != float32(2*i) || odd[i] != float32(2*i+1) {
				t.Fatalf("%d pairs: %v %v", n, even, odd)
			}
		}
	}
}

func TestGoertzel(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(7, 8))
	coeff := newTones().coeff
	for n := range 100 {
		x := make([]float32, n)
		for i := range x {
			x[i] = 2*rnd.Float32() - 1
		}
		var a, b, c, d [12]float32
		goertzel(x, &coeff, &a, &b)
		goertzelPlain(x, &coeff, &c, &d)
		for i := range a {
			if !near(a[i], c[i], 100*n) || !near(b[i], d[i], 100*n) {
				t.Fatalf("frequency %d of %d samples: %g %g, want %g %g", i, n, a[i], b[i], c[i], d[i])
			}
		}
	}
}

func TestIntegerKernels(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(5, 6))
	x := []float32{0, 1, -1, 2, -2, 256, -256, 0.5 / 32768, 1.5 / 32768, -0.5 / 32768, -1.5 / 32768, 32767.0 / 32768}
	for len(x) < 100 {
		x = append(x, 3*rnd.Float32()-1.5)
	}
	for n := range len(x) {
		a, b := make([]int16, n), make([]int16, n)
		quantize(a, x[:n])
		quantizePlain(b, x[:n])
		if !slices.Equal(a, b) {
			t.Fatalf("quantize of %d: %v, want %v", n, a, b)
		}
		raw := make([]byte, 2*n)
		for i := range raw {
			raw[i] = byte(rnd.Uint32())
		}
		f, g := make([]float32, n), make([]float32, n)
		decode16(f, raw)
		decode16Plain(g, raw)
		if !slices.Equal(f, g) {
			t.Fatalf("decode16 of %d: %v, want %v", n, f, g)
		}
		if n == 0 {
			continue
		}
		for i := range a {
			a[i] = int16(rnd.Uint32())
		}
		if low, top := span(a); low != slices.Min(a) || top != slices.Max(a) {
			t.Fatalf("span of %v: %d, %d", a, low, top)
		}
	}
}

func TestQuantizeRounds(t *testing.T) {
	t.Parallel()
	got := make([]int16, 6)
	quantize(got, []float32{0.4 / 32768, 0.6 / 32768, -0.6 / 32768, 1, -1, 0.5})
	if want := []int16{0, 1, -1, 32767, -32768, 16384}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
