package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dictation/audio"
	"dictation/pipeline/decode"
)

// What is written in a recording, signalled in it and wrong with it is printed.
func TestProbePrints(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "made-up.ogg")
	made := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=300:duration=2",
		"-metadata", "artist=Dr. Made Up", "-metadata", "title=Two\nlines", "-c:a", "libvorbis", file)
	if out, err := made.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	f, err := probe(t.Context(), file, decode.Options{TempDir: t.TempDir()})
	if err != nil || f.Error != "" || f.Said.Author != "Dr. Made Up" {
		t.Fatalf("got %+v, %v", f, err)
	}
	f.Tones = []audio.Tone{{Start: time.Second, End: 1500 * time.Millisecond, Name: audio.CueTone}}
	f.Cuts = []audio.Cut{{End: time.Second, Why: audio.CutStart}, {Start: time.Second, End: 2 * time.Second, Why: audio.CutKeys, Keys: "42"}}
	f.Meta.Cues = []audio.Cue{{At: time.Second, Label: "mark here"}}
	f.Meta.Broadcast = &audio.Broadcast{Originator: "recorder"}
	f.Meta.DSS = &audio.DSSHeader{Author: "INNA", Codec: "SP"}
	f.Missing, f.Repaired = time.Second, true
	f.Warnings = []string{"Something is wrong."}
	var text, line bytes.Buffer
	if err := f.print(&text, false); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(text.String()), " ")
	for _, want := range []string{
		"format Ogg Vorbis 44100 Hz mono", "duration 2s (88200 samples a channel)", "author Dr. Made Up", "tag ARTIST Dr. Made Up",
		"title Two lines", "tone cue at 1s for 500ms", "part 2 1s to 2s, 0s of speech, by: keys 42", "mark 1s mark here",
		"bext ; recorder;", `DSS header author "INNA"`, "cut off 1s are missing", "damage in places", "note Something is wrong.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, text.String())
		}
	}
	if err := f.print(&line, true); err != nil {
		t.Fatal(err)
	}
	var back finding
	if err := json.Unmarshal(line.Bytes(), &back); err != nil || back.Said != f.Said || back.Meta.Tags["ARTIST"] != "Dr. Made Up" || len(back.Cuts) != 2 {
		t.Errorf("%v: %s", err, line.String())
	}
}
