package transcript

import (
	"slices"
	"strings"
	"testing"
)

func TestSignals(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("all is well period ", 20)
	for said, want := range map[string][]Signal{
		"no fever":                         nil,
		"this is a stat dictation on jane": {{Stat, 0, 4, "this is a stat"}},
		"a stat dose was given":            nil,
		"all well period stat please":      {{Stat, 3, 5, "stat please"}},
		long + "this is a stat " + long:    nil,
		"well period cc doctor jones":      {{CopyTo, 2, 5, "doctor jones"}},
		"five cc doctor jones gave":        nil,
		"well period copy to doctor ann jones comma doctor brown period bye": {{CopyTo, 2, 10, "doctor ann jones, doctor brown"}},
		"well period next patient jane":                                      {{NextPatient, 2, 4, "next patient"}},
		"the next patient was late":                                          nil,
		"well period end of dictation":                                       {{EndOfText, 2, 5, "end of dictation"}},
		"cc doctor jones scratch that well":                                  nil,
	} {
		if got := Format(timed(said)).Signals; !slices.Equal(got, want) {
			t.Errorf("%.40q: got %+v, want %+v", said, got, want)
		}
	}
}

func TestWordsAfterTheEndAreShownAsAMark(t *testing.T) {
	t.Parallel()
	words := timed("all well period end of dictation thank you bye period next patient jane doe period")
	f := Format(words)
	if want := "All well.\n\nJane doe."; f.Text != want {
		t.Errorf("got %q, want %q", f.Text, want)
	}
	want := []Mark{{Kind: QAMark, Offset: 11, AudioMS: words[6].StartMS, Reason: "said after the end of the dictation: thank you bye period"}}
	if got := f.Marks(words); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Who goes on for long after the end has not ended: the words are text.
func TestMuchAfterTheEndIsText(t *testing.T) {
	t.Parallel()
	words := timed("all well period end of dictation " + strings.Repeat("and more ", 20))
	f := Format(words)
	if !strings.HasPrefix(f.Text, "All well.\n\nAnd more") || len(f.Tails) != 0 {
		t.Errorf("%q", f.Text)
	}
	if marks := f.Marks(words); len(marks) != 1 || marks[0].AudioMS != words[3].StartMS {
		t.Errorf("%+v", marks)
	}
}

func TestNextPatientSplits(t *testing.T) {
	t.Parallel()
	words := timed("no fever period next patient plan colon rest period")
	s := Format(words).Signals[0]
	if got := Format(words[:s.First]).Text + "|" + Format(words[s.End:]).Text; got != "No fever.|PLAN: Rest." {
		t.Errorf("%q", got)
	}
}
