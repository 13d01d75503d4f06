package web

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"dictation/audio"
	"dictation/pipeline"
)

// heard is what is told about a recording: in words first, then in numbers.
type heard struct {
	Asks    []string // what somebody should look at before it is too late
	Lines   []fact   // in words
	Wrote   []fact   // what the recorder wrote
	Marks   []string // index marks
	Numbers []fact
}

// fact is one line of a list: what, and how it is.
type fact struct{ What, Is string }

// The limits of what is said in words. Those of the warnings are decode's.
const (
	silentDBFS = -60.0
	quietDBFS  = -30.0
	quietLUFS  = -36.0
	loudLUFS   = -14.0
	muchNoise  = 15.0 // dB of speech above it
	someNoise  = 25.0
	overdriven = 0.001 // of the samples
	offMiddle  = 0.05  // full scale ±1
	cutOffMS   = 100
)

// hear says what decode found out. by is the account that sent the recording.
func (sp *speech) hear(d pipeline.Dictation, rep audio.Report, by pipeline.User) *heard {
	h := &heard{Lines: []fact{
		{sp.t("Length"), sp.speechWords(d.Sound)}, {sp.t("Level"), sp.levelWords(d.Sound, rep)}, {sp.t("Noise"), sp.noiseWords(d.Sound)}, {sp.t("Completeness"), sp.wholeWords(d.Sound)},
	}}
	if math.Abs(d.Sound.DC) > offMiddle {
		h.Lines = append(h.Lines, fact{sp.t("Microphone"), sp.t("The sound lies off its middle line, as with a faulty microphone or cable. It can be used, but have it looked at.")})
	}
	if n := d.Sound.Parts; n > 1 && !d.Parted() {
		h.Lines = append(h.Lines, fact{sp.t("Dictations"), sp.t("It seems to hold %d dictations, one after the other.", n)})
	}
	h.Asks = sp.asks(d, by)
	h.Wrote = sp.wrote(d.Sound.Said)
	for _, c := range rep.Meta.Cues {
		h.Marks = append(h.Marks, strings.TrimSpace(pipeline.Clock(c.At.Milliseconds())+" "+c.Label))
	}
	h.Numbers = sp.numbers(d.Sound, rep)
	return h
}

func (sp *speech) speechWords(s pipeline.Sound) string {
	if s.SpeechMS == 0 {
		return sp.t("%s, and no speech was found in it.", length(s.DurationMS))
	}
	return sp.t("%s; for about %s of it somebody speaks (%d %%).", length(s.DurationMS), length(s.SpeechMS), min(100, s.SpeechMS*100/max(1, s.DurationMS)))
}

func (sp *speech) levelWords(s pipeline.Sound, rep audio.Report) string {
	switch {
	case s.PeakDBFS <= silentDBFS:
		return sp.t("Silent: there is nothing to hear. The microphone may have been off.")
	case clippedShare(s, rep) > overdriven:
		return sp.t("Overdriven: the loudest places are cut flat, and words may be misheard.")
	case s.PeakDBFS < quietDBFS:
		return sp.t("Very quiet; words may be missed.")
	case s.LUFS < quietLUFS:
		return sp.t("Quiet, but it can be used.")
	case s.LUFS > loudLUFS:
		return sp.t("Loud, but not overdriven.")
	}
	return sp.t("Good level.")
}

// clippedShare is the part of the samples at full scale. Without the original's
// rate it counts those of the canonical sound, which are no more.
func clippedShare(s pipeline.Sound, rep audio.Report) float64 {
	n := rep.Frames * int64(max(1, len(rep.Channels)))
	if n == 0 {
		n = s.DurationMS * audio.CanonicalRate / 1000
	}
	return float64(s.Clipped) / float64(max(1, n))
}

func (sp *speech) noiseWords(s pipeline.Sound) string {
	switch {
	case s.SNRDB == 0:
		return sp.t("How much noise there is could not be told.")
	case s.SNRDB < muchNoise:
		return sp.t("Much noise behind the voice; words may be misheard.")
	case s.SNRDB < someNoise:
		return sp.t("Some noise behind the voice.")
	}
	return sp.t("Little noise behind the voice.")
}

func (sp *speech) wholeWords(s pipeline.Sound) string {
	var w []string
	if s.MissingMS >= cutOffMS {
		w = append(w, sp.t("The end is missing: the file announces %s more than it holds.", length(max(1000, s.MissingMS))))
	}
	if s.Repaired {
		w = append(w, sp.t("The file is damaged in places or does not say how long it is. All that could be read is here."))
	}
	if w == nil {
		return sp.t("Whole; nothing is missing that the file announces.")
	}
	return strings.Join(w, " ")
}

