package transcribe

import (
	"slices"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/transcript"
	"dictation/transcript/check"
)

// result makes a draft of the words an engine heard, has it checked against the
// sound and against whom it is for, and stops it where it is for somebody else.
// speech is decode's map of the recording, nil where there is none.
func (h *Handler) result(job pipeline.Job, about About, speech []audio.Segment, engine string, heard Transcript) pipeline.Result {
	words := heard.Words()
	f := h.opts.Formatter.Format(words)
	d := transcript.Draft{Engine: engine, Text: f.Text, Words: words}
	r := pipeline.Result{Draft: &d}
	if !h.opts.TypeUnidentified {
		r.Unidentified = pipeline.ForIdentity
	}
	if len(words) == 0 {
		return r // somebody types it from the sound
	}
	in := check.Input{
		Text: d.Text, Words: f.Words(words), Spoken: words,
		Speech: spokenSpans(speech), DurationMS: job.Dictation.Sound.DurationMS,
		Second:  h.opts.Formatter.Format(heard.Second).Text,
		Patient: about.Patient, Worktype: string(job.Dictation.Worktype), Now: about.Now,
	}
	r.Flags = slices.Concat(check.Draft(in), asked(f, words), h.learnt.in(d.Text, in.Words))
	r.Heard = check.Header(in)
	r.Questions = contradicted(check.Identity(in))
	return r
}

// contradicted are the questions of a recording that speaks of somebody or
// something else than it is bound to.
func contradicted(said check.IdentityResult) (questions []pipeline.Question) {
	if said.Verdict != check.Mismatch {
		return nil
	}
	for _, f := range said.Fields {
		q := pipeline.PatientOther
		if f.Name == "worktype" {
			q = pipeline.WorktypeOther
		}
		if f.Verdict == check.Mismatch && f.Name != "sex" && !slices.Contains(questions, q) {
			questions = append(questions, q)
		}
	}
	return questions
}

// spokenSpans are the stretches of speech as the checks want them; nil when
// nobody looked.
func spokenSpans(segments []audio.Segment) []check.Span {
	if len(segments) == 0 {
		return nil
	}
	spans := []check.Span{}
	for _, s := range segments {
		if s.Speech {
			spans = append(spans, check.Span{StartMS: s.Start.Milliseconds(), EndMS: s.End.Milliseconds()})
		}
	}
	return spans
}

// signals is what each spoken signal asks of a person.
var signals = map[transcript.Action]struct {
	severity check.Severity
	says     string
}{
	transcript.Stat:        {check.Notice, "The author calls this urgent (STAT). Nothing was changed by it."},
	transcript.CopyTo:      {check.Notice, "The author asks for a copy to be sent."},
	transcript.NextPatient: {check.Critical, "“Next patient” was said here: what follows may belong to another patient. Split the recording, or make sure that it does not."},
}

// asked are flags for what the author asked for by voice: what was taken back,
// said after the end, or meant for people and not for the text.
func asked(f transcript.Formatted, words []transcript.Word) []check.Flag {
	var flags []check.Flag
	for _, s := range f.Signals {
		about, ok := signals[s.Kind]
		if !ok || s.First >= s.End {
			continue
		}
		place := f.Places[s.First]
		last := f.Places[s.End-1]
		flags = append(flags, check.Flag{
			Kind: check.Spoken, Severity: about.severity, Reason: about.says,
			Place: check.Place{Offset: place.Offset, Length: max(0, last.Offset+last.Length-place.Offset)},
			Audio: check.Span{StartMS: words[s.First].StartMS, EndMS: words[s.End-1].EndMS},
		})
	}
	for _, m := range f.Marks(words) {
		flags = append(flags, check.Flag{
			Kind: check.Spoken, Severity: check.Notice, Reason: m.Reason,
			Place: check.Place{Offset: m.Offset, Length: m.Length}, Audio: check.Span{StartMS: m.AudioMS, EndMS: m.AudioMS},
		})
	}
	return flags
}

// draft makes a draft of what an engine heard, for comparisons.
func draft(engine Description, heard Transcript) transcript.Draft {
	words := heard.Words()
	return transcript.Draft{Engine: engine.String(), Text: transcript.Format(words).Text, Words: words}
}
