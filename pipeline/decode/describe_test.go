package decode

import (
	"strings"
	"testing"
	"time"

	"dictation/audio"
)

func TestWarnings(t *testing.T) {
	t.Parallel()
	good := audio.Report{
		Info: audio.Info{Rate: 16000, Channels: 1}, Frames: 160000, Duration: 10 * time.Second,
		PeakDBFS: -6, RMSDBFS: -20, SNR: 30, Speech: 8 * time.Second, Channels: make([]audio.Channel, 1),
	}
	for _, c := range []struct {
		name    string
		change  func(*audio.Report)
		want    []string // beginnings
		signals int
	}{
		{"good", func(*audio.Report) {}, nil, 0},
		{"silent", func(r *audio.Report) { r.PeakDBFS = audio.FloorDBFS }, []string{"The recording is silent."}, 0},
		{"quiet", func(r *audio.Report) { r.PeakDBFS = -42 }, []string{"The recording is very quiet (peak 42 dB below"}, 0},
		{"cut off", func(r *audio.Report) { r.Missing = 65 * time.Second }, []string{"The recording was cut off: 1 min 5 s of 1 min 15 s"}, 0},
		{"a padding byte short", func(r *audio.Report) { r.Missing = time.Millisecond }, nil, 0},
		{"short", func(r *audio.Report) { r.Duration = 900 * time.Millisecond }, []string{"The recording is shorter"}, 0},
		{"a few loud samples", func(r *audio.Report) { r.Clipped = 160 }, nil, 0},
		{"overdriven", func(r *audio.Report) { r.Clipped = 16000 }, []string{"The recording is overdriven: 10.0 %"}, 0},
		{"noisy", func(r *audio.Report) { r.SNR = 9 }, []string{"There is much noise behind the voice (it is only 9 dB louder)"}, 0},
		{"no speech", func(r *audio.Report) { r.Speech, r.SNR = 0, 0 }, []string{"No speech was found"}, 0},
		{"off the middle", func(r *audio.Report) { r.DC = -0.08 }, []string{"The recording lies off the middle by 8 %"}, 0},
		{"nearly in the middle", func(r *audio.Report) { r.DC = 0.01 }, nil, 0},
		{"a signal", func(*audio.Report) {}, []string{"The recording seems to hold 2 dictations"}, 1},
		{"repaired", func(r *audio.Report) { r.Repaired = true }, []string{"The file is damaged in places or was never finished"}, 0},
		{"dead channel", func(r *audio.Report) { r.Channels = []audio.Channel{{}, {Dead: true}} }, []string{"Channel 2 of 2 carries no sound"}, 0},
		{"inverted channel", func(r *audio.Report) { r.Channels = []audio.Channel{{Inverted: true}, {}} }, []string{"Channel 1 of 2 is wired"}, 0},
		{"two faults", func(r *audio.Report) { r.Missing, r.PeakDBFS = time.Minute, -40 }, []string{"The recording was cut off", "The recording is very quiet"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := good
			c.change(&r)
			got := warnings(r, c.signals)
			if len(got) != len(c.want) {
				t.Fatalf("got %q", got)
			}
			for i, w := range c.want {
				if !strings.HasPrefix(got[i], w) {
					t.Errorf("got %q, want %q …", got[i], w)
				}
			}
		})
	}
}
