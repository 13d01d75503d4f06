package transcript

import (
	"strings"
	"unicode"
)

// Section is a part of a text under a heading.
type Section struct {
	Heading string // as it stands, without the colon
	LOINC   string // the section's code; "" for a heading that has none here
	Offset  int    // of the heading, in bytes
	Body    int    // where what stands under it begins
	Length  int    // of what stands under it, without the white space around
}

// maxHeading is how long a heading is at most, in bytes.
const maxHeading = 60

// Sections finds the sections of a text, a draft or what people made of it. A
// heading begins a line and ends with a colon, or is all the line has; it is
// known by name, or in capitals. Headings inside an examination ("HEENT:")
// belong to its section.
func Sections(text string) []Section {
	var found []Section
	for at := 0; at < len(text); {
		end := at + strings.IndexByte(text[at:], '\n')
		if end < at {
			end = len(text)
		}
		if s, ok := sectionAt(text[at:end]); ok {
			s.Offset, s.Body = s.Offset+at, s.Body+at
			found = append(found, s)
		}
		at = end + 1
	}
	for i := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1].Offset
		}
		body := text[found[i].Body:end]
		trimmed := strings.TrimLeftFunc(body, unicode.IsSpace)
		if trimmed == "" {
			continue
		}
		found[i].Body += len(body) - len(trimmed)
		found[i].Length = len(strings.TrimRightFunc(trimmed, unicode.IsSpace))
	}
	return found
}

// sectionAt reads the heading that a line begins with.
func sectionAt(line string) (Section, bool) {
	from := len(line) - len(strings.TrimLeft(line, " \t*#"))
	head, _, colon := strings.Cut(line[from:], ":")
	if len(head) > maxHeading {
		return Section{}, false
	}
	body := min(from+len(head)+1, len(line))
	head = strings.TrimRight(head, " \t\r*")
	code, known := headingNames[headingKey(head)]
	switch {
	case known && code == inner:
		return Section{}, false
	case known && (colon || strings.ToUpper(head) == head || len(strings.Fields(head)) > 1):
	case colon && capitals(head):
	default:
		return Section{}, false
	}
	return Section{Heading: head, LOINC: code, Offset: from, Body: body}, true
}

// headingKey is what makes two headings the same.
func headingKey(head string) string {
	words := strings.FieldsFunc(strings.ToLower(head), func(r rune) bool { return unicode.IsSpace(r) || r == '/' || r == '&' })
	kept := words[:0]
	for _, w := range words {
		if w != "and" && w != "the" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// capitals reports whether a heading is written in capitals.
func capitals(head string) bool {
	letters := 0
	for _, r := range head {
		switch {
		case unicode.IsLower(r):
			return false
		case unicode.IsLetter(r):
			letters++
		}
	}
	return letters >= 3
}

// headings finds what the author said as headings, and writes them in capitals:
// a few words before a colon where a line begins, a known heading before a
// colon where a sentence begins, and a known heading by its name alone where a
// paragraph begins.
func headings(items []item) []item {
	out := make([]item, 0, len(items))
	line, sentence, paragraph := true, true, true
	for i := 0; i < len(items); {
		it := items[i]
		if it.word() && it.list == 0 && (line || sentence) {
			if end, colon := headBefore(items, i, line); colon > 0 {
				out = append(out, raise(items[i:end])...)
				head := items[colon]
				head.head = true
				out = append(out, head)
				i, line, sentence, paragraph = colon+1, false, true, false
				continue
			}
			if end := headAlone(items, i, paragraph); end > i {
				out = append(out, namedHeading(items[i:end]))
				i, line, sentence, paragraph = end, false, true, false
				continue
			}
		}
		out = append(out, it)
		i++
		switch {
		case it.cmd != nil && it.live() && !it.does(Hesitation):
			line = it.lineBreak() || it.does(NextPatient) || it.does(EndOfText)
			paragraph = line && (paragraph || it.cmd.Write != "\n")
			sentence = line || it.cmd.Ends
		case it.word():
			line, paragraph = it.list > 0, false
			sentence = line || it.closes()
		}
	}
	return out
}

// headBefore gives the end of the words from item i on, and the colon that
// makes them a heading; 0 where there is none. Where no line begins the heading
// is a known one.
func headBefore(items []item, i int, line bool) (end, colon int) {
	words := 0
	for end = i; end < len(items); end++ {
		it := items[end]
		switch {
		case it.word() && it.list == 0:
			words++
		case it.does(Hesitation) || it.gone:
			continue
		case it.cmd != nil && it.cmd.Heading && words > 0:
			if _, known := headingNames[nameOf(items[i:end])]; !line && !known {
				return 0, 0
			}
			return end, end
		case it.cmd != nil && (it.cmd.Write == "/" || it.cmd.Write == "-"):
		default:
			return 0, 0
		}
		if words > headingWords {
			return 0, 0
		}
	}
	return 0, 0
}

// nameOf gives the key of a heading's words.
func nameOf(items []item) string {
	var words []string
	for _, it := range items {
		if it.word() {
			words = append(words, it.text)
		}
	}
	return headingKey(strings.Join(words, " "))
}

// raise writes a heading's words in capitals, but for the written forms.
func raise(items []item) []item {
	out := make([]item, len(items))
	for i, it := range items {
		if it.word() && !it.converted {
			it.form = upperCase
		}
		out[i] = it
	}
	return out
}

// headAlone gives the end of a known heading that was said by its name alone
// where a paragraph begins: what follows is another line, or cannot go on with
// a sentence about it.
func headAlone(items []item, i int, paragraph bool) int {
	best := i
	for end := i + 1; end <= len(items) && end <= i+headingWords && paragraph; end++ {
		if !items[end-1].word() || items[end-1].converted || upper(items[end-1].text) == items[end-1].text || trailing(items[end-1].text) != "" {
			break
		}
		name := nameOf(items[i:end])
		if code, known := headingNames[name]; !known || code == inner || end == len(items) {
			continue
		}
		next := items[end]
		switch {
		case next.lineBreak():
			best = end
		case end-i > 1 && spokenHeadings[name] && next.word() && !sentenceGoesOn[strings.ToLower(next.text)]:
			best = end
		case end-i > 1 && spokenHeadings[name] && next.does(ListNumber), next.list > 0:
			best = end
		}
	}
	return best
}

// namedHeading makes one item of a heading said by its name alone.
func namedHeading(items []item) item {
	c := &Command{Write: upper(joined(items)) + ":", Heading: true}
	return item{first: items[0].first, end: items[len(items)-1].end, cmd: c, head: true}
}
