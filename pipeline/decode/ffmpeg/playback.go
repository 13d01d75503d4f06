package ffmpeg

import (
	"context"
	"io"

	"dictation/audio"
)

// Playback is a recording as MP3 on its way out of ffmpeg. Close it in any case.
type Playback struct {
	p     *process
	ended error
}

// Playback starts to encode canonical sound as MP3 for listeners on slow lines:
// 48 kbit/s, 360 kB a minute, a fifth of the WAV. The rate is constant, so that
// a player finds any time in it by counting bytes. The codec's delay stays in
// it: everything is heard up to 70 ms later than in the canonical sound. in is
// a WAV, and need not be trusted.
func (r *Runner) Playback(ctx context.Context, in *Input) (*Playback, error) {
	p, err := r.start(ctx, r.timeLimit(in.size), in,
		"-nostdin", "-hide_banner", "-loglevel", "level+warning", "-max_alloc", "268435456", "-threads", "1",
		"-protocol_whitelist", "file,pipe", "-format_whitelist", "wav", "-codec_whitelist", "pcm_s16le", "-f", "wav", "-i", inputPath,
		"-map", "0:a:0", "-map_metadata", "-1", "-c:a", "libmp3lame", "-b:a", "48k",
		"-compression_level", "9", // half the work of the default; nobody hears it in speech
		"-fflags", "+bitexact", "-f", "mp3", "pipe:1")
	if err != nil {
		return nil, err
	}
	p.kind = audio.WAV
	return &Playback{p: p}, nil
}

// Read implements io.Reader. The end comes only when ffmpeg has ended well.
func (e *Playback) Read(b []byte) (int, error) {
	if e.ended != nil {
		return 0, e.ended
	}
	n, err := e.p.stdout.Read(b)
	if err == io.EOF {
		if verdict := e.p.finish(); verdict != nil {
			err = verdict
		}
	}
	e.ended = err
	return n, err
}

// Close ends ffmpeg and waits until it is gone.
func (e *Playback) Close() error { return e.p.stop() }
