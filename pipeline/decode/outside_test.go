package decode

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/decode/ffmpeg"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	status, err := New(nil, Options{}).Check(t.Context())
	if err != nil || status.Version == "" || status.Sandbox == "" {
		t.Errorf("got %+v, %v", status, err)
	}
}

// What package audio does not read goes the same way to the same result.
func TestHandleByFFmpeg(t *testing.T) {
	t.Parallel()
	file := sample(t, "speech.mp3")
	h, store, job, dir := setup(t, file)
	for range 2 { // a job that is done twice ends the same
		res, err := h.Handle(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		s := res.Sound
		if s.DurationMS < 1765 || s.DurationMS > 1802 || s.Format != "MP3 16000 Hz mono" || len(s.Warnings) != 0 || math.Abs(s.RMSDBFS+21.15) > 0.1 {
			t.Errorf("sound is %+v", s)
		}
		canonical := get(t, store, blob.CanonicalKey(job.Dictation.ID))
		if s.Canonical.SHA256 != sum(canonical) || int64(len(canonical)) != s.Canonical.Size {
			t.Errorf("canonical object is %+v, %d bytes are there", s.Canonical, len(canonical))
		}
		if p, err := audio.ReadPeaks(bytes.NewReader(get(t, store, s.PeaksKey))); err != nil || len(p.Pairs) == 0 {
			t.Errorf("waveform: %v", err)
		}
	}
	if got := get(t, store, job.Dictation.Original.Key); !bytes.Equal(got, file) {
		t.Error("the original was changed")
	}
	emptied(t, dir)
}

// counted counts how often an original is opened.
func counted(b []byte, times *int) original {
	o := bytesOf(b)
	open := o.open
	o.open = func(ctx context.Context) (io.ReadCloser, error) {
		*times++
		return open(ctx)
	}
	return o
}

func TestSecondReading(t *testing.T) {
	t.Parallel()
	unknown := bytes.Clone(sample(t, "gen-libgsm_ms.wav"))
	binary.LittleEndian.PutUint16(unknown[20:], 0x4242)
	for name, c := range map[string]struct {
		file   []byte
		opened int
		format string
		says   string // empty: it is read
	}{
		"plain WAV":     {voice(16000, 1, 1600, 0.5), 1, "WAV PCM 16-bit 16000 Hz mono", ""},
		"MP3":           {sample(t, "speech.mp3"), 1, "MP3 16000 Hz mono", ""},
		"GSM in a WAV":  {sample(t, "gen-libgsm_ms.wav"), 2, "WAV GSM 6.10 8000 Hz mono", ""},
		"unknown codec": {unknown, 2, "", "code 0x4242"}, // package audio's sentence says more than ffmpeg's
		"a text":        {[]byte("Dear colleague,\n"), 1, "", "text file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			times := 0
			c2, err := newConverter(Options{}).convert(t.Context(), counted(c.file, &times))
			if err := c2.close(); err != nil {
				t.Error(err)
			}
			if times != c.opened {
				t.Errorf("opened %d times", times)
			}
			if c.says == "" && (err != nil || c2.report.Info.String() != c.format) {
				t.Errorf("got %q, %v", c2.report.Info, err)
			}
			if c.says != "" && (pipeline.KindOf(err) != pipeline.Unreadable || !strings.Contains(pipeline.Sentence(err), c.says)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Where ffmpeg is missing, what needs it waits for the administrator, and the
// rest goes on.
func TestWithoutFFmpeg(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	v := newConverter(Options{TempDir: dir, FFmpeg: ffmpeg.Config{Path: "/nowhere/ffmpeg"}})
	for _, name := range []string{"speech.mp3", "gen-libgsm_ms.wav"} {
		c, err := v.convert(t.Context(), bytesOf(sample(t, name)))
		if err := c.close(); err != nil {
			t.Error(err)
		}
		if pipeline.OutcomeOf(err) != pipeline.Again || !strings.Contains(pipeline.Sentence(err), "install") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	c, err := v.convert(t.Context(), bytesOf(voice(8000, 1, 8000, 0.5)))
	if err := errors.Join(err, c.close()); err != nil {
		t.Error(err)
	}
	emptied(t, dir)
}

// What a DSS recorder wrote comes with the recording, although ffmpeg decodes it.
func TestHeaderOfDSS(t *testing.T) {
	t.Parallel()
	rep, err := Probe(t.Context(), bytesOf(sample(t, "noise.dss")).open, Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	h := rep.Meta.DSS
	if h == nil || h.Codec != "SP" || h.Started.IsZero() || !rep.Meta.Said().Dictated.Equal(h.Started) {
		t.Errorf("got %+v", h)
	}
}
