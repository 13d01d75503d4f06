package ffmpeg

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dictation/audio"
	"dictation/pipeline"
)

// encoded has the system's ffmpeg make a file.
func encoded(t *testing.T, args ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "made")
	args = append([]string{"-nostdin", "-v", "error"}, append(args, path)...)
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v (install it with: %s)", out, err, installHint())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sine are the arguments for a 300 Hz tone.
func sine(seconds string) []string {
	return []string{"-f", "lavfi", "-i", "sine=frequency=300:sample_rate=44100:duration=" + seconds}
}

// silence are the arguments for nothing to hear.
func silence(seconds string) []string {
	return []string{"-f", "lavfi", "-i", "anullsrc=sample_rate=16000:channel_layout=mono", "-t", seconds}
}

// decoded takes a file the whole way.
func decoded(t *testing.T, cfg Config, file []byte, format string, limits audio.Limits) (audio.Report, error) {
	t.Helper()
	dir := t.TempDir()
	cfg.TempDir = dir
	r := New(cfg)
	in, err := r.Store(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}()
	s, err := r.Decode(t.Context(), in, audio.Info{Kind: audio.Sniff(file[:min(64, len(file))])}, format, limits)
	if err != nil {
		return audio.Report{}, err
	}
	rep, err := audio.ConvertSource(t.Context(), s, audio.Options{Limits: limits})
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	select {
	case <-s.p.done:
	default:
		t.Error("the process is still there after Close")
	}
	return rep, err
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file   []byte
		format string
		frames int64
		rate   int
		chans  int
	}{
		"WAV":           {tone(11025, 2, 5000), "wav", 5000, 11025, 2},
		"FLAC":          {encoded(t, append(sine("1"), "-f", "flac")...), "flac", 44100, 44100, 1},
		"M4A":           {encoded(t, append(sine("1"), "-c:a", "alac", "-f", "ipod")...), "mov", 44100, 44100, 1},
		"six channels":  {encoded(t, append(sine("1"), "-ac", "6", "-c:a", "pcm_s24be", "-f", "caf")...), "caf", 44100, 44100, 6},
		"sound of film": {encoded(t, append(sine("1"), "-f", "lavfi", "-i", "color=size=32x32:duration=1", "-c:a", "alac", "-c:v", "mjpeg", "-f", "mov")...), "mov", 44100, 44100, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rep, err := decoded(t, Config{}, c.file, c.format, audio.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if rep.Frames != c.frames || rep.Info.Rate != c.rate || rep.Info.Channels != c.chans || rep.Repaired {
				t.Errorf("got %d frames, %+v, repaired %t", rep.Frames, rep.Info, rep.Repaired)
			}
			if rep.PeakDBFS < -25 || rep.PeakDBFS > -5 {
				t.Errorf("peak %.1f", rep.PeakDBFS)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	m4a := encoded(t, append(sine("2"), "-c:a", "aac", "-f", "ipod")...)
	early := encoded(t, append(sine("2"), "-c:a", "aac", "-movflags", "faststart", "-f", "ipod")...)
	alac := encoded(t, append(sine("2"), "-c:a", "alac", "-f", "ipod")...)
	slow := tone(8000, 1, 100_000)
	binary.LittleEndian.PutUint32(slow[24:], 1)
	wma := encoded(t, append(sine("1"), "-c:a", "wmav2", "-f", "asf")...)
	minute := audio.Limits{MaxDuration: time.Minute}
	for name, c := range map[string]struct {
		cfg    Config
		file   []byte
		format string
		limits audio.Limits
		reason error
		says   string
	}{
		"nothing":              {file: nil, format: "mp3", reason: audio.ErrDamaged, says: "damaged"},
		"noise":                {file: bytes.Repeat([]byte{0x91, 7, 0, 3}, 5000), format: "asf", reason: audio.ErrDamaged, says: "damaged"},
		"cut M4A":              {file: m4a[:len(m4a)/2], format: "mov", reason: audio.ErrTruncated, says: "table of contents"},
		"cut in its beginning": {file: early[:600], format: "mov", reason: audio.ErrDamaged, says: "damaged"},
		"cut MP3":              {file: []byte("ID3\x03\x00\x00\x00\x00\x00\x21"), format: "mp3", reason: audio.ErrDamaged, says: "MP3"},
		"film without sound":   {file: encoded(t, "-f", "lavfi", "-i", "color=size=32x32:duration=1", "-c:v", "mjpeg", "-f", "mov"), format: "mov", reason: ErrNoTrack, says: "no sound"},
		"protected M4A":        {file: bytes.Replace(early, []byte("mp4a"), []byte("enca"), 1), format: "mov", reason: ErrProtected, says: "encrypted"},
		"music shop's M4A":     {file: bytes.Replace(m4a, []byte("mp4a"), []byte("drms"), 1), format: "mov", reason: ErrProtected, says: "encrypted"},
		"protected WMA":        {file: append(bytes.Clone(wma[:30]), append(drm[1], wma[30:]...)...), format: "asf", reason: ErrProtected, says: "encrypted"},
		"unknown codec":        {file: bytes.ReplaceAll(alac, []byte("alac"), []byte("zzzz")), format: "mov", reason: audio.ErrUnsupported, says: "export it as WAV"},
		"1 Hz WAV":             {file: slow, format: "wav", reason: audio.ErrLimit, says: "MinRate"},
		"FLAC of silence":      {file: encoded(t, append(silence("600"), "-f", "flac")...), format: "flac", limits: minute, reason: audio.ErrLimit, says: "MaxDuration"},
		"Opus of silence":      {file: encoded(t, append(silence("600"), "-c:a", "libopus", "-f", "ogg")...), format: "ogg", limits: minute, reason: audio.ErrLimit, says: "MaxDuration"},
		"too many channels":    {file: tone(8000, 7, 8000), format: "wav", limits: audio.Limits{MaxChannels: 6}, reason: audio.ErrLimit, says: "MaxChannels"},
		"too slow":             {cfg: Config{MinTime: 1, BytesPerSecond: 1 << 60}, file: m4a, format: "mov", reason: ErrTimeLimit, says: "MinTime"},
		"another's format":     {file: tone(8000, 1, 8000), format: "mov", reason: audio.ErrTruncated, says: "cut off"},
		"playlist":             {file: []byte("ffconcat version 1.0\nfile /etc/hostname\n"), format: "wav", reason: audio.ErrDamaged, says: "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := decoded(t, c.cfg, c.file, c.format, c.limits)
			var e *audio.Error
			if !errors.As(err, &e) || !errors.Is(err, c.reason) || !strings.Contains(e.Message, c.says) {
				t.Errorf("got %v, want %v", err, c.reason)
			}
		})
	}
}

// A recording that lacks its end, or a piece of it, is read and said to be so.
func TestDamagedInPlaces(t *testing.T) {
	t.Parallel()
	early := encoded(t, append(sine("4"), "-c:a", "aac", "-movflags", "faststart", "-f", "ipod")...)
	mp3 := encoded(t, append(sine("4"), "-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3")...)
	hole := bytes.Clone(mp3)
	copy(hole[len(hole)/2:], bytes.Repeat([]byte{0x55}, 2500))
	for name, c := range map[string]struct {
		file     []byte
		format   string
		least    float64
		repaired bool
	}{
		"M4A without its end": {early[:len(early)*2/3], "mov", 2, true},
		"MP3 with a hole":     {hole, "mp3", 3.5, true},
		"MP3 without its end": {mp3[:len(mp3)/2], "mp3", 1.9, false}, // it does not say how long it was
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rep, err := decoded(t, Config{}, c.file, c.format, audio.Limits{})
			if err != nil || rep.Duration.Seconds() < c.least || rep.Repaired != c.repaired {
				t.Errorf("%s read, repaired %t, %v", rep.Duration, rep.Repaired, err)
			}
		})
	}
}

