package pipeline_test

import (
	"testing"

	"pgregory.net/rapid"

	"dictation/pipeline"
)

func TestClock(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"0:00.0": 0, "0:00.1": 100, "2:05.3": 125_300, "2:05.345": 125_345, "59:59.9": 3_599_900, "1:02:05.0": 3_725_000,
	} {
		if got := pipeline.Clock(want); got != text {
			t.Errorf("%d is written %q, want %q", want, got, text)
		}
		if got, err := pipeline.ParseClock(text); err != nil || got != want {
			t.Errorf("%q is read as %d, %v", text, got, err)
		}
	}
	for text, want := range map[string]int64{
		"2:05": 125_000, " 2:05,3 ": 125_300, "125.3": 125_300, "90": 90_000, "75:00": 4_500_000, "0:01.12345678901234567890": 1_123, "1.": 1_000,
	} {
		if got, err := pipeline.ParseClock(text); err != nil || got != want {
			t.Errorf("%q is read as %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", ":", "-1", "+1", "1:-1", "1:60", "1:2:3:4", "1e3", "x", "0x10", "1:", ":5", "99:00:00", "1.2.3", "1.x", "9999999"} {
		if got, err := pipeline.ParseClock(text); pipeline.KindOf(err) != pipeline.Invalid {
			t.Errorf("%q is read as %d, %v", text, got, err)
		}
	}
}

func TestClockReadsWhatItWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 24*3600*1000).Draw(t, "ms")
		if got, err := pipeline.ParseClock(pipeline.Clock(ms)); err != nil || got != ms {
			t.Fatalf("%d is written %q and read as %d, %v", ms, pipeline.Clock(ms), got, err)
		}
	})
}

func FuzzParseClock(f *testing.F) {
	for _, s := range []string{"2:05.3", "1:02:05", "125,3", "-1", "1:60", "::", "9999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ms, err := pipeline.ParseClock(s)
		if err != nil {
			return
		}
		if ms < 0 || ms >= 25*3600*1000 {
			t.Fatalf("%q is read as %d", s, ms)
		}
		if again, err := pipeline.ParseClock(pipeline.Clock(ms)); err != nil || again != ms {
			t.Fatalf("%q: %d comes back as %d, %v", s, ms, again, err)
		}
	})
}
