package audio

import (
	"bufio"
	"bytes"
	"io"
	"math"
	"time"

	"github.com/at-wat/ebml-go"
)

// The elements of Matroska (RFC 9559 section 5) that are looked at. All others
// are passed over.
const (
	ebmlSegment        = 0x18538067
	ebmlInfo           = 0x1549a966
	ebmlTimecodeScale  = 0x2ad7b1
	ebmlDuration       = 0x4489
	ebmlDate           = 0x4461
	ebmlTracks         = 0x1654ae6b
	ebmlTrack          = 0xae
	ebmlTrackNumber    = 0xd7
	ebmlTrackType      = 0x83
	ebmlCodecID        = 0x86
	ebmlCodecPrivate   = 0x63a2
	ebmlEncodings      = 0x6d80
	ebmlCluster        = 0x1f43b675
	ebmlTimecode       = 0xe7
	ebmlSimpleBlock    = 0xa3
	ebmlBlockGroup     = 0xa0
	ebmlBlock          = 0xa1
	ebmlDiscardPadding = 0x75a2
	ebmlTitle          = 0x7ba9
	ebmlWritingApp     = 0x5741
	ebmlTags           = 0x1254c367
	ebmlTag            = 0x7373
	ebmlSimpleTag      = 0x67c8
	ebmlTagName        = 0x45a3
	ebmlTagString      = 0x4487
)

// What an element is at most taken to be large.
const (
	webmValueMost = 64 << 10
	webmBlockMost = 1 << 20
	webmSound     = 2 // a track's type
)

// element is the head of an element of EBML (RFC 8794).
type element struct {
	id   uint32
	size int64 // of the body; -1: not known, as recorders leave it while they run
}

// webm takes the packets of Opus out of WebM. Elements that hold others are
// gone into without noting where they end: what is inside names itself, and so
// it does not matter whether a length is known. Nothing is believed of lengths,
// and nothing seeks: cues and durations are not needed.
type webm struct {
	br       *bufio.Reader
	tracks   []webmTrack
	track    uint64 // that is read
	scale    int64  // nanoseconds of a tick
	duration float64
	tags     map[string]string
	tagName  string // of the tag whose text comes next
	cluster  int64  // time of the cluster in ticks
	began    bool
	first    int64 // nanoseconds at which the sound begins
	at       int64 // samples at opusRate since
	queue    []opusPacket
	read     int64 // bytes so far
	until    int64 // at which the elements that were gone into end at least
	cut      bool
	end      error
}

// webmTrack is what is kept of a TrackEntry.
type webmTrack struct {
	number, kind uint64
	codec        string
	private      []byte
	encoded      bool // compressed or encrypted once more
}

// openWebM reads up to the first cluster.
func openWebM(br *bufio.Reader, limits Limits) (Source, error) {
	w := &webm{br: br, scale: int64(time.Millisecond)}
	for n := 0; ; n++ {
		e, err := w.head()
		if err == nil && e.id == ebmlCluster {
			break
		}
		if err == nil && n >= limits.MaxChunks {
			err = refuse(ErrLimit, "The file has more than %d parts, the limit MaxChunks. It is damaged; please record or export it again.", limits.MaxChunks)
		}
		if err == nil {
			err = w.describe(e)
		}
		if err != nil {
			return nil, cutOff(err)
		}
	}
	for _, t := range w.tracks {
		if t.kind != webmSound {
			continue
		}
		if t.codec != "A_OPUS" || t.encoded {
			return nil, leave(WebM, ErrUnsupported, "This is a WebM recording with %.32q sound inside, which cannot be read here. Please send it as WAV.", t.codec)
		}
		head, err := parseOpusHead(t.private, WebM)
		if err != nil {
			return nil, err
		}
		w.track = t.number
		return newOpusReader(WebM, w, head, limits)
	}
	return nil, refuse(ErrNotAudio, "This is a video without sound. Please choose the recording and send it again.")
}

