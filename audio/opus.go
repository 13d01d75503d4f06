package audio

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/pion/opus"
)

const (
	opusRate = 48000 // Hz in which Opus counts, whatever was recorded
	// opusWide is the rate that is decoded to as a rule. Decoding to 16 kHz would
	// be quicker, but the decoder's own low-pass lets an 8.2 kHz tone through to
	// 7.8 kHz with -22 dB. From 24 kHz on the resampler of every other format
	// does it.
	opusWide = 24000
	// opusSpeech is the rate where the lower 8 kHz are coded apart as speech
	// (SILK at 16 kHz, alone or in the hybrid mode): nothing folds down there,
	// and nothing is resampled.
	opusSpeech = CanonicalRate
	opusLong   = 5760 // samples at opusRate that a packet can have: 120 ms
	opusMost   = opusLong * opusWide / opusRate
)

// opusPacket is a packet of Opus. Its lengths are in samples of opusRate.
type opusPacket struct {
	data    []byte
	lost    int64 // sound that is missing before it
	trim    int64 // padding at its end
	restart bool  // another stream begins with it
}

// opusPackets is a container of Opus.
type opusPackets interface {
	next() (opusPacket, error)
	details(given int64, rate int) Details // given counts frames at rate
}

// opusHead is the OpusHead packet (RFC 7845 section 5.1).
type opusHead struct {
	channels int
	preSkip  int     // samples at opusRate before the sound begins
	gain     float32 // to multiply with
}

// parseOpusHead reads what stands before the sound in Ogg and in WebM. More
// than two channels are left to a decoder.
func parseOpusHead(b []byte, kind Kind) (opusHead, error) {
	if len(b) < 19 || b[8]&0xf0 != 0 {
		return opusHead{}, leave(kind, ErrDamaged, "The file's description of its sound is damaged. Please record or export it again.")
	}
	h := opusHead{
		channels: int(b[9]),
		preSkip:  int(binary.LittleEndian.Uint16(b[10:])),
		gain:     float32(math.Pow(10, float64(int16(binary.LittleEndian.Uint16(b[16:])))/(20*256))),
	}
	if b[18] > 1 || h.channels > 2 || b[18] == 1 && (len(b) < 21 || b[19] != 1) {
		return h, leave(kind, ErrUnsupported, "This is an Opus recording with %d channels, which cannot be read here. Please export it as mono or stereo WAV and send that.", h.channels)
	}
	if h.channels == 0 {
		return h, leave(kind, ErrDamaged, "The file says that it has no sound channel. Its header is damaged; please record or export it again.")
	}
	return h, nil
}

// opusDuration is how many samples at opusRate a packet has by its first bytes
// (RFC 6716 sections 3.1 and 3.2); 0 for one that cannot be.
func opusDuration(p []byte) int64 {
	if len(p) == 0 {
		return 0
	}
	var frame int64
	switch config := p[0] >> 3; {
	case config < 12: // SILK
		frame = [4]int64{480, 960, 1920, 2880}[config&3]
	case config < 16: // hybrid
		frame = [2]int64{480, 960}[config&1]
	default: // CELT
		frame = 120 << (config & 3)
	}
	switch p[0] & 3 {
	case 0:
		return frame
	case 1, 2:
		return 2 * frame
	}
	if len(p) < 2 || int64(p[1]&63)*frame > opusLong {
		return 0
	}
	return int64(p[1]&63) * frame
}

// opusCoding is how the sound of a packet is coded (RFC 6716 section 3.1).
type opusCoding byte

const (
	opusNarrow opusCoding = iota // as speech at 8 or 12 kHz, or with no sound above 8 kHz
	opusSILK                     // as speech at 16 kHz, alone or with the rest apart
	opusCELT                     // as any sound, up to 12 or 20 kHz
)

func codingOf(p []byte) opusCoding {
	if len(p) == 0 {
		return opusNarrow
	}
	switch config := p[0] >> 3; {
	case config >= 8 && config < 16:
		return opusSILK
	case config >= 24:
		return opusCELT
	}
	return opusNarrow
}

// opusReader is the Source of Opus (RFC 6716) in Ogg or WebM. How the first
// packet is coded decides about its rate.
type opusReader struct {
	info    Info
	src     opusPackets
	first   *opusPacket // read to know its coding, not yet decoded
	recent  []opusPacket
	wide    *opusWidener // nil as long as the decoder's rate is that of Info
	head    opusHead
	dec     opus.Decoder
	buf     []float32
	held    []float32 // decoded, not yet given
	silence int64     // frames to give before held
	skip    int64     // frames of what is decoded that are still before the beginning
	last    int64     // length of the last good packet
	given   int64
	damaged bool
	end     error
}

