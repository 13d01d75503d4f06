package decode

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/blob"
)

// wave is a 16 kHz mono WAV of samples, with LIST/INFO fields.
func wave(samples []byte, info ...string) []byte {
	le := binary.LittleEndian
	var list []byte
	for i := 0; i+1 < len(info); i += 2 {
		list = append(list, info[i]...)
		list = le.AppendUint32(list, uint32(len(info[i+1])))
		list = append(append(list, info[i+1]...), make([]byte, len(info[i+1])%2)...)
	}
	b := bytes.Clone(voice(16000, 1, 0, 0)[:36])
	if len(list) > 0 {
		b = le.AppendUint32(append(b, "LIST"...), uint32(4+len(list)))
		b = append(append(b, "INFO"...), list...)
	}
	b = le.AppendUint32(append(b, "data"...), uint32(len(samples)))
	b = append(b, samples...)
	le.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

// tape is the voice, a signal tone, and the voice again.
func tape(t *testing.T) []byte {
	t.Helper()
	file, err := os.ReadFile("testdata/speech.wav")
	if err != nil {
		t.Fatal(err)
	}
	speech, pause := file[44:], make([]byte, 2*16000)
	var cue []byte
	for i := range 8000 {
		cue = binary.LittleEndian.AppendUint16(cue, uint16(int16(8000*math.Sin(2*math.Pi*1000*float64(i)/16000))))
	}
	return bytes.Join([][]byte{speech, speech, pause, cue, pause, speech, speech}, nil)
}

// What the recording says and signals goes into the row, and all that was
// found out into the report beside it.
func TestHandleReport(t *testing.T) {
	t.Parallel()
	file := wave(tape(t), "IART", "Dr. Made Up", "INAM", "Two letters", "ICRD", "2024-02-03")
	file = file[:len(file)-16000] // half a second did not arrive
	h, store, job, dir := setup(t, file)
	res, err := h.Handle(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	s := res.Sound
	if s.Said.Author != "Dr. Made Up" || s.Said.Title != "Two letters" || !s.Said.Dictated.Equal(time.Date(2024, 2, 3, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("said %+v", s.Said)
	}
	if s.Parts != 2 || s.Signals != 1 || s.MissingMS != 500 || s.DC == 0 || math.Abs(s.DC) > 0.01 {
		t.Errorf("sound is %+v", s)
	}
	if w := strings.Join(s.Warnings, " "); !strings.Contains(w, "was cut off") || !strings.Contains(w, "hold 2 dictations") {
		t.Errorf("warnings are %q", s.Warnings)
	}
	var rep audio.Report
	if err := json.Unmarshal(get(t, store, s.ReportKey), &rep); err != nil || s.ReportKey != blob.ReportKey(job.Dictation.ID) {
		t.Fatal(s.ReportKey, err)
	}
	if rep.Samples*1000/16000 != s.DurationMS || rep.Meta.Info["IART"] != "Dr. Made Up" || len(rep.Tones) != 1 || len(audio.Cuts(rep)) != 2 {
		t.Errorf("report is %+v", rep)
	}
	if s.Playback != (pipeline.Object{}) {
		t.Errorf("a playback copy of %d ms: %+v", s.DurationMS, s.Playback)
	}
	emptied(t, dir)
}

// Long recordings get a copy for slow links.
func TestHandlePlayback(t *testing.T) {
	t.Parallel()
	_, store, job, dir := setup(t, voice(16000, 1, 10*16000, 0.5))
	h := New(store, Options{TempDir: dir, PlaybackFrom: 10 * time.Second})
	for range 2 { // a job that is done twice ends the same
		res, err := h.Handle(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		o := res.Sound.Playback
		mp3 := get(t, store, blob.PlaybackKey(job.Dictation.ID))
		if o.Key != blob.PlaybackKey(job.Dictation.ID) || o.SHA256 != sum(mp3) || o.Size != int64(len(mp3)) {
			t.Errorf("the copy is %+v, %d bytes are there", o, len(mp3))
		}
		rep, err := Probe(t.Context(), bytesOf(mp3).open, Options{TempDir: dir})
		if err != nil || rep.Info.Kind != audio.MP3 || rep.Duration < 10*time.Second || rep.Duration > 10200*time.Millisecond || len(mp3) > 63_000 {
			t.Errorf("the copy holds %s of %s in %d bytes: %v", rep.Duration, rep.Info, len(mp3), err)
		}
	}
	emptied(t, dir)
}

func TestPlaybackFrom(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		length, from time.Duration
		want         bool
	}{
		"short by default":  {2*time.Minute - 1, 0, false},
		"long by default":   {2 * time.Minute, 0, true},
		"short as set":      {time.Minute, 61 * time.Second, false},
		"never, as it says": {time.Hour, -1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, store, job, dir := setup(t, nil)
			h := New(store, Options{TempDir: dir, PlaybackFrom: c.from})
			sound := &scratch{dir: dir, most: soundInMemory}
			if _, err := sound.Write(wave(make([]byte, 32000))); err != nil {
				t.Fatal(err)
			}
			made := h.playback(t.Context(), job.Dictation.ID, conversion{report: audio.Report{Duration: c.length}, canonical: sound})
			if err := sound.Close(); err != nil {
				t.Error(err)
			}
			if (made.Key != "") != c.want {
				t.Errorf("got %+v", made)
			}
		})
	}
}

// A copy that fails stops nothing, and the log says why, of which dictation.
func TestPlaybackFails(t *testing.T) {
	t.Parallel()
	_, store, job, dir := setup(t, wave(tape(t), "IART", "Canary Author"))
	program := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(program, []byte("not a program"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/nowhere/ffmpeg", program} {
		var log bytes.Buffer
		opts := Options{TempDir: dir, PlaybackFrom: 1, Log: slog.New(slog.NewTextHandler(&log, nil))}
		opts.FFmpeg.Path = path
		res, err := New(store, opts).Handle(t.Context(), job)
		if err != nil || res.Sound.Playback.Key != "" || res.Sound.Canonical.Key == "" {
			t.Errorf("got %+v, %v", res.Sound, err)
		}
		if s := log.String(); !strings.Contains(s, "no playback copy") || !strings.Contains(s, job.Dictation.ID) || strings.Contains(s, "Canary") {
			t.Errorf("the log says %q", s)
		}
	}
	emptied(t, dir)
}
