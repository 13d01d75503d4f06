package audio

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// Pages of Ogg (RFC 3533 section 6).
const (
	oggHeaderLen = 27
	oggPageMost  = oggHeaderLen + 255 + 255*255
	oggContinued = 1 // the page begins in the middle of a packet
	oggFirst     = 2 // of a logical stream
	oggLast      = 4 // of a logical stream
	noGranule    = -1
)

// oggPage is a page whose checksum was right. Its slices are valid until the
// next page is read.
type oggPage struct {
	flags   byte
	granule int64 // of the codec; noGranule: no packet ends here
	serial  uint32
	number  uint32 // within its stream
	lacing  []byte
	body    []byte
}

// oggPages reads page after page, going over what is none.
type oggPages struct {
	br      *bufio.Reader // of at least oggPageMost
	page    int           // bytes of the page that was given
	damaged bool          // something was gone over, or the last page is cut
}

// next gives the next page; io.EOF is the end of the file.
func (o *oggPages) next() (oggPage, error) {
	if _, err := o.br.Discard(o.page); err != nil {
		return oggPage{}, err
	}
	o.page = 0
	for {
		head, err := o.br.Peek(oggHeaderLen)
		if err != nil {
			o.damaged = o.damaged || len(head) > 0
			return oggPage{}, err
		}
		skip := len(head)
		if i := bytes.IndexByte(head[1:], 'O'); i >= 0 {
			skip = 1 + i
		}
		if string(head[:4]) == "OggS" {
			// The end of the file may lie behind what only looks like a page.
			p, size, err := o.parse(int(head[26]))
			if err != nil && err != io.EOF {
				return oggPage{}, err
			}
			if size > 0 {
				o.page = size
				return p, nil
			}
		}
		o.damaged = true
		if _, err := o.br.Discard(skip); err != nil {
			return oggPage{}, err
		}
	}
}

// parse reads the page that lies ahead; its size is 0 when it is damaged.
func (o *oggPages) parse(segments int) (oggPage, int, error) {
	n := oggHeaderLen + segments
	b, err := o.br.Peek(n)
	if err != nil {
		return oggPage{}, 0, err
	}
	for _, s := range b[oggHeaderLen:] {
		n += int(s)
	}
	if b, err = o.br.Peek(n); err != nil {
		return oggPage{}, 0, err
	}
	crc := oggCRC(0, b[:22])
	crc = oggCRC(crc, []byte{0, 0, 0, 0})
	if oggCRC(crc, b[26:]) != binary.LittleEndian.Uint32(b[22:]) {
		return oggPage{}, 0, nil
	}
	return oggPage{
		flags:   b[5],
		granule: int64(binary.LittleEndian.Uint64(b[6:])),
		serial:  binary.LittleEndian.Uint32(b[14:]),
		number:  binary.LittleEndian.Uint32(b[18:]),
		lacing:  b[oggHeaderLen : oggHeaderLen+segments],
		body:    b[oggHeaderLen+segments:],
	}, n, nil
}

// oggOpus takes the packets of Opus out of Ogg (RFC 7845).
type oggOpus struct {
	pages   oggPages
	serial  uint32
	number  uint32 // of the last page
	partial []byte // of a packet that goes on on the next page
	headers int    // packets of the link that are no sound and still to come
	queue   []opusPacket
	links   int  // streams one after the other in the file (RFC 3533: chained)
	fresh   bool // no sound of the link was filed
	started bool
	ended   bool
	first   int64 // granule position at which the link's sound begins
	at      int64 // of what was given since
	limits  Limits
	head    opusHead
	tags    map[string]string
}

func openOggOpus(br *bufio.Reader, limits Limits) (*opusReader, error) {
	o := &oggOpus{pages: oggPages{br: br}, limits: limits}
	if br.Size() < oggPageMost {
		o.pages.br = bufio.NewReaderSize(br, oggPageMost)
	}
	for o.links == 0 || o.headers > 0 {
		if err := o.turn(); err != nil {
			return &opusReader{info: Info{Kind: Opus, Channels: o.head.channels}}, cutOff(err)
		}
	}
	return newOpusReader(Opus, o, o.head, limits)
}

