package audio

import (
	"strings"
	"time"
)

// said takes what the file says of itself in words; tags can stand behind the
// sound as well. What is too long for a tag is passed over.
func (w *webm) said(e element) error {
	switch e.id {
	case ebmlTags, ebmlTag, ebmlSimpleTag:
		return nil
	case ebmlDate, ebmlTitle, ebmlWritingApp, ebmlTagName, ebmlTagString:
	default:
		return w.skip(e)
	}
	if e.size < 0 || e.size > maxTagText {
		return w.skip(e)
	}
	b, err := w.body(e, maxTagText)
	if err != nil {
		return err
	}
	switch e.id {
	case ebmlDate:
		at := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(number(b)))
		w.tag("DATE_UTC", at.Format(time.RFC3339))
	case ebmlTitle:
		w.tag("TITLE", text(b, maxTagText))
	case ebmlWritingApp:
		w.tag("ENCODER", text(b, maxTagText))
	case ebmlTagName:
		w.tagName = strings.ToUpper(text(b, 64))
	case ebmlTagString:
		w.tag(w.tagName, text(b, maxTagText))
	}
	return nil
}

// tag keeps a tag; of a name that comes several times the first counts.
func (w *webm) tag(name, value string) {
	_, twice := w.tags[name]
	if twice || name == "" || value == "" || !plausible([]byte(name)) || len(w.tags) >= maxTags {
		return
	}
	if w.tags == nil {
		w.tags = map[string]string{}
	}
	w.tags[name] = value
}
