package web

import (
	"strings"
	"testing"
	"time"

	"dictation/audio"
	"dictation/pipeline"
)

// good is a recording that nothing is wrong with.
func good() pipeline.Sound {
	return pipeline.Sound{
		Canonical: pipeline.Object{Key: "k", Size: 3_200_044}, DurationMS: 100_000, SpeechMS: 88_000, PeakDBFS: -6, RMSDBFS: -24,
		LUFS: -22, SNRDB: 40, Format: "WAV PCM 16-bit 16000 Hz mono", Parts: 1,
	}
}

func (h *heard) all() string {
	var b strings.Builder
	for _, f := range h.Lines {
		b.WriteString(f.What + ": " + f.Is + "\n")
	}
	for _, f := range h.Wrote {
		b.WriteString("wrote " + f.What + ": " + f.Is + "\n")
	}
	return b.String() + strings.Join(h.Asks, "\n") + "\n" + strings.Join(h.Marks, "\n")
}

func TestHeardInWords(t *testing.T) {
	t.Parallel()
	by := pipeline.User{ID: "1", Username: "mkuhn", Name: "Dr Maria Kuhn"}
	for name, c := range map[string]struct {
		change func(*pipeline.Dictation, *audio.Report)
		want   string
	}{
		"length":       {func(*pipeline.Dictation, *audio.Report) {}, "1:40; for about 1:28 of it somebody speaks (88 %)."},
		"good":         {func(*pipeline.Dictation, *audio.Report) {}, "Level: Good level.\nNoise: Little noise behind the voice.\nCompleteness: Whole;"},
		"silent":       {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.PeakDBFS = -120 }, "Silent:"},
		"no speech":    {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.SpeechMS = 0 }, "no speech was found"},
		"very quiet":   {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.PeakDBFS = -40 }, "Very quiet"},
		"quiet":        {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.LUFS = -40 }, "Quiet, but it can be used."},
		"loud":         {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.LUFS = -10 }, "Loud, but not overdriven."},
		"overdriven":   {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.Clipped = 5_000 }, "Overdriven"},
		"hardly":       {func(d *pipeline.Dictation, r *audio.Report) { d.Sound.Clipped, r.Frames = 5_000, 20_000_000 }, "Good level"},
		"some noise":   {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.SNRDB = 20 }, "Some noise"},
		"much noise":   {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.SNRDB = 8 }, "Much noise"},
		"no estimate":  {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.SNRDB = 0 }, "could not be told"},
		"cut off":      {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.MissingMS = 65_000 }, "announces 1:05 more than it holds"},
		"damaged":      {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.Repaired = true }, "damaged in places"},
		"offset":       {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.DC = -0.2 }, "off its middle line"},
		"several":      {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.Parts = 4 }, "It seems to hold 4 dictations"},
		"stat":         {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.Said.Priority = "stat" }, "urgent (STAT), but it was sent as routine"},
		"other author": {func(d *pipeline.Dictation, _ *audio.Report) { d.Sound.Said.Author = "INNA" }, "dictated by “INNA”, but it stands under the name of Dr Maria Kuhn"},
		"by its clock": {func(d *pipeline.Dictation, _ *audio.Report) {
			d.Sound.Said.Dictated = time.Date(2010, 3, 2, 14, 5, 0, 0, time.UTC)
		}, "wrote Dictated: 2 Mar 2010, 14:05 by its clock"},
		"index marks": {func(_ *pipeline.Dictation, r *audio.Report) {
			r.Meta.Cues = []audio.Cue{{At: 12 * time.Second, Label: "addendum"}}
		}, "0:12.0 addendum"},
	} {
		d, rep := pipeline.Dictation{Sound: good(), Priority: pipeline.Routine}, audio.Report{}
		c.change(&d, &rep)
		if got := english.hear(d, rep, by).all(); !strings.Contains(got, c.want) {
			t.Errorf("%s: want %q in\n%s", name, c.want, got)
		}
	}
	d := pipeline.Dictation{Sound: good(), Priority: pipeline.STAT}
	d.Sound.Said = audio.Said{Priority: "stat", Author: "KUHN"}
	if asks := english.hear(d, audio.Report{}, by).Asks; asks != nil {
		t.Errorf("nothing contradicts, and yet: %q", asks)
	}
}

func TestSameAuthor(t *testing.T) {
	t.Parallel()
	by := pipeline.User{Username: "mkuhn", Name: "Dr Maria Kuhn"}
	for said, want := range map[string]bool{
		"KUHN": true, "Kuhn, Maria": true, "mkuhn": true, "dmk": true, "MARIA K": true,
		"INNA": false, "Dr": false, "Dr Meyer": false, "K": false, "": false, "DICT": false,
	} {
		if got := sameAuthor(said, by); got != want {
			t.Errorf("%q: %v", said, got)
		}
	}
}