// codecIn names the codec where the kind of file does not.
var codecIn = map[Kind]string{WebM: "Opus"}

// newOpusReader makes one whose packets follow.
func newOpusReader(kind Kind, src opusPackets, head opusHead, limits Limits) (*opusReader, error) {
	r := &opusReader{
		info: Info{Kind: kind, Codec: codecIn[kind], Rate: opusWide, Channels: head.channels},
		src:  src, head: head, buf: make([]float32, opusMost*head.channels), last: opusRate / 50,
	}
	p, err := src.next()
	switch {
	case err != nil:
		r.end = err
	case codingOf(p.data) == opusSILK:
		r.info.Rate = opusSpeech
		fallthrough
	default:
		r.first = &p
	}
	if err := r.info.check(limits); err != nil {
		return r, err
	}
	r.restart()
	return r, nil
}

// restart forgets what was decoded. What comes first is the decoder's run-up
// (RFC 7845 section 4.2).
func (r *opusReader) restart() {
	// It fails for rates and channels that were checked.
	r.dec, _ = opus.NewDecoderWithOutput(r.rate(), r.head.channels)
	r.skip = (int64(r.head.preSkip) + r.step()/2) / r.step()
}

// rate is what is decoded to.
func (r *opusReader) rate() int {
	if r.wide != nil {
		return opusWide
	}
	return r.info.Rate
}

// step is how many samples at opusRate one that is decoded stands for.
func (r *opusReader) step() int64 { return opusRate / int64(r.rate()) }

// Info implements [Source].
func (r *opusReader) Info() Info { return r.info }

// Details implements [Detailed].
func (r *opusReader) Details() Details {
	d := r.src.details(r.given, r.info.Rate)
	d.Repaired = d.Repaired || r.damaged
	return d
}

// Read implements [Source].
func (r *opusReader) Read(dst []float32) (int, error) {
	ch := r.info.Channels
	for r.silence == 0 && len(r.held) == 0 {
		if r.end != nil {
			return 0, r.end
		}
		r.end = r.fill()
	}
	n := len(dst) / ch
	if r.silence > 0 {
		n = int(min(int64(n), r.silence))
		clear(dst[:n*ch])
		r.silence -= int64(n)
	} else {
		n = copy(dst[:n*ch], r.held) / ch
		r.held = r.held[n*ch:]
	}
	r.given += int64(n)
	return n, nil
}

// fill decodes the next packet. A packet that cannot be decoded is silence of
// its length: what follows stays where it belongs.
func (r *opusReader) fill() error {
	p, err := r.next()
	if err != nil {
		if r.wide != nil {
			r.held = r.wide.flush()
		}
		return err
	}
	if r.info.Rate == opusSpeech && r.wide == nil && codingOf(p.data) == opusCELT {
		r.widen()
	}
	if p.restart {
		r.restart()
	}
	length := opusDuration(p.data)
	n, err := r.decode(p.data)
	if err != nil || int64(n) != length/r.step() {
		r.damaged = true
		if length == 0 {
			length = r.last
		}
		n = int(length / r.step())
		clear(r.buf[:n*r.info.Channels])
	}
	r.last = length
	r.silence = p.lost * int64(r.info.Rate) / opusRate
	keep := n - int(p.trim/r.step()) // rounded up: the length is ceil(n·rate/opusRate)
	skip := min(int64(keep), r.skip)
	r.skip -= skip
	r.held = r.buf[int(skip)*r.info.Channels : max(int(skip), keep)*r.info.Channels]
	if r.head.gain != 1 {
		for i := range r.held {
			r.held[i] *= r.head.gain
		}
	}
	if r.wide != nil {
		r.held = r.wide.process(r.held)
	}
	return nil
}

// next gives the next packet.
func (r *opusReader) next() (p opusPacket, err error) {
	if r.first != nil {
		p, r.first = *r.first, nil
	} else if p, err = r.src.next(); err != nil {
		return p, err
	}
	if r.info.Rate == opusSpeech && r.wide == nil {
		r.recent = append(r.recent[max(0, len(r.recent)-opusRunUp):], p)
	}
	return p, nil
}

var errOpus = errors.New("an Opus packet that cannot be decoded")

// decode gives the frames of a packet in buf. The decoder is another house's:
// should a hostile packet make it panic, that packet is lost and not the
// program.
func (r *opusReader) decode(data []byte) (n int, err error) {
	if len(data) == 0 {
		return 0, errOpus
	}
	defer func() {
		if recover() != nil {
			n, err = 0, errOpus
			r.dec, _ = opus.NewDecoderWithOutput(r.rate(), r.head.channels)
		}
	}()
	return r.dec.DecodeToFloat32(data, r.buf)
}