// next implements opusPackets.
func (o *oggOpus) next() (opusPacket, error) {
	for len(o.queue) == 0 {
		if err := o.turn(); err != nil {
			return opusPacket{}, err
		}
	}
	p := o.queue[0]
	o.queue = o.queue[1:]
	return p, nil
}

// details implements opusPackets. A stream whose last page is not marked as
// that was cut off (RFC 7845 section 4).
func (o *oggOpus) details(int64, int) Details {
	return Details{Meta: Meta{Tags: o.tags}, Repaired: o.pages.damaged || !o.ended}
}

// turn reads the next page.
func (o *oggOpus) turn() error {
	p, err := o.pages.next()
	if err != nil {
		return err
	}
	switch {
	case p.flags&oggFirst != 0 && bytes.HasPrefix(p.body, []byte("OpusHead")) && (o.links == 0 || o.ended):
		return o.link(p)
	case o.links == 0 || p.serial != o.serial || o.ended:
		return nil // of another stream in the same file
	}
	o.take(p)
	return nil
}

// link begins a logical stream with the page of its OpusHead.
func (o *oggOpus) link(p oggPage) error {
	head, err := parseOpusHead(p.body, Opus)
	if err != nil {
		return err
	}
	if o.links > 0 && head.channels != o.head.channels {
		return leave(Opus, ErrUnsupported, "This recording changes from mono to stereo in the middle. Please export it as WAV and send that.")
	}
	o.head, o.serial, o.number, o.headers, o.fresh = head, p.serial, p.number, 1, true
	o.links++
	o.partial, o.started, o.ended, o.first, o.at = nil, false, false, 0, 0
	return nil
}

// take makes packets of a page and gives each what it lacks or has too much of.
func (o *oggOpus) take(p oggPage) {
	o.number++
	if p.flags&oggContinued == 0 || p.number != o.number {
		o.partial = nil // a page between is lost
	}
	o.number = p.number
	from := len(o.queue)
	body, skip := p.body, p.flags&oggContinued != 0 && o.partial == nil
	for len(p.lacing) > 0 {
		n, whole := 0, false
		for len(p.lacing) > 0 && !whole {
			n += int(p.lacing[0])
			whole = p.lacing[0] < 255
			p.lacing = p.lacing[1:]
		}
		room := max(0, int(o.limits.MaxMetadata)-len(o.partial))
		o.partial = append(o.partial, body[:min(n, room)]...)
		body = body[n:]
		if whole {
			if !skip {
				o.packet()
			}
			o.partial, skip = nil, false
		}
	}
	o.ended = p.flags&oggLast != 0
	if len(o.queue) > from && p.granule != noGranule {
		o.place(o.queue[from:], p.granule)
	}
}

// packet files a whole packet: the comments first, where they were not lost,
// then sound.
func (o *oggOpus) packet() {
	tags, ok := bytes.CutPrefix(o.partial, []byte("OpusTags"))
	first := o.headers > 0
	o.headers = 0
	switch {
	case first && ok && o.tags == nil:
		o.tags = vorbisComment(tags)
	case !first || !ok:
		o.queue = append(o.queue, opusPacket{data: o.partial, restart: o.links > 1 && o.fresh})
		o.fresh = false
	}
}

// place holds the packets that end on a page against its granule position: the
// first page tells where the sound begins (RFC 7845 section 4.3), later ones
// whether some was lost, and the last page where it ends (section 4.4).
func (o *oggOpus) place(packets []opusPacket, granule int64) {
	length := int64(0)
	for _, p := range packets {
		length += opusDuration(p.data)
	}
	if !o.started {
		o.started = true
		o.first = max(0, granule-length)
	}
	end := max(0, granule-o.first)
	if lost := end - o.at - length; lost > 0 && o.at > 0 {
		packets[0].lost = lost
		o.pages.damaged = true
		length += lost
	}
	o.at += length
	if !o.ended {
		return
	}
	for i := len(packets) - 1; i >= 0 && o.at > end; i-- {
		packets[i].trim = min(opusDuration(packets[i].data), o.at-end)
		o.at -= packets[i].trim
	}
}
