package main

import (
	"bytes"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"dictation/audio"
	"dictation/pipeline/decode/ffmpeg"
)

// A sentence that names a limit leads to its setting: "dictation config" says
// the name with it.
func TestLimitsHaveSettings(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := (config{}).print(&b); err != nil {
		t.Fatal(err)
	}
	for _, of := range []reflect.Type{reflect.TypeFor[audio.Limits](), reflect.TypeFor[ffmpeg.Config]()} {
		for i := range of.NumField() {
			name := of.Field(i).Name
			if name == "Path" || name == "TempDir" || name == "Unconfined" {
				continue // stop no recording
			}
			if n := strings.Count(b.String(), "(limit "+name+")"); n != 1 {
				t.Errorf("%s has %d settings", name, n)
			}
		}
	}
}

// The settings are the defaults of the rooms, and reach them.
func TestDecoding(t *testing.T) {
	t.Setenv(prefix+"FFMPEG_MAX_MEMORY_MB", "100")
	t.Setenv(prefix+"FFMPEG_UNCONFINED", "true")
	t.Setenv(prefix+"PLAYBACK_FROM", "-1s")
	t.Setenv(prefix+"MAX_CHANNELS", "2")
	c, err := loadConfig()
	if err != nil {
		t.Fatal(err)
	}
	o := c.decoding("somewhere", slog.New(slog.DiscardHandler))
	want := audio.Limits{MaxDuration: 4 * time.Hour, MinRate: 4000, MaxRate: 192000, MaxChannels: 2, MaxMetadata: 1 << 20, MaxChunks: 4096}
	if o.Limits != want || o.TempDir != "somewhere" || o.Log == nil || o.PlaybackFrom >= 0 {
		t.Errorf("got %+v", o)
	}
	if f := (ffmpeg.Config{MinTime: time.Minute, BytesPerSecond: 100_000, MaxMemory: 100 << 20, Unconfined: true}); o.FFmpeg != f {
		t.Errorf("got %+v", o.FFmpeg)
	}
}
