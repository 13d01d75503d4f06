package audio

import (
	"cmp"
	"strings"
	"time"
)

// Said is what a recording's file says about the dictation, in the words that
// dictations have. It is a proposal to a person, never a fact: clocks are
// wrong, and a recorder is lent.
type Said struct {
	Author   string    `json:"author,omitempty"`
	Worktype string    `json:"worktype,omitempty"` // as written, in no list
	Priority string    `json:"priority,omitempty"` // "stat", "routine" or nothing
	Title    string    `json:"title,omitempty"`
	Comment  string    `json:"comment,omitempty"`
	Program  string    `json:"program,omitempty"` // or device
	Number   uint32    `json:"number,omitempty"`  // of the file in its recorder
	Dictated time.Time `json:"dictated,omitzero"` // as if it were UTC where no zone was written
	Ended    time.Time `json:"ended,omitzero"`    // likewise
	Marks    int       `json:"marks,omitempty"`   // index marks; where they are is in Meta.Cues
}

// Said picks from everything that the file says. Where several parts speak,
// the recorder's own header comes before tags, and those before the fields of
// broadcasting.
func (m Meta) Said() Said {
	d := DSSHeader{}
	if m.DSS != nil {
		d = *m.DSS
	}
	b := Broadcast{}
	if m.Broadcast != nil {
		b = *m.Broadcast
	}
	return Said{
		Author:   cmp.Or(d.Author, m.Tags["AUTHOR"], m.Tags["ARTIST"], m.Info["IART"], m.Cart["artist"]),
		Worktype: cmp.Or(m.Tags["WORKTYPE"], m.Tags["GENRE"], m.Info["IGNR"], m.Cart["category"]),
		Priority: priority(d, m.DSS != nil, cmp.Or(m.Tags["PRIORITY"], m.Cart["classification"])),
		Title:    cmp.Or(m.Tags["TITLE"], m.Info["INAM"], m.Cart["title"]),
		Comment:  cmp.Or(d.Comment, m.Tags["COMMENT"], m.Tags["DESCRIPTION"], m.Info["ICMT"], b.Description),
		Program:  cmp.Or(m.Tags["ENCODER"], m.Tags["ENCODER_LIBRARY"], m.Info["ISFT"], b.Originator, m.Cart["program"]),
		Number:   d.Number,
		Dictated: firstTime(d.Started, m.Tags["CREATION_TIME"], m.Tags["DATE_UTC"], m.Tags["DATE"], m.Info["ICRD"],
			b.Date+" "+b.Time, m.Cart["start_date"]+" "+m.Cart["start_time"]),
		Ended: firstTime(d.Ended, m.Cart["end_date"]+" "+m.Cart["end_time"]),
		Marks: len(m.Cues),
	}
}

// priority is the one of the recorder, or what a tag's word means.
func priority(d DSSHeader, dss bool, word string) string {
	if d.Priority > 0 {
		return "stat"
	}
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "stat", "urgent", "high", "priority", "1":
		return "stat"
	case "routine", "normal", "low", "0":
		return "routine"
	}
	if dss {
		return "routine"
	}
	return ""
}

// timeLayouts are how dates are found written.
var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05 MST", "2006-01-02T15:04:05", "2006-01-02 15:04:05",
	"2006-01-02 15:04", "2006-01-02", "20060102", "02-01-2006",
}

// firstTime is known, or the first of written that is a date. The separators of
// a date may be any (EBU Tech 3285).
func firstTime(known time.Time, written ...string) time.Time {
	if !known.IsZero() {
		return known
	}
	for _, s := range written {
		s = strings.TrimSpace(s)
		for _, candidate := range []string{s, dashed(s)} {
			for _, layout := range timeLayouts {
				if t, err := time.Parse(layout, candidate); err == nil && t.Year() > 1970 {
					return t
				}
			}
		}
	}
	return time.Time{}
}

// dashed writes the ten characters of a date with dashes, and the rest with colons.
func dashed(s string) string {
	if len(s) < 10 {
		return s
	}
	date := strings.NewReplacer(":", "-", "/", "-", ".", "-", "_", "-").Replace(s[:10])
	return date + strings.NewReplacer("-", ":", "_", ":", ".", ":").Replace(s[10:])
}
