package audio

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// given is a Source of samples that lie in memory; it gives at most a few
// frames at a time.
type given struct {
	info Info
	x    []float32
	err  error // at the end, in place of io.EOF
}

func (g *given) Info() Info { return g.info }

func (g *given) Read(dst []float32) (int, error) {
	ch := g.info.Channels
	n := min(len(dst)/ch, len(g.x)/ch, 777)
	copy(dst, g.x[:n*ch])
	g.x = g.x[n*ch:]
	switch {
	case len(g.x) > 0:
		return n, nil
	case g.err != nil:
		return n, g.err
	}
	return n, io.EOF
}

// detailed tells what an outside decoder's caller knows of the file.
type detailed struct{ given }

func (detailed) Details() Details {
	return Details{Meta: Meta{IXML: "kept"}, Missing: 8000, Repaired: true}
}

// Sound from outside goes through the very chain that a WAV goes through.
func TestConvertSourceIsConvert(t *testing.T) {
	t.Parallel()
	x := scaled(tone(440, 44100, 3*44100), 0.5)
	file := wave(pcmFormat(44100, 1, 16), data16(x))
	stored := samplesOf(t, file)
	var a, b seekBuffer
	want, err := Convert(t.Context(), bytes.NewReader(file), Options{Canonical: &a})
	if err != nil {
		t.Fatal(err)
	}
	got, err := ConvertSource(t.Context(), &given{info: Info{Kind: M4A, Codec: "AAC", Rate: 44100, Channels: 1}, x: stored}, Options{Canonical: &b})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.b, b.b) {
		t.Error("the canonical sound differs")
	}
	if got.Info.String() != "M4A (MPEG-4) AAC 44100 Hz mono" || got.Frames != 3*44100 || got.LUFS != want.LUFS || !slices.Equal(got.Segments, want.Segments) {
		t.Errorf("got %+v", got)
	}
}

func TestConvertSourceDetails(t *testing.T) {
	t.Parallel()
	s := &detailed{given{info: Info{Kind: DSS, Rate: 8000, Channels: 1}, x: make([]float32, 8000)}}
	rep, err := ConvertSource(t.Context(), s, Options{})
	if err != nil || rep.Meta.IXML != "kept" || rep.Missing != time.Second || !rep.Repaired {
		t.Errorf("got %+v, %v", rep, err)
	}
}

func TestConvertSourceRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("the decoder died")
	second := make([]float32, 8000)
	for name, c := range map[string]struct {
		s    *given
		want error
		says string
	}{
		"no channel":    {&given{info: Info{Kind: MP3, Rate: 8000}}, ErrDamaged, "no sound channel"},
		"absurd rate":   {&given{info: Info{Kind: MP3, Rate: 1, Channels: 1}, x: second}, ErrLimit, "MinRate"},
		"many channels": {&given{info: Info{Kind: MP3, Rate: 8000, Channels: 9}, x: second}, ErrLimit, "MaxChannels"},
		"no sound":      {&given{info: Info{Kind: MP3, Rate: 8000, Channels: 1}}, ErrEmpty, "no sound"},
		"too long":      {&given{info: Info{Kind: MP3, Rate: 8000, Channels: 1}, x: slices.Repeat(second, 3)}, ErrLimit, "MaxDuration"},
		"broken":        {&given{info: Info{Kind: MP3, Rate: 8000, Channels: 1}, x: second, err: broken}, broken, "died"},
	} {
		_, err := ConvertSource(t.Context(), c.s, Options{Limits: Limits{MaxDuration: 2 * time.Second}})
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A decoder may go mad: what is no number is silence, and what is absurdly loud
// has a measure. Sound behind it is as it was.
func TestConvertSourceTamesSamples(t *testing.T) {
	t.Parallel()
	x := scaled(tone(440, 16000, 16000), 0.5)
	nan := float32(math.NaN())
	x[100], x[101], x[102] = nan, float32(math.Inf(1)), -1e30
	rep, err := ConvertSource(t.Context(), &given{info: Info{Kind: MP3, Rate: 16000, Channels: 1}, x: x}, Options{})
	if err != nil || math.IsNaN(rep.LUFS+rep.RMSDBFS+rep.DC+rep.SNR) || rep.PeakDBFS > 50 {
		t.Errorf("got %+v, %v", rep, err)
	}
	loud := scaled(tone(440, 16000, 16000), 200)
	rep, err = ConvertSource(t.Context(), &given{info: Info{Kind: MP3, Rate: 16000, Channels: 1}, x: loud}, Options{})
	if err != nil || rep.LUFS < 9 {
		t.Errorf("far above full scale: %+v, %v", rep, err)
	}
}
