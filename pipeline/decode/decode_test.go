package decode

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/uuid"

	"dictation/audio"
	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/blob"
)

// voice is a WAV with a tone that swells and fades, amplitude 1 being full scale.
func voice(rate, channels, frames int, amplitude float64) []byte {
	var b []byte
	b = append(b, "RIFF....WAVEfmt "...)
	le := binary.LittleEndian
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*channels*2))
	b = le.AppendUint16(b, uint16(channels*2))
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(frames*channels*2))
	for i := range frames {
		t := float64(i) / float64(rate)
		v := amplitude * math.Sin(2*math.Pi*300*t) * (0.6 + 0.4*math.Cos(2*math.Pi*3*t))
		for range channels {
			b = le.AppendUint16(b, uint16(int16(math.Round(32767*max(-1, min(1, v))))))
		}
	}
	le.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// opens gives r to whoever opens.
func opens(r io.Reader) func(context.Context) (io.ReadCloser, error) {
	return func(context.Context) (io.ReadCloser, error) { return io.NopCloser(r), nil }
}

// bytesOf is an original that can be opened again and again.
func bytesOf(b []byte) original {
	return original{sum: sum(b), open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

// emptied fails the test when anything is left in dir.
func emptied(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		t.Errorf("left behind: %s", f.Name())
	}
}

func TestConvertRefuses(t *testing.T) {
	t.Parallel()
	good := voice(8000, 1, 8000, 0.5)
	manyChannels := bytes.Clone(good)
	binary.LittleEndian.PutUint16(manyChannels[22:], 65535)
	slow := bytes.Clone(good)
	binary.LittleEndian.PutUint32(slow[24:], 1)
	for name, c := range map[string]struct {
		file   []byte
		reason error
		says   string
	}{
		"empty":             {nil, audio.ErrEmpty, "The file is empty."},
		"a document":        {[]byte("%PDF-1.7 and so on"), audio.ErrNotAudio, "PDF document"},
		"a text":            {[]byte("Dear colleague,\n"), audio.ErrNotAudio, "text file"},
		"a playlist":        {[]byte("ffconcat version 1.0\nfile other.wav"), audio.ErrNotAudio, "playlist"},
		"noise":             {[]byte{0x91, 0, 7, 3, 0, 0, 1}, audio.ErrNotAudio, "not a sound recording"},
		"header only":       {good[:44], audio.ErrEmpty, "no sound"},
		"cut in header":     {good[:30], audio.ErrTruncated, "cut off before the sound begins"},
		"65535 channels":    {manyChannels, audio.ErrLimit, "MaxChannels"},
		"1 Hz":              {slow, audio.ErrLimit, "MinRate"},
		"MP3 without sound": {[]byte("ID3\x03\x00\x00\x00\x00\x00\x21"), audio.ErrTruncated, "cut off before the sound begins"},
		"DS2":               {[]byte("\x03ds2\x00\x00\x00\x00"), audio.ErrUnsupported, "export it as WAV"},
		"encrypted DS2":     {[]byte("\x03enc\x00\x00\x00\x00"), audio.ErrUnsupported, "encrypted DS2"},
		"Grundig's DSS":     {[]byte("\x06dss\x00\x00\x00\x00"), audio.ErrUnsupported, "export it as WAV"},
		"a DSS without end": {[]byte("\x02dss\x00\x00\x00\x00"), audio.ErrDamaged, "DSS"},
		"a film":            {[]byte("RIFF\x00\x10\x00\x00AVI LIST"), audio.ErrNotAudio, "but a video"},
		"zero bytes":        {make([]byte, 4096), audio.ErrNotAudio, "not a sound recording"},
		"longer than 1 s":   {voice(8000, 1, 8010, 0.5), audio.ErrLimit, "MaxDuration"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			opts := Options{TempDir: dir, Limits: audio.Limits{MaxDuration: 1e9}}
			made, err := newConverter(opts).convert(t.Context(), bytesOf(c.file))
			if err := made.close(); err != nil {
				t.Error(err)
			}
			if pipeline.KindOf(err) != pipeline.Unreadable || pipeline.OutcomeOf(err) != pipeline.Park || !errors.Is(err, c.reason) {
				t.Errorf("got %q (kind %s), want reason %q", err, pipeline.KindOf(err), c.reason)
			}
			s := pipeline.Sentence(err)
			if !strings.Contains(s, c.says) || !strings.HasSuffix(s, "What you sent is kept unchanged.") {
				t.Errorf("the sentence is %q", s)
			}
			emptied(t, dir)
		})
	}
}