// head reads the next element's id and size.
func (w *webm) head() (element, error) {
	id, _, err := w.vint(4, true)
	if err != nil {
		return element{}, err
	}
	size, unknown, err := w.vint(8, false)
	if err == io.EOF {
		w.cut = true
	}
	if err != nil {
		return element{}, err
	}
	e := element{id: uint32(id), size: int64(size)}
	switch {
	case unknown:
		e.size = -1
	case e.id == ebmlSegment || e.id == ebmlCluster:
		w.until = max(w.until, w.read+e.size)
	}
	return e, nil
}

// vint reads a number whose first byte tells its length (RFC 8794 section 4).
// An id keeps the bits that tell it.
func (w *webm) vint(most int, keep bool) (v uint64, ones bool, err error) {
	b, err := w.br.Peek(1)
	if err != nil {
		return 0, false, err
	}
	n := 1
	for mask := byte(0x80); n <= most && b[0]&mask == 0; mask >>= 1 {
		n++
	}
	if n > most {
		return 0, false, damagedWebM()
	}
	if b, err = w.br.Peek(n); err != nil {
		w.cut = true
		return 0, false, err
	}
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	all := uint64(1)<<(7*n) - 1
	if ones = v&all == all; !keep {
		v &= all
	}
	w.read += int64(n)
	_, err = w.br.Discard(n)
	return v, ones, err
}

func damagedWebM() error {
	return leave(WebM, ErrDamaged, "This WebM recording is damaged. Please export it again, or send it as WAV.")
}

// describe takes an element from before the sound.
func (w *webm) describe(e element) error {
	switch e.id {
	case ebmlSegment, ebmlInfo, ebmlTracks:
		return nil
	case ebmlTrack:
		if len(w.tracks) >= 64 {
			return damagedWebM()
		}
		w.tracks = append(w.tracks, webmTrack{})
		return nil
	case ebmlTimecodeScale, ebmlDuration:
		return w.info(e)
	case ebmlTrackNumber, ebmlTrackType, ebmlCodecID, ebmlCodecPrivate, ebmlEncodings:
		if len(w.tracks) > 0 {
			return w.entry(e, &w.tracks[len(w.tracks)-1])
		}
	}
	return w.said(e)
}

// info takes a number of Info.
func (w *webm) info(e element) error {
	b, err := w.body(e, 8)
	if err != nil {
		return err
	}
	switch v := number(b); e.id {
	case ebmlTimecodeScale:
		if v > 0 && v <= uint64(time.Second) {
			w.scale = int64(v)
		}
	case ebmlDuration:
		if len(b) == 4 {
			w.duration = float64(math.Float32frombits(uint32(v)))
		} else {
			w.duration = math.Float64frombits(v)
		}
	}
	return nil
}

// entry takes a value of a TrackEntry.
func (w *webm) entry(e element, t *webmTrack) error {
	if e.id == ebmlEncodings {
		t.encoded = true
		return w.skip(e)
	}
	b, err := w.body(e, webmValueMost)
	if err != nil {
		return err
	}
	switch e.id {
	case ebmlTrackNumber:
		t.number = number(b)
	case ebmlTrackType:
		t.kind = number(b)
	case ebmlCodecID:
		t.codec = text(b, 64)
	case ebmlCodecPrivate:
		t.private = b
	}
	return nil
}

// number reads an unsigned number of up to eight bytes.
func number(b []byte) (v uint64) {
	for _, c := range b[:min(len(b), 8)] {
		v = v<<8 | uint64(c)
	}
	return v
}

// body reads the whole of a small element.
func (w *webm) body(e element, most int64) ([]byte, error) {
	if e.size < 0 || e.size > most {
		return nil, damagedWebM()
	}
	b, err := io.ReadAll(io.LimitReader(w.br, e.size))
	w.read += int64(len(b))
	if err == nil && int64(len(b)) < e.size {
		w.cut = true
		err = io.EOF
	}
	return b, err
}

