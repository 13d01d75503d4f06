package ffmpeg

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode"

	"dictation/audio"
)

// What is kept of a recording's metadata at most.
const (
	maxTags    = 128
	maxTagName = 64
	maxTagText = 4 << 10
	maxMarks   = 1000
)

// parseWords reads the text form of metadata (ffmpeg-formats(1), "Metadata"):
// NAME=text lines, then a [CHAPTER] section for each mark. A backslash keeps
// the meaning of the character behind it away. The text is the file's own and
// may be anything.
func parseWords(b []byte) audio.Meta {
	var m audio.Meta
	var mark *chapter
	for len(b) > 0 {
		var l line
		l, b = nextLine(b)
		switch {
		case l.section:
			m.Cues = mark.end(m.Cues)
			mark = nil
			if l.name == "[CHAPTER]" {
				mark = &chapter{}
			}
		case mark != nil:
			mark.take(l)
		default:
			m.Tags = tagged(m.Tags, l)
		}
	}
	m.Cues = mark.end(m.Cues)
	return m
}

// line is one of the text: a section's name, or a tag; neither when name is empty.
type line struct {
	name, text string
	section    bool
}

// nextLine takes a line off b, with the escapes resolved.
func nextLine(b []byte) (l line, rest []byte) {
	var part []byte
	cut, comment := false, false
	at := 0
scan:
	for ; at < len(b); at++ {
		switch c := b[at]; {
		case c == '\\' && at+1 < len(b):
			at++
			part = append(part, b[at])
		case c == '\n':
			break scan
		case c == ';' && at == 0, c == '#' && at == 0:
			comment = true
		case c == '=' && !cut:
			l.name, part, cut = string(part), nil, true
		default:
			part = append(part, c)
		}
	}
	rest = b[min(at+1, len(b)):]
	switch {
	case comment:
		return line{}, rest
	case !cut && bytes.HasPrefix(b, []byte("[")):
		return line{name: string(part), section: true}, rest
	case !cut:
		return line{}, rest
	}
	l.text = string(part)
	return l, rest
}

// tagged adds a tag under its upper-case name. Of a name that comes several
// times the first counts; what is too much is left out.
func tagged(tags map[string]string, l line) map[string]string {
	name, text := strings.ToUpper(l.name), clean(l.text)
	if _, twice := tags[name]; twice || !plain(name) || text == "" || len(tags) >= maxTags {
		return tags
	}
	if tags == nil {
		tags = map[string]string{}
	}
	tags[name] = text
	return tags
}

// plain reports whether a name can be one: short, of visible ASCII.
func plain(name string) bool {
	return name != "" && len(name) <= maxTagName && strings.Trim(name, " ") == name &&
		strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// clean is text as it may be shown: UTF-8 without control characters other than
// line ends, of bounded length.
func clean(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), maxTagText)], "")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s))
}

// chapter is a mark while its lines pass.
type chapter struct {
	numerator, denominator int64 // of a second, the unit of start
	start                  int64
	title                  string
}

func (c *chapter) take(l line) {
	switch l.name {
	case "TIMEBASE":
		over, under, _ := strings.Cut(l.text, "/")
		c.numerator, _ = strconv.ParseInt(over, 10, 32)
		c.denominator, _ = strconv.ParseInt(under, 10, 32)
	case "START":
		c.start, _ = strconv.ParseInt(l.text, 10, 64)
	case "title":
		c.title = clean(l.text)
	}
}

// end adds the mark to cues when it lies at a time that a recording can have.
func (c *chapter) end(cues []audio.Cue) []audio.Cue {
	if c == nil || c.numerator <= 0 || c.denominator <= 0 || c.start < 0 || len(cues) >= maxMarks {
		return cues
	}
	at := float64(c.start) * float64(c.numerator) / float64(c.denominator)
	if at > longest.Seconds() {
		return cues
	}
	return append(cues, audio.Cue{At: time.Duration(at * float64(time.Second)).Round(time.Microsecond), Label: c.title})
}