// The precautions in the arguments suffice by themselves: without the sandbox
// the playlist is refused as well.
func TestArgumentsRefuseThePlaylist(t *testing.T) {
	t.Parallel()
	list, _ := neighbour(t)
	for _, format := range []string{"wav", "mp3", "mov", "ogg"} {
		args := arguments(format, audio.Limits{})
		for i := range args {
			if args[i] == inputPath {
				args[i] = list
			}
		}
		if out, err := exec.Command("ffmpeg", args...).Output(); err == nil || len(out) > 0 {
			t.Errorf("%s: %d bytes, %v", format, len(out), err)
		}
	}
}

// A cancelled job leaves no process and no file.
func TestCancel(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := New(Config{TempDir: dir})
	in, err := r.Store(bytes.NewReader(encoded(t, append(sine("600"), "-c:a", "pcm_s16be", "-f", "aiff")...)))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	ctx, cancel := context.WithCancel(t.Context())
	s, err := r.Decode(ctx, in, audio.Info{Kind: audio.AIFF}, "aiff", audio.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	block := make([]float32, 4096)
	if n, err := s.Read(block); n == 0 || err != nil {
		t.Fatal(n, err)
	}
	pid := s.p.cmd.Process.Pid
	cancel()
	for err == nil { // what is in the pipe may still come
		_, err = s.Read(block)
	}
	if !errors.Is(err, context.Canceled) || pipeline.KindOf(err) != pipeline.Unavailable {
		t.Errorf("got %v", err)
	}
	if _, again := s.Read(block); again != err {
		t.Errorf("and then %v", again)
	}
	if err := syscall.Kill(-pid, 0); err != syscall.ESRCH {
		t.Errorf("the process group is still there: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// Close in the middle ends ffmpeg too.
func TestCloseEarly(t *testing.T) {
	t.Parallel()
	r := New(Config{TempDir: t.TempDir()})
	in, err := r.Store(bytes.NewReader(tone(44100, 2, 2_000_000)))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	s, err := r.Decode(t.Context(), in, audio.Info{Kind: audio.WAV}, "wav", audio.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := syscall.Kill(-s.p.cmd.Process.Pid, 0); err != syscall.ESRCH {
		t.Errorf("the process group is still there: %v", err)
	}
}

func TestStoreKeepsWhyReadingFailed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := errors.New("connection reset")
	r, w := io.Pipe()
	go func() {
		_, _ = w.Write([]byte("half"))
		w.CloseWithError(broken)
	}()
	if _, err := New(Config{TempDir: dir}).Store(r); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := New(Config{TempDir: filepath.Join(dir, "missing")}).Store(r); err == nil {
		t.Error("stored in a folder that is not there")
	}
}

func TestTimeLimit(t *testing.T) {
	t.Parallel()
	for size, want := range map[int64]time.Duration{0: time.Minute, 6_000_000: time.Minute, 230_000_000: 2300 * time.Second} {
		if got := New(Config{}).timeLimit(size); got != want {
			t.Errorf("%d bytes: %s", size, got)
		}
	}
	if got := New(Config{}).timeLimit(math.MaxInt64); got <= 0 {
		t.Errorf("the largest size: %s", got)
	}
}

// FuzzProtected looks for files on which the walk through the boxes fails.
func FuzzProtected(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x10ftypM4A \x00\x00\x00\x00\x00\x00\x00\x00moov"))
	f.Add([]byte("\x00\x00\x00\x01moov\x00\x00\x00\x00\x00\x00\x00\x10"))
	f.Add([]byte("\x00\x00\x00\x40moov\x00\x00\x00\x38trak\x00\x00\x00\x30mdia\x00\x00\x00\x28minf\x00\x00\x00\x20stbl\x00\x00\x00\x18stsd\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x08enca"))
	f.Fuzz(func(t *testing.T, b []byte) {
		walk := boxes{r: bytes.NewReader(b), left: maxBoxes}
		if walk.find(0, int64(len(b)), sampleTable, isEncrypted) && !bytes.Contains(b, []byte("enca")) && !bytes.Contains(b, []byte("drms")) {
			t.Error("nothing in it is encrypted")
		}
	})
}