// skip goes over an element.
func (w *webm) skip(e element) error {
	if e.size < 0 {
		return nil // gone into
	}
	for left := e.size; left > 0; {
		n, err := w.br.Discard(int(min(left, 1<<30)))
		w.read += int64(n)
		if left -= int64(n); err != nil {
			w.cut = w.cut || err == io.EOF
			return err
		}
	}
	return nil
}

// next implements opusPackets. A packet is given when what follows it has
// shown that no padding belongs to it.
func (w *webm) next() (opusPacket, error) {
	for len(w.queue) < 2 && w.end == nil {
		w.end = w.turn()
	}
	if len(w.queue) == 0 {
		return opusPacket{}, w.end
	}
	p := w.queue[0]
	w.queue = w.queue[1:]
	return p, nil
}

// turn reads the next element of the sound.
func (w *webm) turn() error {
	e, err := w.head()
	if err != nil {
		return err
	}
	switch e.id {
	case ebmlSegment, ebmlCluster, ebmlBlockGroup:
		return nil
	case ebmlTimecode:
		b, err := w.body(e, 8)
		w.cluster = int64(number(b) & math.MaxInt64)
		return err
	case ebmlDiscardPadding:
		b, err := w.body(e, 8)
		if n := len(w.queue); n > 0 && len(b) > 0 {
			pad := int64(number(b)<<(64-8*len(b))) >> (64 - 8*len(b))
			w.pad(&w.queue[n-1], pad)
		}
		return err
	case ebmlSimpleBlock, ebmlBlock:
		return w.block(e)
	}
	return w.said(e)
}

// pad notes the nanoseconds that are no sound at the end of a packet.
func (w *webm) pad(p *opusPacket, nanoseconds int64) {
	length := opusDuration(p.data)
	if nanoseconds <= 0 || p.trim > 0 {
		return
	}
	p.trim = length
	if nanoseconds < int64(time.Second) {
		p.trim = min(length, (nanoseconds*opusRate+int64(time.Second)/2)/int64(time.Second))
	}
}

// block takes the packets of a block of our track.
func (w *webm) block(e element) error {
	b, err := w.br.Peek(1)
	if err != nil {
		w.cut = true
		return err
	}
	// Tracks with a number above 126 do not occur beside one of sound.
	if e.size < 0 || uint64(b[0]&0x7f) != w.track || b[0]&0x80 == 0 {
		return w.skip(e)
	}
	body, err := w.body(e, webmBlockMost)
	if err != nil {
		return err
	}
	blk, err := ebml.UnmarshalBlock(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return damagedWebM()
	}
	first := len(w.queue)
	for _, data := range blk.Data {
		w.queue = append(w.queue, opusPacket{data: data})
		w.at += opusDuration(data)
	}
	if len(w.queue) > first {
		w.place(&w.queue[first], blk)
	}
	return nil
}

// patience is how far a block may be late before silence is put in its place:
// recorders time by the clock of the machine and not by the samples.
const patience = opusRate / 5

// place holds a block's time against the samples that came before it: a
// recorder sends nothing while nobody speaks.
func (w *webm) place(p *opusPacket, blk *ebml.Block) {
	length := int64(0)
	for _, data := range blk.Data {
		length += opusDuration(data)
	}
	ticks := w.cluster + int64(blk.Timecode)
	if ticks < 0 || ticks > math.MaxInt64/w.scale {
		return
	}
	now := ticks * w.scale
	if !w.began {
		w.began, w.first = true, now
	}
	before := w.at - length
	late := int64(time.Duration(now-w.first).Seconds()*opusRate) - before
	if late > patience {
		p.lost = late
		w.at += late
	}
}

// details implements opusPackets. Recordings of browsers tell neither lengths
// nor duration: they are cut only where the file ends within an element.
func (w *webm) details(given int64, rate int) Details {
	cut := w.cut || w.read < w.until
	d := Details{Meta: Meta{Tags: w.tags}, Repaired: cut}
	if want := w.duration * float64(w.scale) / 1e9 * float64(rate); cut && want < maxDuration.Seconds()*float64(rate) {
		d.Missing = max(0, int64(want)-given)
	}
	return d
}
