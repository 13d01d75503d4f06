package audio

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// spoken is a report made of stretches in seconds: speech, silence, speech …
func spokenFor(tones []Tone, seconds ...float64) Report {
	rep := Report{Tones: tones}
	for i, s := range seconds {
		start := rep.Duration
		rep.Duration += time.Duration(s * float64(time.Second))
		if s > 0 {
			rep.Segments = append(rep.Segments, Segment{Start: start, End: rep.Duration, Speech: i%2 == 0})
		}
	}
	return rep
}

func toneAt(name string, seconds ...float64) (out []Tone) {
	for _, s := range seconds {
		at := time.Duration(s * float64(time.Second))
		out = append(out, Tone{Start: at, End: at + 500*time.Millisecond, Name: name})
	}
	return out
}

func TestCuts(t *testing.T) {
	t.Parallel()
	type want struct {
		at   float64
		why  CutReason
		keys string
	}
	for name, c := range map[string]struct {
		rep  Report
		want []want
	}{
		"nothing":                 {Report{}, []want{{0, CutStart, ""}}},
		"silence":                 {spokenFor(nil, 0, 60), []want{{0, CutStart, ""}}},
		"one dictation":           {spokenFor(nil, 30, 2, 20, 3.9, 10), []want{{0, CutStart, ""}}},
		"two with a pause":        {spokenFor(nil, 30, 6, 20), []want{{0, CutStart, ""}, {33, CutPause, ""}}},
		"a word in a long pause":  {spokenFor(nil, 30, 6, 1, 8, 20), []want{{0, CutStart, ""}, {41, CutPause, ""}}},
		"pauses at both ends":     {spokenFor(nil, 0, 8, 20, 8), []want{{0, CutStart, ""}}},
		"two cue tones":           {spokenFor(toneAt(CueTone, 31, 32), 30, 1, 0.5, 0.5, 0.5, 1, 20), []want{{0, CutStart, ""}, {32.5, CutCue, ""}}},
		"keys, no pause":          {spokenFor(toneAt("#", 20), 40), []want{{0, CutStart, ""}, {20.5, CutKeys, "#"}}},
		"several keys":            {spokenFor(append(toneAt("4", 20), toneAt("2", 20.6)...), 40), []want{{0, CutStart, ""}, {21.1, CutKeys, "42"}}},
		"a cue before the speech": {spokenFor(toneAt(CueTone, 1), 0, 1, 0.5, 1, 20), []want{{0, CutStart, ""}}},
		"a cue behind the speech": {spokenFor(toneAt(CueTone, 21), 20, 1, 0.5, 1), []want{{0, CutStart, ""}}},
		"a short one after a cue": {spokenFor(toneAt(CueTone, 31), 30, 1, 0.5, 1, 1.5), []want{{0, CutStart, ""}, {31.5, CutCue, ""}}},
	} {
		got := Cuts(c.rep)
		checkCuts(t, c.rep, got)
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		for i, w := range c.want {
			if got[i].Start.Seconds() != w.at || got[i].Why != w.why || got[i].Keys != w.keys {
				t.Errorf("%s: part %d is %+v, want %+v", name, i, got[i], w)
			}
		}
	}
}

// checkCuts fails when parts do not tile the recording.
func checkCuts(t rapid.TB, rep Report, cuts []Cut) {
	t.Helper()
	at := time.Duration(0)
	for i, c := range cuts {
		if c.Start != at || c.End < c.Start || c.End == c.Start && len(cuts) > 1 || c.Speech < 0 || (c.Why == CutStart) != (i == 0) {
			t.Fatalf("part %d of %+v", i, cuts)
		}
		at = c.End
	}
	if at != rep.Duration {
		t.Fatalf("the parts end at %s, the recording at %s", at, rep.Duration)
	}
}

// Whatever the detectors say, however tones overlap each other and the end,
// the parts tile the recording, in time and in samples.
func TestCutsTile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rep := spokenFor(nil, rapid.SliceOfN(rapid.Float64Range(0, 10), 0, 14).Draw(t, "seconds")...)
		for _, at := range rapid.SliceOfN(rapid.Int64Range(0, int64(rep.Duration)+1), 0, 8).Draw(t, "tones") {
			length := rapid.Int64Range(0, int64(3*time.Second)).Draw(t, "length")
			name := rapid.SampledFrom([]string{CueTone, "1", "#"}).Draw(t, "name")
			rep.Tones = append(rep.Tones, Tone{Start: time.Duration(at), End: time.Duration(at + length), Name: name})
		}
		slices.SortFunc(rep.Tones, func(a, b Tone) int { return int(a.Start - b.Start) })
		cuts := Cuts(rep)
		checkCuts(t, rep, cuts)
		end := int64(0)
		for _, c := range cuts {
			if SampleAt(c.Start) != end {
				t.Fatalf("a part begins at sample %d, the one before ends at %d", SampleAt(c.Start), end)
			}
			end = SampleAt(c.End)
		}
	})
}

// A tape as it is: voice, hiss, three ways of parting.
func TestCutsOfATape(t *testing.T) {
	t.Parallel()
	voice := samplesOf(t, sample(t, "gen-voice.flac"))
	said := joined(voice, voice, voice)
	cue, key := keyed(1000, 0, 0.4), keyed(941, 1477, 0.2)
	rest := func(s float64) []float32 { return make([]float32, int(s*CanonicalRate)) }
	tape := joined(rest(1), said, rest(1), cue, rest(0.3), cue, rest(1), said, rest(7), said, rest(0.5), key, rest(0.5), said, rest(1))
	length := float64(len(said)) / CanonicalRate
	first := 1 + length + 1 + 1.1
	second := first + 1 + length + 3.5
	third := second + 3.5 + length + 0.7
	for _, floor := range []float64{-200, -60, -45} {
		x := added(tape, hiss(floor, len(tape)))
		rep, err := Convert(t.Context(), bytes.NewReader(wave(pcmFormat(CanonicalRate, 1, 16), data16(x))), Options{})
		if err != nil {
			t.Fatal(err)
		}
		cuts := Cuts(rep)
		checkCuts(t, rep, cuts)
		if len(cuts) != 4 || cuts[1].Why != CutCue || cuts[2].Why != CutPause || cuts[3].Why != CutKeys || cuts[3].Keys != "#" {
			t.Fatalf("hiss %.0f dBFS: %+v", floor, cuts)
		}
		for i, want := range []float64{0, first, second, third} {
			if d := cuts[i].Start.Seconds() - want; d > 0.4 || d < -0.4 {
				t.Errorf("hiss %.0f dBFS: part %d begins at %s, want %.2f s", floor, i, cuts[i].Start, want)
			}
		}
	}
}
