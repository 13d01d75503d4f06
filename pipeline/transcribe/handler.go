package transcribe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/transcript"
)

// Options are the handler's choices; the zero value is good.
type Options struct {
	// TempDir is where sound lies while an engine listens to it; default the
	// system's. Each job's folder in it is private and removed at the end; only
	// a killed process leaves one behind, so the owner of TempDir empties it
	// at start.
	TempDir string
	Hints   Hints
}

// Handler does the transcribe stage. It implements [pipeline.Handler].
type Handler struct {
	blob   *blob.Store
	engine Engine
	opts   Options
}

// New gives the handler for an engine.
func New(b *blob.Store, e Engine, opts Options) *Handler {
	return &Handler{blob: b, engine: e, opts: opts}
}

// Handle fetches the canonical sound of the job's dictation, has it recognised
// and returns the draft. It obeys ctx; progress is the caller's to report.
func (h *Handler) Handle(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
	if about := h.engine.Describe(); !about.Words {
		// Nobody will listen: the sound need not be fetched.
		return pipeline.Result{Draft: &transcript.Draft{Engine: about.String()}}, nil
	}
	dir, err := os.MkdirTemp(h.opts.TempDir, "transcribe-")
	if err != nil {
		return pipeline.Result{}, pipeline.Wrap(pipeline.Unavailable, err, "There is no room to prepare the recording for recognition. It is kept and tried again.")
	}
	defer os.RemoveAll(dir)

	path := filepath.Join(dir, "canonical.wav")
	if err := h.fetch(ctx, job.Dictation.Sound.Canonical, path); err != nil {
		return pipeline.Result{}, err
	}
	audio, err := OpenAudio(path)
	if err != nil {
		return pipeline.Result{}, err
	}
	draft, err := h.recognise(ctx, audio)
	if err != nil {
		return pipeline.Result{}, err
	}
	return pipeline.Result{Draft: &draft}, nil
}

// fetch copies an object to a private file and makes sure it is whole.
func (h *Handler) fetch(ctx context.Context, obj pipeline.Object, path string) (err error) {
	r, err := h.blob.Read(ctx, obj.Key)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(f, hash), r); err != nil {
		return pipeline.Wrap(pipeline.Unavailable, err, "The prepared sound could not be fetched whole. The recording is kept and recognition is tried again.")
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != obj.SHA256 {
		return pipeline.Errorf(pipeline.Internal, "The prepared sound is not what was stored: its SHA-256 differs. Your recording is kept; ask for it to be decoded again.")
	}
	return nil
}

// recognise runs the engine and refuses an answer that drops speech.
func (h *Handler) recognise(ctx context.Context, a Audio) (transcript.Draft, error) {
	about := h.engine.Describe()
	if about.MaxDuration > 0 && a.Duration > about.MaxDuration {
		return transcript.Draft{}, pipeline.Errorf(pipeline.TooLarge,
			"The recording is longer than the %s that the speech engine takes. It is kept; choose another engine for it or type it.", about.MaxDuration)
	}
	heard, err := h.engine.Transcribe(ctx, a, h.opts.Hints)
	if err != nil {
		return transcript.Draft{}, err
	}
	words := heard.Words()
	if about.Words && len(words) == 0 {
		if err := refuseIfSpeech(a); err != nil {
			return transcript.Draft{}, err
		}
	}
	return transcript.Draft{Engine: about.String(), Text: transcript.Format(words).Text, Words: words}, nil
}

// refuseIfSpeech is the error for an engine that heard no word in a.
func refuseIfSpeech(a Audio) error {
	speech, err := speechIn(a.Path)
	if err != nil {
		return err
	}
	if speech < enoughSpeech {
		return nil
	}
	return pipeline.Errorf(pipeline.Unavailable,
		"The speech engine found no words although about %.0f seconds of the recording sound like speech. The recording is kept; recognition is tried again, or type it from the sound.", speech.Seconds())
}
