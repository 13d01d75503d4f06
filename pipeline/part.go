package pipeline

// ForSplit is why a recording with several dictations waits before it is
// recognised: cut in the wrong place, words would reach the wrong patient.
const ForSplit = "The recording holds several dictations: confirm where each begins."

// Part says which stretch of a longer recording, such as a side of a tape, a
// dictation was cut from. The zero value is no part.
type Part struct {
	Of   string // id of the dictation that was split
	From int64  // in samples of its canonical sound, half-open
	To   int64
}

// MustSplit reports whether a person has to look before the sound is
// recognised: the sender says that it holds several dictations, or somebody
// gave a signal between them. What was cut by a person is not asked about again.
func (d Dictation) MustSplit() bool {
	return d.Part.Of == "" && (d.Several || d.Sound.Signals > 0)
}

// AwaitsSplit reports whether the dictation is on hold for that reason.
func (d Dictation) AwaitsSplit() bool {
	return d.Stage == Transcribe && d.State == Held && d.Reason == ForSplit
}

// Parted reports whether the dictation ended by being split: its parts live on
// as dictations of their own, and it has no note.
func (p Position) Parted() bool { return p.State == Finished && p.Stage != Deliver }

// CheckSplit says in a Conflict error why the dictation cannot be split; nil where
// it can. What somebody has typed must not be left behind in a recording that
// lives on in parts.
func (d Dictation) CheckSplit() error {
	if d.Stage == Review && d.TextN > 1 {
		return errTyped()
	}
	return d.Position.checkSplit()
}

func errTyped() error {
	return Errorf(Conflict, "It is too late to split this recording: its text has been typed. Nothing was changed.")
}

// checkSplit is CheckSplit as far as the table of moves goes.
func (p Position) checkSplit() error {
	_, err := Next(p, Split)
	switch {
	case err == nil:
		return nil
	case p.Parted():
		return Errorf(Conflict, "This recording was split before; its parts are dictations of their own.")
	case p.Stage == Decode && p.State == Failed:
		return Errorf(Conflict, "This recording could not be prepared for listening, so it cannot be split. The original is kept unchanged.")
	case p.Stage == Decode:
		return Errorf(Conflict, "The recording is still being prepared for listening. It can be split when that is done.")
	case p.Stage == Transcribe:
		return Errorf(Conflict, "Speech is being recognised just now. Try again in a moment; nothing was changed.")
	case p.Step == Typing:
		return Errorf(Conflict, "A transcriptionist has this dictation in hand. It can be split when it was given back; nothing was changed.")
	}
	return errTyped()
}
