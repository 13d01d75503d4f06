package decode

import (
	"fmt"
	"math"
	"time"

	"dictation/audio"
	"dictation/pipeline"
)

// The limits of what passes without a warning.
const (
	silentPeak   = -60.0 // dBFS: nothing above it is no speech
	quietPeak    = -30.0 // dBFS
	noisy        = 15.0  // dB of speech above the noise
	clippedShare = 0.001 // of the samples
	shortest     = time.Second
	cutOff       = 100 * time.Millisecond // less is missing from many sound files
	offset       = 0.05                   // mean, of full scale: -26 dBFS of nothing
)

// Describe puts a report into the words of a dictation's row; the keys and
// objects of what was stored stay empty.
func Describe(r audio.Report) pipeline.Sound {
	cuts := audio.Cuts(r)
	return pipeline.Sound{
		DurationMS: r.Duration.Milliseconds(),
		PeakDBFS:   min(0, r.PeakDBFS), // samples that are fractions can be above full scale
		RMSDBFS:    min(0, r.RMSDBFS),
		Clipped:    r.Clipped,
		LUFS:       r.LUFS,
		SNRDB:      r.SNR,
		SpeechMS:   r.Speech.Milliseconds(),
		Format:     r.Info.String(),
		Warnings:   warnings(r, signalled(cuts)),
		DC:         r.DC,
		MissingMS:  r.Missing.Milliseconds(),
		Repaired:   r.Repaired,
		Said:       r.Meta.Said(),
		Parts:      len(cuts),
		Signals:    signalled(cuts),
	}
}

// signalled counts the parts that begin where somebody gave a signal.
func signalled(cuts []audio.Cut) (n int) {
	for _, c := range cuts {
		if c.Why == audio.CutCue || c.Why == audio.CutKeys {
			n++
		}
	}
	return n
}

// warnings are sentences for the author, worst first. A pause alone is no sign
// of another dictation; a signal is.
func warnings(r audio.Report, signals int) []string {
	var w []string
	warn := func(when bool, format string, args ...any) {
		if when {
			w = append(w, fmt.Sprintf(format, args...))
		}
	}
	silent := r.PeakDBFS <= silentPeak
	warn(silent, "The recording is silent. It is kept as you sent it; please check that the microphone was on, and dictate again.")
	warn(r.Missing >= cutOff, "The recording was cut off: %s of %s did not arrive. What arrived is kept; please check the end, and add what is missing.",
		spoken(r.Missing), spoken(r.Missing+r.Duration))
	warn(r.Duration < shortest, "The recording is shorter than a second. Please check that it is the whole dictation.")
	warn(!silent && r.PeakDBFS < quietPeak, "The recording is very quiet (peak %.0f dB below full scale). Words may be missed; please speak closer to the microphone.", -r.PeakDBFS)
	warn(share(r) > clippedShare, "The recording is overdriven: %.1f %% of it is at the loudest possible level. It is kept as you sent it, but words may be misheard; please lower the recording level, and dictate again what cannot be understood.", 100*share(r))
	warn(!silent && r.Speech == 0, "No speech was found in the recording. Please check that it is the right one.")
	warn(signals > 0, "The recording seems to hold %d dictations, for there are signal tones in it. Please check, and have it parted before it is typed if it is about more than one patient.", signals+1)
	warn(r.SNR > 0 && r.SNR < noisy, "There is much noise behind the voice (it is only %.0f dB louder). Words may be misheard; please dictate in a quieter place or closer to the microphone.", r.SNR)
	warn(math.Abs(r.DC) > offset, "The recording lies off the middle by %.0f %% of full scale, as from a faulty microphone or sound card. The voice is not harmed, but loud words may be distorted; please have the device checked.", 100*math.Abs(r.DC))
	warn(r.Repaired, "The file is damaged in places or was never finished, as after a recorder stopped suddenly. Everything that can be read was used; please check that nothing is missing.")
	for i, c := range r.Channels {
		warn(c.Dead, "Channel %d of %d carries no sound; the others were used.", i+1, len(r.Channels))
		warn(c.Inverted, "Channel %d of %d is wired the wrong way round and would cancel the voice; it was left out where it does.", i+1, len(r.Channels))
	}
	return w
}

// share is the part of the samples that are at full scale.
func share(r audio.Report) float64 {
	n := r.Frames * int64(max(1, len(r.Channels)))
	return float64(r.Clipped) / float64(max(1, n))
}

// spoken is a length of time as people say it: "12 s", "3 min 5 s".
func spoken(d time.Duration) string {
	s := int64(d.Round(time.Second) / time.Second)
	switch {
	case d.Round(100*time.Millisecond) < time.Second:
		return "less than 1 s"
	case s < 60:
		return fmt.Sprintf("%d s", s)
	}
	return fmt.Sprintf("%d min %d s", s/60, s%60)
}
