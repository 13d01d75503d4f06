package audio

import "slices"

// opusRunUp is how many packets a decoder is given before it counts: 80 ms of
// the usual 20 ms (RFC 7845 section 4.6 says that so much makes it converge).
const opusRunUp = 4

// opusWidener makes opusSpeech of opusWide, for a stream that was begun as
// speech and goes on as any sound.
type opusWidener struct {
	channels []*resampler
	drop     int // frames to come that belong to the run-up
	part     []float32
	out      []float32
}

// widen changes to a decoder of opusWide that has heard the last packets, for
// the rest of the stream.
func (r *opusReader) widen() {
	r.wide = &opusWidener{channels: make([]*resampler, r.info.Channels)}
	for c := range r.wide.channels {
		r.wide.channels[c] = newResampler(opusWide)
	}
	skip := r.skip * opusWide / opusSpeech
	r.restart()
	for _, p := range r.recent[:len(r.recent)-1] {
		n := int(opusDuration(p.data) / r.step())
		if m, err := r.decode(p.data); err != nil || m != n {
			clear(r.buf[:n*r.info.Channels])
		}
		r.wide.drop += n * opusSpeech / opusWide // whole: a packet has a multiple of 2.5 ms
		r.wide.process(r.buf[:n*r.info.Channels])
	}
	r.recent, r.skip = nil, skip
}

// process gives what is complete of interleaved frames. The slice is valid
// until the next call.
func (w *opusWidener) process(x []float32) []float32 {
	return w.each(func(c int, rs *resampler) []float32 {
		w.part = w.part[:0]
		for i := c; i < len(x); i += len(w.channels) {
			w.part = append(w.part, x[i])
		}
		return rs.process(w.part)
	})
}

// flush gives the rest.
func (w *opusWidener) flush() []float32 {
	return w.each(func(_ int, rs *resampler) []float32 { return rs.flush() })
}

// each interleaves what the channels give, without the run-up.
func (w *opusWidener) each(give func(c int, rs *resampler) []float32) []float32 {
	n := len(w.channels)
	for c, rs := range w.channels {
		y := give(c, rs)
		w.out = slices.Grow(w.out[:0], n*len(y))[:n*len(y)]
		for i, v := range y {
			w.out[i*n+c] = v
		}
	}
	drop := min(w.drop, len(w.out)/n)
	w.drop -= drop
	return w.out[drop*n:]
}

// Sound that is decoded to opusSpeech comes 0.75 ms late; what is decoded to
// more goes through the decoder's all-pass upsampler, which delays less and
// turns the phase. The filter does the same to opusSpeech, so that the sound
// is, sample by sample, the one of other decoders.
const (
	opusTaps  = 80          // let everything through up to 7.3 kHz
	opusWhole = 2           // samples to go back, beside what the all-pass delays,
	opusPart  = 0.5 + 1./48 // and part of one
)

// opusAllPass are the coefficients of the all-pass (RFC 6716, reference
// decoder, silk_resampler_up2_hq_0).
var opusAllPass = [3]float64{1746.0 / 65536, 14986.0 / 65536, 39083.0 / 65536}

// filter implements filtered.
func (r *opusReader) filter() []float32 {
	row := make([]float32, opusTaps)
	kaiserRow(row, opusPart, 0.5)
	slices.Reverse(row) // to the order of an impulse response
	for _, c := range opusAllPass {
		state := 0.0
		for i, v := range row {
			x := c * (float64(v) - state)
			row[i], state = float32(state+x), float64(v)+x
		}
	}
	slices.Reverse(row)
	return append(make([]float32, opusWhole), row[:opusTaps-opusWhole]...)
}