// A recording that is not what was sent is our fault, even if it also cannot be read.
func TestConvertChecksHash(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{
		"readable": voice(16000, 1, 1600, 0.5), "unreadable": []byte("damaged in store"),
		"MP3": sample(t, "speech.mp3"), "damaged MP3": []byte("ID3\x03\x00\x00\x00\x00\x00\x21"), "rare codec": sample(t, "gen-libgsm_ms.wav"),
	} {
		o := bytesOf(file)
		o.sum = sum([]byte("what was sent"))
		made, err := newConverter(Options{}).convert(t.Context(), o)
		if err := made.close(); err != nil {
			t.Error(err)
		}
		if pipeline.KindOf(err) != pipeline.Internal || !strings.Contains(pipeline.Sentence(err), "SHA-256") {
			t.Errorf("%s: got %q", name, err)
		}
	}
}

// A connection that breaks is neither a short recording nor a bad one.
func TestConvertBrokenConnection(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, file := range [][]byte{voice(16000, 1, 16000, 0.5), sample(t, "speech.mp3")} {
		for _, broken := range []error{io.ErrUnexpectedEOF, errors.New("connection reset")} {
			for _, at := range []int{0, 20, 44, 5000, len(file)} {
				r := io.MultiReader(bytes.NewReader(file[:at]), iotest.ErrReader(broken))
				o := original{open: opens(r), sum: sum(file)}
				made, err := newConverter(Options{TempDir: dir}).convert(t.Context(), o)
				if err := made.close(); err != nil {
					t.Error(err)
				}
				if pipeline.KindOf(err) != pipeline.Unavailable || !errors.Is(err, broken) {
					t.Errorf("broken at %d: got %q", at, err)
				}
			}
		}
	}
	emptied(t, dir)
}

func TestConvertStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, file := range [][]byte{voice(16000, 1, 16000, 0.5), sample(t, "speech.mp3")} {
		made, err := newConverter(Options{}).convert(ctx, bytesOf(file))
		if err := made.close(); err != nil {
			t.Error(err)
		}
		if pipeline.KindOf(err) != pipeline.Unavailable {
			t.Errorf("got %q", err)
		}
	}
}

// setup gives a handler on the real embedded S3 server and a job whose
// original is file.
func setup(t *testing.T, file []byte) (*Handler, *blob.Store, pipeline.Job, string) {
	t.Helper()
	s3 := localtest.S3(t)
	store, err := blob.Open(t.Context(), blob.Config{
		Endpoint: s3.Endpoint, Region: s3.Region, AccessKey: s3.AccessKey, SecretKey: s3.SecretKey,
		Bucket: s3.Work, Intake: s3.Intake,
	})
	if err != nil {
		t.Fatal(err)
	}
	d := pipeline.Dictation{ID: uuid.NewString()}
	d.Original, err = store.Put(t.Context(), blob.OriginalKey(d.ID), bytes.NewReader(file), int64(len(file)), "application/octet-stream")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	return New(store, Options{TempDir: dir}), store, pipeline.Job{Dictation: d, Stage: pipeline.Decode, Attempt: 1}, dir
}

