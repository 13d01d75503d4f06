package transcribe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/transcript"
)

// Divide implements [pipeline.Divider]: a recording longer than the pieces that
// the chosen engine wants is recognised by all workers together.
func (h *Handler) Divide(ctx context.Context, job pipeline.Job) ([]pipeline.Piece, error) {
	about, err := h.about(ctx, job.Dictation)
	if err != nil {
		return nil, err
	}
	q := request(job.Dictation, about)
	m := h.router.first(q)
	sound := job.Dictation.Sound
	if most := m.most(); most == 0 || soundLength(sound) <= most {
		return nil, nil
	}
	if err := h.router.ready(q); err != nil {
		return nil, err
	}
	var spans []Span
	err = h.withSound(ctx, sound, func(dir string, a Audio, speech []audio.Segment) error {
		spans, err = m.plan(ctx, &Task{Audio: a, Speech: speech, Dir: dir})
		return err
	})
	pieces := make([]pipeline.Piece, len(spans))
	for i, s := range spans {
		pieces[i] = pipeline.Piece{N: i, StartMS: s.From.Milliseconds(), EndMS: int64(math.Ceil(s.To.Seconds() * 1000))}
	}
	return pieces, err
}

// soundLength is the exact length of a canonical recording, from its size.
func soundLength(s pipeline.Sound) time.Duration {
	return time.Duration(max(0, s.Canonical.Size-headerLength)/2) * time.Second / sampleRate
}

// HandlePiece implements [pipeline.Divider]. Where the engines end with one that
// does not recognise, the piece has its name and no words: Join then leaves the
// whole recording to typing.
func (h *Handler) HandlePiece(ctx context.Context, job pipeline.Job, p pipeline.Piece) (pipeline.PieceResult, error) {
	about, err := h.about(ctx, job.Dictation)
	if err != nil {
		return pipeline.PieceResult{}, err
	}
	length := soundLength(job.Dictation.Sound)
	span := Span{time.Duration(p.StartMS) * time.Millisecond, min(length, time.Duration(p.EndMS)*time.Millisecond)}
	speech, err := h.speech(ctx, job.Dictation.Sound, length)
	if err != nil {
		return pipeline.PieceResult{}, err
	}
	dir, err := h.room()
	if err != nil {
		return pipeline.PieceResult{}, err
	}
	defer os.RemoveAll(dir)
	q := request(job.Dictation, about)
	cut := func(path string, s Span) error { return h.cutObject(ctx, job.Dictation.Sound.Canonical.Key, path, s) }
	names, _ := h.router.Choose(q)
	var failed []error
	for _, name := range names {
		m := h.router.members[name]
		if !m.about.Words {
			return pipeline.PieceResult{Piece: p, Engine: m.about.String()}, nil
		}
		words, err := m.piece(ctx, q, span, speech, about.Hints, dir, cut)
		if err == nil {
			return pipeline.PieceResult{Piece: p, Engine: m.about.String(), Words: words}, nil
		}
		if ctx.Err() != nil {
			return pipeline.PieceResult{}, err
		}
		failed = append(failed, err)
	}
	return pipeline.PieceResult{}, together(names, failed)
}

// piece has one engine recognise a span that cut brings into a file, where it is
// well and can. The words' times are those of the whole.
func (m *member) piece(ctx context.Context, q Request, s Span, speech []audio.Segment, hints Hints, dir string,
	cut func(path string, s Span) error) (words []transcript.Word, err error) {
	with := Span{max(0, s.From-m.about.LeadIn), s.To}
	if most := m.about.MaxDuration; most > 0 && with.Length() > most+roundSlack {
		return nil, pipeline.Errorf(pipeline.TooLarge, "A piece of the recording is longer than the speech engine %s takes. The recording is kept; choose an engine for it that takes longer sound, or type it.", m.about.Name)
	}
	err = m.guard(ctx, q, func() error {
		leave, err := m.gate.enter(ctx, q.Priority == pipeline.STAT)
		if err != nil {
			return pipeline.Wrap(pipeline.Unavailable, err, "Recognition was stopped before it was done; nothing is lost and it starts again.")
		}
		defer leave()
		path := filepath.Join(dir, fmt.Sprintf("piece-%s.wav", m.about.Name))
		if err := cut(path, with); err != nil {
			return err
		}
		heard, err := hear(ctx, m.engine, Audio{Path: path, Duration: with.Length(), Part: true}, hints, dir)
		if err != nil {
			return err
		}
		lead := s.From - with.From
		p := Piece{s, heard.from(lead)}
		words = joined([]Piece{p}).Words()
		if len(words) > 0 || len(speech) > 0 {
			return refuseSilentPiece(p, speech)
		}
		found, err := mapSpeech(ctx, path)
		if err != nil {
			return err
		}
		return refuseSilentPiece(Piece{Span{lead, with.Length()}, p.Heard}, found)
	})
	return words, err
}

