package ffmpeg

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"dictation/audio"
)

// The files that ffmpeg inherits: the recording, and the pipe that takes what
// is written in it beside the sound.
const (
	inputPath = "/dev/fd/3"
	wordsPath = "pipe:4"
)

// longest is asked for when no limit is given; audio's own is at most as long.
const longest = 24 * time.Hour

// Sound is a recording on its way through ffmpeg. It implements
// [audio.Detailed]. Close it in any case.
type Sound struct {
	info  audio.Info
	own   audio.Meta // what ffmpeg leaves unread
	wave  *stream
	p     *process
	ended error // what Read gives from now on
}

// Decode starts to decode in. What is what audio found out about it and format
// what it says of the decoder (see [audio.DecoderFor]). A recording that cannot
// be used is an [audio.Error], here or at a later Read; a missing or ill-placed
// ffmpeg is Unavailable.
func (r *Runner) Decode(ctx context.Context, in *Input, what audio.Info, format string, limits audio.Limits) (*Sound, error) {
	if protected(in, format) {
		return nil, refuse(ErrProtected, "This recording is encrypted (copy protection) and cannot be read. Please export it without protection, or as WAV, and send that.")
	}
	p, err := r.start(ctx, r.timeLimit(in.size), in, arguments(format, limits)...)
	if err != nil {
		return nil, err
	}
	p.kind = what.Kind
	wave, err := openStream(p.stdout, limits)
	if err != nil {
		return nil, p.refusal(err)
	}
	what.Rate, what.Channels, what.Bits = wave.info.Rate, wave.info.Channels, 0
	return &Sound{info: what, own: unread(in, what.Kind), wave: wave, p: p}, nil
}

// unread is what a recording says that ffmpeg does not read, or does not give.
// The sound does not depend on it.
func unread(in *Input, kind audio.Kind) audio.Meta {
	switch kind {
	case audio.DSS:
		if h, err := audio.ReadDSSHeader(io.NewSectionReader(in.file, 0, in.size)); err == nil {
			return audio.Meta{DSS: &h}
		}
	case audio.ThreeGP:
		return audio.Meta{Tags: tags3GP(in.file, in.size)}
	}
	return audio.Meta{}
}

// arguments are ffmpeg's. The first sound track is taken, as players do. What is
// written in the recording goes its own way: of the file first, then of the
// track, which in an Ogg file has all of it.
func arguments(format string, limits audio.Limits) []string {
	most := limits.MaxDuration
	if most <= 0 || most > longest {
		most = longest
	}
	seconds := strconv.FormatInt(int64(most/time.Second)+1, 10) // one more than is taken, so that the limit is seen to be passed
	return []string{
		"-nostdin", "-hide_banner", "-loglevel", "level+warning", "-max_alloc", "268435456", "-threads", "1",
		"-protocol_whitelist", "file,pipe", "-format_whitelist", format, "-codec_whitelist", decoders, "-f", format, "-i", inputPath,
		"-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-t", seconds, "-c:a", "pcm_f32le",
		"-flush_packets", "0", // pieces of 32 kB rather than of a packet: half the work of the pipe
		"-fflags", "+bitexact", "-f", "wav", "pipe:1",
		"-map_metadata:g", "0:g", "-map_metadata:g", "0:s:a:0", "-fflags", "+bitexact", "-f", "ffmetadata", wordsPath,
	}
}

// refusal says why there is no sound; opening is what reading its beginning gave.
func (p *process) refusal(opening error) error {
	if errors.Is(opening, audio.ErrEmpty) || errors.Is(opening, audio.ErrTruncated) {
		if err := p.finish(); err != nil {
			return err
		}
		return refuse(audio.ErrEmpty, "The file holds no sound. Please check the recorder and send the recording again.")
	}
	return errors.Join(opening, p.stop())
}

// Info implements [audio.Source].
func (s *Sound) Info() audio.Info { return s.info }

// Read implements [audio.Source]. The end comes only when ffmpeg has ended
// well.
func (s *Sound) Read(dst []float32) (int, error) {
	if s.ended != nil {
		return 0, s.ended
	}
	n, err := s.wave.read(dst)
	if err == io.EOF {
		if verdict := s.p.finish(); verdict != nil {
			n, err = 0, verdict
		}
	}
	s.ended = err
	return n, err
}

// Details implements [audio.Detailed].
func (s *Sound) Details() audio.Details {
	meta := parseWords(s.p.words.text)
	meta.DSS = s.own.DSS
	for name, text := range s.own.Tags {
		meta.Tags = tagged(meta.Tags, line{name: name, text: text})
	}
	return audio.Details{Meta: meta, Repaired: s.p.complained()}
}

// Close ends ffmpeg and waits until it is gone.
func (s *Sound) Close() error { return s.p.stop() }

// decoders are the only codecs that a file can call for: those of sound, so
// that the tracks and cover pictures of a video stay unread.
var decoders = strings.Join([]string{
	"aac,aac_latm,ac3,eac3,alac,amrnb,amrwb,dss_sp,evrc,flac,gsm,gsm_ms,libgsm,libgsm_ms,ilbc",
	"mp1,mp1float,mp2,mp2float,mp3,mp3float,nellymoser,opus,libopus,qcelp,qdm2,sipr,speex,libspeex,truespeech,vorbis,libvorbis",
	"g722,g723_1,g726,g726le,g729,wmav1,wmav2,wmavoice,wmapro,wmalossless,mace3,mace6",
	"adpcm_g722,adpcm_g726,adpcm_g726le,adpcm_ima_qt,adpcm_ima_wav,adpcm_ima_oki,adpcm_ms,adpcm_swf,adpcm_yamaha",
	"pcm_alaw,pcm_mulaw,pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_s64le,pcm_s64be",
	"pcm_u16le,pcm_u16be,pcm_u24le,pcm_u24be,pcm_u32le,pcm_u32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_s16le_planar,pcm_s16be_planar",
}, ",")