// asks are the contradictions between what the recorder wrote and what was sent.
func (sp *speech) asks(d pipeline.Dictation, by pipeline.User) []string {
	var out []string
	said := d.Sound.Said
	if said.Priority == pipeline.STAT.String() && d.Priority == pipeline.Routine {
		out = append(out, sp.t("The recorder says that this dictation is urgent (STAT), but it was sent as routine. If it is urgent, tell an administrator now."))
	}
	if said.Author != "" && by.ID != "" && !sameAuthor(said.Author, by) {
		out = append(out, sp.t("The recorder says that it was dictated by “%s”, but it stands under the name of %s. If somebody else dictated it, tell an administrator before it is signed.", said.Author, by.Name))
	}
	return out
}

// sameAuthor reports whether what is set in a recorder may mean the account: it
// has a word of the name or the user name in it, or the initials.
func sameAuthor(said string, by pipeline.User) bool {
	apart := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	own := append(apart(by.Name), apart(by.Username)...)
	initials := ""
	for _, w := range apart(by.Name) {
		initials += string([]rune(w)[:1])
	}
	for _, w := range apart(said) {
		if w == initials {
			return true
		}
		for _, o := range own {
			if w == o && len([]rune(w)) > 1 && !titles[w] {
				return true
			}
		}
	}
	return false
}

// titles are words of a name that many share.
var titles = map[string]bool{"dr": true, "prof": true, "md": true, "do": true, "mr": true, "mrs": true, "ms": true}

// wrote lists what the recorder wrote, as it wrote it.
func (sp *speech) wrote(said audio.Said) []fact {
	var out []fact
	add := func(what, is string) {
		if is != "" {
			out = append(out, fact{what, is})
		}
	}
	add(sp.t("Author"), said.Author)
	add(sp.t("Kind of document"), said.Worktype)
	switch said.Priority {
	case pipeline.STAT.String():
		add(sp.t("Priority"), sp.t("STAT"))
	case pipeline.Routine.String():
		add(sp.t("Priority"), sp.t("Routine"))
	}
	if !said.Dictated.IsZero() {
		add(sp.t("Dictated"), sp.t("%s by its clock", said.Dictated.Format(sp.dateForm()+", 15:04")))
	}
	add(sp.t("Title"), said.Title)
	add(sp.t("Comment"), said.Comment)
	add(sp.t("Program or device"), said.Program)
	if said.Number != 0 {
		add(sp.t("Number in the recorder"), fmt.Sprint(said.Number))
	}
	return out
}

func (sp *speech) numbers(s pipeline.Sound, rep audio.Report) []fact {
	out := []fact{
		{sp.t("Format"), s.Format}, {sp.t("Length"), pipeline.Clock(s.DurationMS)}, {sp.t("Speech"), pipeline.Clock(s.SpeechMS)},
		{sp.t("Highest sample"), fmt.Sprintf("%.1f dBFS", s.PeakDBFS)}, {sp.t("Mean level"), fmt.Sprintf("%.1f dBFS", s.RMSDBFS)},
		{sp.t("Loudness (EBU R 128)"), fmt.Sprintf("%.1f LUFS", s.LUFS)}, {sp.t("Speech above noise"), fmt.Sprintf("%.0f dB", s.SNRDB)},
		{sp.t("Offset (DC)"), fmt.Sprintf("%.4f", s.DC)}, {sp.t("Samples at full scale"), fmt.Sprint(s.Clipped)},
		{sp.t("Missing"), fmt.Sprintf("%d ms", s.MissingMS)},
	}
	if s.SNRDB == 0 {
		out[6].Is = sp.t("not known")
	}
	for i, c := range rep.Channels {
		is := sp.t("highest %.1f dBFS, mean %.1f dBFS", c.PeakDBFS, c.RMSDBFS)
		if c.Dead {
			is += sp.t(", silent")
		}
		if c.Inverted {
			is += sp.t(", wired the wrong way round")
		}
		out = append(out, fact{sp.t("Channel %d", i+1), is})
	}
	if s.Playback.Key != "" {
		out = append(out, fact{sp.t("Small copy (MP3)"), sp.size(s.Playback.Size)})
	}
	return append(out, fact{sp.t("Recording as it is listened to"), sp.size(s.Canonical.Size)})
}