// roundSlack is by how much a piece may be longer than it was planned: its ends
// are whole milliseconds.
const roundSlack = 2 * time.Millisecond

// cutObject brings a span of a stored canonical recording into a file.
func (h *Handler) cutObject(ctx context.Context, key, path string, s Span) (err error) {
	r, err := h.blob.Get(ctx, key)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	err = audio.CopyPart(f, r, audio.SampleAt(s.From), audio.SampleAt(s.To))
	return pipeline.Wrap(pipeline.Unavailable, err, "A piece of the recording could not be fetched for recognition. The recording is kept and recognition is tried again.")
}

// Join implements [pipeline.Divider].
func (h *Handler) Join(ctx context.Context, job pipeline.Job, pieces []pipeline.PieceResult) (pipeline.Result, error) {
	about, err := h.about(ctx, job.Dictation)
	if err != nil {
		return pipeline.Result{}, err
	}
	length := soundLength(job.Dictation.Sound)
	speech, err := h.speech(ctx, job.Dictation.Sound, length)
	if err != nil {
		return pipeline.Result{}, err
	}
	if engine, ok := h.router.leftToTyping(pieces, speech); ok {
		return h.result(job, about, nil, engine, Transcript{}), nil
	}
	engine, words := pipeline.Pieced(pieces)
	if len(words) == 0 && speechWithin(speech, Span{0, length}) >= enoughSpeech {
		return pipeline.Result{}, pipeline.Errorf(pipeline.Unavailable, "The speech engine found no words in a long recording that has speech. The recording is kept; recognition is tried again, or type it from the sound.")
	}
	return h.result(job, about, speech, engine, Transcript{Utterances: []Utterance{{Words: words}}}), nil
}

// leftToTyping reports whether a piece has no words that are there to hear, and
// what it was left to. A draft with a hole in it would hide what is missing: the
// whole recording is typed from the sound. What is no engine any more, as the
// settings have changed, is known by the speech in its piece.
func (r *Router) leftToTyping(pieces []pipeline.PieceResult, speech []audio.Segment) (engine string, ok bool) {
	for _, p := range pieces {
		if len(p.Words) > 0 {
			continue
		}
		for _, m := range r.members {
			if !m.about.Words && m.about.String() == p.Engine {
				return p.Engine, true
			}
		}
		span := Span{time.Duration(p.StartMS) * time.Millisecond, time.Duration(p.EndMS) * time.Millisecond}
		if refuseSilentPiece(Piece{Span: span}, speech) != nil {
			return p.Engine, true
		}
	}
	return "", false
}

// withSound fetches a recording into a room of its own and calls f with it.
func (h *Handler) withSound(ctx context.Context, s pipeline.Sound, f func(dir string, a Audio, speech []audio.Segment) error) error {
	dir, err := h.room()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "canonical.wav")
	if err := h.fetch(ctx, s.Canonical, path); err != nil {
		return err
	}
	a, err := OpenAudio(path)
	if err != nil {
		return err
	}
	speech, err := h.speech(ctx, s, a.Duration)
	if err != nil {
		return err
	}
	return f(dir, a, speech)
}

// room makes a private folder for a job's sound.
func (h *Handler) room() (string, error) {
	dir, err := os.MkdirTemp(h.opts.TempDir, "transcribe-")
	return dir, pipeline.Wrap(pipeline.Unavailable, err, "There is no room to prepare the recording for recognition. It is kept and tried again.")
}
