package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"dictation/pipeline/decode"
)

// decodeSizes are the lengths of what "bench decode" reads.
type decodeSizes struct {
	long     time.Duration // every format
	short    time.Duration // a user's usual dictation
	few      time.Duration // whose memory the long one's is compared with
	hours    time.Duration
	attempts int // of the short one in a round, whose time is small
}

var fullSizes = decodeSizes{long: 10 * time.Minute, short: time.Minute, few: 4 * time.Minute, hours: 4 * time.Hour, attempts: 10}

// benchDecode measures the processor time of the decode stage, with everything
// that it finds out, against ffmpeg doing nothing but the conversion, and the
// memory of a worker with long recordings.
func benchDecode(ctx context.Context, o benchOptions) ([]figure, error) {
	return benchDecodeOf(ctx, o, fullSizes)
}

func benchDecodeOf(ctx context.Context, o benchOptions, sizes decodeSizes) ([]figure, error) {
	dir, remove, err := benchFolder(o)
	if err != nil {
		return nil, err
	}
	defer remove()
	b := &decodeBench{dir: dir, sizes: sizes}
	if err := b.makeSounds(ctx); err != nil {
		return nil, err
	}
	var list []figure
	races := b.races()
	ratios := make([][]float64, len(races))
	for round := range max(o.rounds, 1) {
		for i, r := range races {
			ours, theirs, err := b.race(ctx, r)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.name, err)
			}
			fmt.Fprintf(o.stderr, "round %d: %s: %.3f s, ffmpeg %.3f s\n", round+1, r.name, ours.Seconds(), theirs.Seconds())
			ratios[i] = append(ratios[i], ours.Seconds()/theirs.Seconds())
		}
	}
	for i, r := range races {
		ratio := median(ratios[i])
		list = append(list, aim(r.name+", processor time / ffmpeg's", ratio, "", fmt.Sprintf("≤ %g", r.most), ratio <= r.most))
	}
	memory, err := b.memory(ctx, o.stderr)
	return append(list, memory...), err
}

// decodeBench is the folder of the sounds.
type decodeBench struct {
	dir   string
	sizes decodeSizes
}

func (b *decodeBench) path(name string) string { return filepath.Join(b.dir, name) }

// race is a file and the share of ffmpeg's time that it may take.
type race struct {
	name  string
	file  string
	most  float64
	times int
}

func (b *decodeBench) races() []race {
	list := []race{{"short WAV", shortSound.file, 0.5, b.sizes.attempts}}
	for _, s := range longSounds {
		list = append(list, race{s.name, s.file, s.most, 1})
	}
	return list
}

// race gives the processor time of both, children included, one after the other.
func (b *decodeBench) race(ctx context.Context, r race) (ours, theirs time.Duration, err error) {
	runtime.GC() // what was left by others is not ours to clean up
	before, err := usedTime()
	if err != nil {
		return 0, 0, err
	}
	for range r.times {
		open := func(context.Context) (io.ReadCloser, error) { return os.Open(b.path(r.file)) }
		if _, err := decode.Probe(ctx, open, decode.Options{TempDir: b.dir}); err != nil {
			return 0, 0, err
		}
	}
	after, err := usedTime()
	if err != nil {
		return 0, 0, err
	}
	for range r.times {
		cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "error", "-y", "-i", b.path(r.file),
			"-map", "0:a:0", "-ac", "1", "-af", "aresample=16000:resampler=soxr", "-c:a", "pcm_s16le", "-f", "wav", b.path("theirs.wav"))
		if out, err := cmd.CombinedOutput(); err != nil {
			return 0, 0, fmt.Errorf("ffmpeg: %w: %s", err, out)
		}
		theirs += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	return after - before, theirs, nil
}

// usedTime is the processor time of this process and of its children that ended.
func usedTime() (time.Duration, error) {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			return 0, err
		}
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum, nil
}

// makeSounds writes the made-up voice and has ffmpeg encode it.
func (b *decodeBench) makeSounds(ctx context.Context) error {
	const rate, channels = 48000, 2
	f, err := os.Create(b.path("voice.wav"))
	if err != nil {
		return err
	}
	sound, _ := voiceWAV(rate, channels, b.sizes.long)
	_, err = io.Copy(f, sound)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	args := []string{"-nostdin", "-v", "error", "-i", b.path("voice.wav")}
	for _, s := range longSounds {
		args = append(append(args, s.encode...), b.path(s.file))
	}
	args = append(append(args, "-t", fmt.Sprint(b.sizes.short.Seconds())), append(shortSound.encode, b.path(shortSound.file))...)
	if out, err := exec.CommandContext(ctx, "ffmpeg", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("make the sounds with ffmpeg: %w: %s", err, out)
	}
	return nil
}

// encoding is a file and what has ffmpeg make it.
type encoding struct {
	name   string
	file   string
	most   float64 // of ffmpeg's time for converting it
	encode []string
}

var shortSound = encoding{file: "short.wav", encode: []string{"-ar", "44100", "-c:a", "pcm_s16le"}}

var longSounds = []encoding{
	{"WAV 44.1 kHz stereo", "stereo.wav", 0.8, []string{"-ar", "44100", "-c:a", "pcm_s16le"}},
	{"WAV 48 kHz mono", "mono.wav", 0.8, []string{"-ac", "1", "-c:a", "pcm_s16le"}},
	{"FLAC", "sound.flac", 1.5, []string{"-ar", "44100", "-c:a", "flac"}},
	{"Ogg Opus", "sound.opus", 1.5, []string{"-ac", "1", "-c:a", "libopus", "-b:a", "32k"}},
	{"WebM Opus", "sound.webm", 1.5, []string{"-ac", "1", "-c:a", "libopus", "-b:a", "32k"}},
	{"MP3", "sound.mp3", 1.5, []string{"-ar", "44100", "-c:a", "libmp3lame", "-b:a", "128k"}},
	{"M4A", "sound.m4a", 1.5, []string{"-ar", "44100", "-c:a", "aac", "-b:a", "128k"}},
}
