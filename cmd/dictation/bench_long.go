package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"dictation/deploy/local"
	"dictation/deploy/seed/corpus"
	"dictation/pipeline"
	"dictation/pipeline/transcribe"
	"dictation/pipeline/transcribe/pocketsphinx"
)

// longest is the length of the recording that "bench long" makes.
const longest = 30 * time.Minute

// benchLong measures a long dictation from receipt to draft against the engine
// alone, run once over the whole file in the same minutes. The voice is flite's,
// the words are the corpus's.
func benchLong(ctx context.Context, o benchOptions) (_ []figure, err error) {
	dir, remove, err := benchFolder(o)
	if err != nil {
		return nil, err
	}
	defer remove()
	fmt.Fprintln(o.stderr, "speaking half an hour of made-up dictation")
	sound, err := speakNotes(ctx, dir, longest)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "long.wav")
	if err := os.WriteFile(path, sound, 0o600); err != nil {
		return nil, err
	}
	srv, err := local.Start(ctx, local.Config{Data: filepath.Join(dir, "data")})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeServers(ctx, srv)) }()
	b, err := newBench(ctx, srv, func(c *config) { c.Engine, c.Engines, c.Data = "pocketsphinx", "", dir })
	if err != nil {
		return nil, err
	}
	defer b.close()

	alone, err := engineAlone(ctx, dir, path)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(o.stderr, "the engine alone: %.1f s\n", alone.Seconds())
	first, whole, err := b.longDraft(ctx, path)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(o.stderr, "receipt to draft: %.1f s, to its beginning: %.1f s\n", whole.Seconds(), first.Seconds())
	ratio := whole.Seconds() / alone.Seconds()
	return []figure{
		{Name: "the engine alone, whole file", Value: alone.Seconds(), Unit: "s"},
		{Name: "receipt → beginning of the draft", Value: first.Seconds(), Unit: "s"},
		{Name: "receipt → whole draft", Value: whole.Seconds(), Unit: "s"},
		aim("whole draft / the engine alone", ratio, "", "≤ 0.6 on 2 processors", ratio <= 0.6),
	}, nil
}

// speakNotes has flite speak notes of the corpus until they are long enough, and
// gives the sound as a WAV file.
func speakNotes(ctx context.Context, dir string, length time.Duration) ([]byte, error) {
	const seed, header, second = 7, 44, 2 * 16000
	var samples []byte
	path := filepath.Join(dir, "note.wav")
	for note := range corpus.Notes(seed, 10_000) {
		cmd := exec.CommandContext(ctx, "flite", "-voice", "slt", "-t", strings.Join(note.Spoken, "\n\n"), "-o", path)
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("flite speaks the dictation (install it with deploy/setup.sh): %w: %s", err, bytes.TrimSpace(out))
		}
		spoken, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		samples = append(samples, spoken[min(header, len(spoken)):]...)
		samples = append(samples, make([]byte, second)...)
		if len(samples) >= int(length.Seconds())*second {
			break
		}
	}
	return wavOf(samples), os.Remove(path)
}

// engineAlone is how long the engine takes for the whole file, with the model
// that the product uses.
func engineAlone(ctx context.Context, data, path string) (time.Duration, error) {
	m, _, err := shelfOf(data).Current()
	if err != nil {
		return 0, err
	}
	sound, err := transcribe.OpenAudio(path)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	_, err = pocketsphinx.New(withModel(m)).Transcribe(ctx, sound, transcribe.Hints{})
	return time.Since(began), err
}

// longDraft sends the recording and gives the times from its receipt to the
// beginning of the draft and to the whole.
func (b *bench) longDraft(ctx context.Context, path string) (first, whole time.Duration, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	d, err := b.sendSound(ctx, f)
	if err != nil {
		return 0, 0, err
	}
	received := time.Now()
	for {
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return 0, 0, err
		}
		if d, err = b.app.store.Dictation(ctx, d.ID); err != nil {
			return 0, 0, err
		}
		if first == 0 {
			pieces, err := b.app.store.Pieces(ctx, d.ID)
			if err != nil {
				return 0, 0, err
			}
			if _, words := pipeline.Pieced(pieces); len(words) > 0 {
				first = time.Since(received)
			}
		}
		switch {
		case d.State == pipeline.Failed:
			return 0, 0, errors.New(d.Reason)
		case d.TextN > 0:
			return first, time.Since(received), nil
		}
	}
}
