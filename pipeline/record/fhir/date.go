package fhir

import (
	"strings"
	"time"
)

// Range is the half-open time span [From, To); a zero end is open.
type Range struct {
	From time.Time
	To   time.Time
}

// empty reports whether no time lies in the range.
func (r Range) empty() bool {
	return !r.From.IsZero() && !r.To.IsZero() && !r.From.Before(r.To)
}

// narrow cuts the range to what one value of a date search allows. A value
// stands for the whole span it names (R4 3.1.1.4.7): 2026-03 is all of March.
// A value without zone is UTC.
func (r *Range) narrow(name, v string) error {
	prefix := ""
	if len(v) > 2 && v[0] >= 'a' && v[0] <= 'z' {
		prefix, v = v[:2], v[2:]
	}
	from, to, ok := span(v)
	if !ok {
		return invalid("%s must be a year, month, day or time such as ge2026-03-01 or lt2026-03-01T08:30:00Z.", name)
	}
	switch prefix {
	case "", "eq":
		r.cut(from, to)
	case "ge":
		r.cut(from, time.Time{})
	case "gt", "sa":
		r.cut(to, time.Time{})
	case "le":
		r.cut(time.Time{}, to)
	case "lt", "eb":
		r.cut(time.Time{}, from)
	default:
		return invalid("%s takes the prefixes eq, ge, gt, sa, le, lt and eb here.", name)
	}
	return nil
}

func (r *Range) cut(from, to time.Time) {
	if !from.IsZero() && from.After(r.From) {
		r.From = from
	}
	if !to.IsZero() && (r.To.IsZero() || to.Before(r.To)) {
		r.To = to
	}
}

// span reads a FHIR date or dateTime as the time it covers.
func span(v string) (from, to time.Time, ok bool) {
	// A plus that was not escaped in the URL arrives as a space.
	v = strings.Replace(v, " ", "+", 1)
	for _, p := range []struct {
		layout string
		end    func(time.Time) time.Time
	}{
		{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
		{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
		{"2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
		{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
		{"2006-01-02T15:04Z07:00", func(t time.Time) time.Time { return t.Add(time.Minute) }},
		{"2006-01-02T15:04:05", func(t time.Time) time.Time { return t.Add(precision(v)) }},
		{"2006-01-02T15:04:05Z07:00", func(t time.Time) time.Time { return t.Add(precision(v)) }},
	} {
		if t, err := time.Parse(p.layout, v); err == nil {
			t = t.UTC()
			// Before the calendar's first centuries only typing errors lie, and
			// year 1 would look like no date at all.
			return t, p.end(t).UTC(), t.Year() >= 1000
		}
	}
	return time.Time{}, time.Time{}, false
}

// precision is the length of what a time with seconds names: a second, or the
// last digit of its fraction.
func precision(v string) time.Duration {
	_, fraction, _ := strings.Cut(v, ".")
	d := time.Second
	for i := 0; i < len(fraction) && fraction[i] >= '0' && fraction[i] <= '9' && d > 1; i++ {
		d /= 10
	}
	return d
}
