package audio

import (
	"encoding/binary"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Meta is what a recorder or program wrote into the file about the recording.
// It can hold patient data: it is for rows and authorised answers only. Times
// and names are as written, and often wrong.
type Meta struct {
	Info      map[string]string `json:"info,omitempty"`      // LIST/INFO by four-letter name: IART artist, ICRD date, ISFT program
	Broadcast *Broadcast        `json:"broadcast,omitempty"` // bext
	Cart      map[string]string `json:"cart,omitempty"`      // AES46: title, artist, client …
	IXML      string            `json:"ixml,omitempty"`
	Cues      []Cue             `json:"cues,omitempty"` // index marks
	Tags      map[string]string `json:"tags,omitempty"` // comments of FLAC and Ogg, or what a decoder found, by upper-case name
	DSS       *DSSHeader        `json:"dss,omitempty"`
}

// Broadcast is the bext chunk (EBU Tech 3285).
type Broadcast struct {
	Description string `json:"description,omitempty"`
	Originator  string `json:"originator,omitempty"`
	Reference   string `json:"reference,omitempty"`
	Date        string `json:"date,omitempty"` // yyyy-mm-dd as a rule
	Time        string `json:"time,omitempty"` // hh:mm:ss, no zone
}

// Cue is a mark that was set while recording or editing.
type Cue struct {
	At    time.Duration `json:"at_ns"`
	Label string        `json:"label,omitempty"`
}

// What is kept of a file's metadata at most.
const (
	maxTags    = 128
	maxTagText = 4 << 10
	maxXML     = 64 << 10
	maxCues    = 1000
)

// metadata gathers Meta while the chunks pass.
type metadata struct {
	meta   Meta
	cues   []struct{ id, frame uint32 }
	labels map[uint32]string
}

// read takes a chunk that is neither format nor sound. Of each kind the first counts.
func (m *metadata) read(c chunk, w *walker, limit int64) error {
	var take func([]byte, binary.ByteOrder)
	switch id := strings.ToLower(c.id); {
	case id == "list":
		take = m.list
	case id == "bext" && m.meta.Broadcast == nil:
		take = m.bext
	case id == "cart" && m.meta.Cart == nil:
		take = m.cart
	case id == "ixml" && m.meta.IXML == "":
		take = func(b []byte, _ binary.ByteOrder) { m.meta.IXML = text(b, maxXML) }
	case id == "cue " && m.cues == nil:
		take = m.cue
	default:
		return nil
	}
	b, err := w.body(limit)
	if err != nil {
		return err
	}
	take(b, w.order)
	return nil
}

// result joins marks and labels; rate makes times of sample numbers.
func (m *metadata) result(rate int) Meta {
	out := m.meta
	for _, c := range m.cues {
		out.Cues = append(out.Cues, Cue{At: framesToTime(int64(c.frame), float64(max(1, rate))), Label: m.labels[c.id]})
	}
	return out
}

func (m *metadata) list(b []byte, order binary.ByteOrder) {
	if len(b) < 4 {
		return
	}
	kind, b := string(b[:4]), b[4:]
	for len(b) >= 8 {
		id, size := string(b[:4]), uint64(order.Uint32(b[4:]))
		body := b[8:]
		body = body[:min(uint64(len(body)), size)]
		b = b[min(uint64(len(b)), 8+size+size&1):]
		switch {
		case kind == "INFO":
			m.tag(id, body)
		case kind == "adtl" && id == "labl" && len(body) >= 4:
			if m.labels == nil {
				m.labels = map[uint32]string{}
			}
			if len(m.labels) < maxCues {
				m.labels[order.Uint32(body)] = text(body[4:], maxTagText)
			}
		}
	}
}

func (m *metadata) tag(id string, body []byte) {
	if !plausible([]byte(id)) || len(m.meta.Info) >= maxTags {
		return
	}
	if m.meta.Info == nil {
		m.meta.Info = map[string]string{}
	}
	if s := text(body, maxTagText); s != "" {
		m.meta.Info[id] = s
	}
}

func (m *metadata) bext(b []byte, _ binary.ByteOrder) {
	f := fields{b}
	t := Broadcast{Description: f.next(256), Originator: f.next(32), Reference: f.next(32), Date: f.next(10), Time: f.next(8)}
	if t != (Broadcast{}) {
		m.meta.Broadcast = &t
	}
}

func (m *metadata) cart(b []byte, _ binary.ByteOrder) {
	f := fields{b}
	m.meta.Cart = map[string]string{}
	for _, part := range []struct {
		name string
		size int
	}{
		{"version", 4}, {"title", 64}, {"artist", 64}, {"cut", 64}, {"client", 64}, {"category", 64},
		{"classification", 64}, {"out_cue", 64}, {"start_date", 10}, {"start_time", 8}, {"end_date", 10},
		{"end_time", 8}, {"program", 64}, {"program_version", 64}, {"user", 64},
	} {
		if s := f.next(part.size); s != "" {
			m.meta.Cart[part.name] = s
		}
	}
}

func (m *metadata) cue(b []byte, order binary.ByteOrder) {
	if len(b) < 4 {
		return
	}
	for b = b[4:]; len(b) >= 24 && len(m.cues) < maxCues; b = b[24:] {
		m.cues = append(m.cues, struct{ id, frame uint32 }{order.Uint32(b), order.Uint32(b[20:])})
	}
}

// fields cuts fixed-length text fields off a chunk.
type fields struct{ b []byte }

func (f *fields) next(n int) string {
	n = min(n, len(f.b))
	s := text(f.b[:n], n)
	f.b = f.b[n:]
	return s
}

// whole drops what is left at the end of b of a letter that was cut in two.
func whole(b []byte, cut bool) []byte {
	for n := 1; cut && n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-n:]) {
				return b[:len(b)-n]
			}
			break
		}
	}
	return b
}

// text reads up to the first zero, as UTF-8 or else as Latin-1, without control
// characters other than line ends, at most limit bytes of the file.
func text(b []byte, limit int) string {
	b = whole(b[:min(len(b), limit)], len(b) > limit)
	for i, c := range b {
		if c == 0 {
			b = b[:i]
			break
		}
	}
	s := string(b)
	if !utf8.Valid(b) {
		r := make([]rune, len(b))
		for i, c := range b {
			r[i] = rune(c)
		}
		s = string(r)
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s))
}