func get(t *testing.T, store *blob.Store, key string) []byte {
	t.Helper()
	r, err := store.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestHandle(t *testing.T) {
	t.Parallel()
	file := voice(44100, 2, 3*44100, 0.5)
	h, store, job, dir := setup(t, file)
	var _ pipeline.Handler = h
	for range 2 { // a job that is done twice ends the same
		res, err := h.Handle(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		checkSound(t, store, job.Dictation.ID, res)
	}
	if got := get(t, store, job.Dictation.Original.Key); !bytes.Equal(got, file) {
		t.Error("the original was changed")
	}
	emptied(t, dir)
}

func checkSound(t *testing.T, store *blob.Store, id string, res pipeline.Result) {
	t.Helper()
	s := res.Sound
	if s.DurationMS != 3000 || s.Format != "WAV PCM 16-bit 44100 Hz stereo" || len(s.Warnings) != 0 {
		t.Errorf("sound is %+v", s)
	}
	if math.Abs(s.PeakDBFS+6.02) > 0.05 || s.RMSDBFS > -11 || s.RMSDBFS < -14 || s.Clipped != 0 {
		t.Errorf("measures are %+v", s)
	}
	canonical := get(t, store, blob.CanonicalKey(id))
	if s.Canonical.Key != blob.CanonicalKey(id) || s.Canonical.SHA256 != sum(canonical) || s.Canonical.Size != int64(len(canonical)) {
		t.Errorf("canonical object is %+v, %d bytes are there", s.Canonical, len(canonical))
	}
	path := filepath.Join(t.TempDir(), "canonical.wav")
	if err := os.WriteFile(path, canonical, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := audio.OpenCanonical(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Len() != 48000 {
		t.Errorf("canonical sound has %d samples", c.Len())
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	p, err := audio.ReadPeaks(bytes.NewReader(get(t, store, s.PeaksKey)))
	if err != nil || s.PeaksKey != blob.PeaksKey(id) || len(p.Pairs) != 600 {
		t.Errorf("waveform has %d values: %v", len(p.Pairs), err)
	}
}

func TestHandleRealSpeech(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/speech.wav")
	if err != nil {
		t.Fatal(err)
	}
	h, store, job, _ := setup(t, file)
	res, err := h.Handle(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Sound.Warnings) != 0 {
		t.Errorf("warnings for good speech: %q", res.Sound.Warnings)
	}
	// 16 kHz mono 16-bit passes bit by bit.
	got := get(t, store, blob.CanonicalKey(job.Dictation.ID))
	if _, sound, _ := bytes.Cut(file, []byte("data")); !bytes.Equal(got[44:], sound[4:]) {
		t.Error("canonical sound is not the original's samples")
	}
}

func TestHandleFailures(t *testing.T) {
	t.Parallel()
	h, store, job, dir := setup(t, []byte("no recording at all"))
	if _, err := h.Handle(t.Context(), job); pipeline.KindOf(err) != pipeline.Unreadable {
		t.Errorf("text: got %v", err)
	}
	eh, _, empty, _ := setup(t, nil)
	if _, err := eh.Handle(t.Context(), empty); pipeline.KindOf(err) != pipeline.Unreadable {
		t.Errorf("empty: got %v", err)
	}
	job.Dictation.Original.SHA256 = sum(nil)
	if _, err := h.Handle(t.Context(), job); pipeline.KindOf(err) != pipeline.Internal {
		t.Errorf("wrong hash: got %v", err)
	}
	job.Dictation.Original.Key = blob.OriginalKey("nothing")
	if _, err := h.Handle(t.Context(), job); pipeline.KindOf(err) != pipeline.NotFound {
		t.Errorf("no original: got %v", err)
	}
	for _, key := range []string{blob.CanonicalKey(job.Dictation.ID), blob.PeaksKey(job.Dictation.ID), blob.ReportKey(job.Dictation.ID)} {
		if _, err := store.Get(t.Context(), key); pipeline.KindOf(err) != pipeline.NotFound {
			t.Errorf("%s was written: %v", key, err)
		}
	}
	emptied(t, dir)
}
