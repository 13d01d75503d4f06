package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// date is a date of the text. year 0 means that none was said.
type date struct {
	run
	year, month, day int // day 0: month and year only
}

// day gives the date as a time; false when there is no such day, or no year.
func (d date) time() (time.Time, bool) {
	day := max(d.day, 1)
	t := time.Date(d.year, time.Month(d.month), day, 0, 0, 0, 0, time.UTC)
	return t, d.year > 0 && d.possible()
}

// possible reports whether a calendar has such a day.
func (d date) possible() bool {
	if d.month < 1 || d.month > 12 || d.day < 0 || d.day > 31 {
		return false
	}
	year := d.year
	if year == 0 {
		year = 2000 // a leap year: 29 February may be meant
	}
	return time.Date(year, time.Month(d.month), max(d.day, 1), 0, 0, 0, 0, time.UTC).Month() == time.Month(d.month)
}

func monthOf(key string) int {
	return months()[key]
}

var months = sync.OnceValue(func() map[string]int {
	byName := map[string]int{"sept": int(time.September)}
	for m := time.January; m <= time.December; m++ {
		name := strings.ToLower(m.String())
		byName[name] = int(m)
		if m != time.March { // "mar" is heard for other words
			byName[name[:3]] = int(m)
		}
	}
	return byName
})

func (n *note) findDates() []date {
	var out []date
	for i := 0; i < len(n.words); i++ {
		d, ok := n.numericDate(i)
		if !ok {
			d, ok = n.namedDate(i)
		}
		if ok {
			out = append(out, d)
			i = d.end - 1
		}
	}
	return out
}

// numericDate reads "3/25/2024", "03-25-24", "2024-03-25". Two numbers alone
// are a date only where that is said.
func (n *note) numericDate(i int) (date, bool) {
	if i+2 >= len(n.words) || n.words[i+1].joint == 0 || n.words[i+1].joint != n.words[i+2].joint ||
		n.words[i].token != n.words[i+2].token {
		return date{}, false
	}
	var v [3]int
	for k := range v {
		w := n.words[i+k].text
		x, err := strconv.Atoi(w)
		if err != nil || len(w) > 4 || x < 0 {
			return date{}, false
		}
		v[k] = x
	}
	d := date{run: run{i, i + 3}, month: v[0], day: v[1], year: v[2]}
	if v[0] > 1000 {
		d.year, d.month, d.day = v[0], v[1], v[2]
	}
	if !n.dateLike(i, d) {
		return date{}, false
	}
	d.year = century(d.year, n.in.Now)
	return d, true
}

// dateLike tells dates from grip strengths, pressures and parities: what no
// calendar has is a date only with a year in full, or where a date is due.
func (n *note) dateLike(i int, d date) bool {
	switch {
	case d.year >= 1800 && d.year < 2200:
		return len(n.words[i].text) == 4 || len(n.words[i+1].text) <= 2 && len(n.words[i].text) <= 2
	case d.year > 99 || len(n.words[i+2].text) != 2 || n.words[i+1].joint == '-' && !n.dated(i):
		return false
	}
	return d.possible() && d.day > 0 || n.dated(i)
}

// dated reports whether words before i announce a date.
func (n *note) dated(i int) bool {
	for j := i - 1; j >= max(0, i-3); j-- {
		switch n.key(j) {
		case "on", "date", "birth", "dob", "born", "dated", "since", "admission", "discharge", "admitted", "discharged":
			return true
		}
	}
	return false
}

// century completes a year of two digits: not more than ten years ahead.
func century(year int, now time.Time) int {
	if year >= 100 {
		return year
	}
	last := 2030
	if !now.IsZero() {
		last = now.Year() + 10
	}
	year += last / 100 * 100
	if year > last {
		year -= 100
	}
	return year
}

// namedDate reads "March 25, 2024", "25 March 2024", "march twenty fifth twenty
// twenty four", "March 2024".
func (n *note) namedDate(i int) (date, bool) {
	if day, at := n.ordinal(i); at > i && day <= 31 && !n.words[at-1].pause {
		if n.key(at) == "of" {
			at++
		}
		if m := monthOf(n.key(at)); m > 0 {
			d := date{run: run{i, at + 1}, month: m, day: day}
			n.year(&d)
			return d, true
		}
	}
	month := monthOf(n.key(i))
	if month == 0 {
		return date{}, false
	}
	d := date{run: run{i, i + 1}, month: month}
	if day, at := n.ordinal(i + 1); at > i+1 {
		d.day, d.end = day, at
	}
	n.year(&d)
	if n.words[i].text == "may" && d.year == 0 {
		return date{}, false // "she may", and rarely the month
	}
	return d, d.day > 0 || d.year > 0
}

// ordinal reads the day of a month: "25", "25th", "twenty fifth", "twenty five".
func (n *note) ordinal(i int) (day, end int) {
	if i >= len(n.words) {
		return 0, i
	}
	key := n.words[i].key
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if digit(key) {
			key = strings.TrimSuffix(key, suffix)
		}
	}
	if v, err := strconv.Atoi(key); err == nil && len(key) <= 2 {
		return v, i + 1
	}
	if v := ordinalWord(key); v > 0 {
		return v, i + 1
	}
	num, ok := numerals()[key]
	if !ok || num.kind == 'h' || num.kind == 'k' || num.kind == 'o' {
		return 0, i
	}
	day, end = int(num.value), i+1
	if num.kind == 'y' {
		if v := ordinalWord(n.key(end)); v > 0 && v < 10 {
			return day + v, end + 1
		}
		if next, ok := numerals()[n.key(end)]; ok && next.kind == 'd' {
			return day + int(next.value), end + 1
		}
	}
	return day, end
}

func ordinalWord(key string) int {
	ordinals := [...]string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
		"eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"}
	switch key {
	case "twentieth":
		return 20
	case "thirtieth":
		return 30
	}
	return slices.Index(ordinals[:], key) + 1
}

// year adds the year that follows a date.
func (n *note) year(d *date) {
	if n.key(d.end) == "of" || n.key(d.end) == "comma" {
		d.end++
	}
	v, end := n.number(d.end)
	if end > d.end && v >= 1850 && v < 2200 && v == float64(int(v)) {
		d.year, d.end = int(v), end
		return
	}
	if k := n.key(d.end - 1); k == "of" || k == "comma" {
		d.end--
	}
}

// ahead are words by which a date may lie in the future.
var ahead = wordSet("follow follow-up followup return returns returning appointment scheduled schedule next due expected expires",
	"expire plan planned plans will until upcoming repeat recheck again by before tentatively booked revisit")

// dateRules finds days that do not exist, days to come that are told as past,
// and times that run backwards.
func dateRules(n *note) []Flag {
	var flags []Flag
	named := map[string]date{}
	for _, d := range n.dates {
		t, ok := d.time()
		switch {
		case !d.possible():
			flags = append(flags, n.flag(Inconsistent, Critical, d.first, d.end,
				fmt.Sprintf("There is no such day: “%s”.", n.quote(d.first, d.end))))
			continue
		case !ok:
			continue
		case !n.in.Now.IsZero() && t.After(n.in.Now) && !n.near(d.run, 10, ahead()):
			flags = append(flags, n.flag(Inconsistent, Critical, d.first, d.end,
				fmt.Sprintf("“%s” lies after the day of dictation.", n.quote(d.first, d.end))))
		case t.Year() < 1900, !n.in.Patient.BirthDate.IsZero() && t.Before(n.in.Patient.BirthDate) && d.day > 0:
			flags = append(flags, n.flag(Inconsistent, Critical, d.first, d.end,
				fmt.Sprintf("“%s” lies before the patient was born.", n.quote(d.first, d.end))))
		}
		if role := n.dateRole(d); role != "" {
			if _, known := named[role]; !known {
				named[role] = d
			} else if first := named[role]; role == "born" && first.day > 0 && d.day > 0 && !sameDay(first, d) {
				flags = append(flags, n.flag(Inconsistent, Critical, d.first, d.end,
					"The note gives two birth dates.", n.place(first.first, first.end)))
			}
		}
	}
	return append(flags, n.backwards(named)...)
}

func sameDay(a, b date) bool { return a.year == b.year && a.month == b.month && a.day == b.day }

// backwards compares the dates of birth, admission and discharge.
func (n *note) backwards(named map[string]date) []Flag {
	var flags []Flag
	order := []string{"born", "admitted", "discharged"}
	for i, early := range order {
		for _, late := range order[i+1:] {
			a, okA := named[early]
			b, okB := named[late]
			if !okA || !okB {
				continue
			}
			ta, _ := a.time()
			tb, _ := b.time()
			if a.day > 0 && b.day > 0 && tb.Before(ta) {
				flags = append(flags, n.flag(Inconsistent, Critical, b.first, b.end,
					fmt.Sprintf("The patient is %s on “%s”, before being %s on “%s”.",
						late, n.quote(b.first, b.end), early, n.quote(a.first, a.end)), n.place(a.first, a.end)))
			}
		}
	}
	return append(flags, n.birthDate(named)...)
}

// birthDate compares a birth date spoken anywhere with the patient's.
func (n *note) birthDate(named map[string]date) []Flag {
	d, ok := named["born"]
	t, full := d.time()
	if !ok || !full || d.day == 0 || n.in.Patient.BirthDate.IsZero() || t.Equal(n.in.Patient.BirthDate) {
		return nil
	}
	return []Flag{n.flag(WrongPatient, Critical, d.first, d.end,
		fmt.Sprintf("The birth date “%s” is not the patient's.", n.quote(d.first, d.end)))}
}

// dateRole says what a date is the date of.
func (n *note) dateRole(d date) string {
	from := max(d.first-5, n.sentences[n.words[d.first].sentence].first)
	for i := d.first - 1; i >= from; i-- {
		switch n.key(i) {
		case "birth", "dob", "born", "birthdate":
			return "born"
		case "admission", "admitted", "admit":
			return "admitted"
		case "discharge", "discharged":
			return "discharged"
		}
		if n.words[i].stop && !n.words[i].colon {
			break
		}
	}
	return ""
}

// near reports whether one of the words stands within reach of r, in its
// sentence.
func (n *note) near(r run, reach int, words map[string]bool) bool {
	s := n.sentences[n.words[r.first].sentence]
	for i := max(s.first, r.first-reach); i < min(s.end, r.end+reach); i++ {
		if (i < r.first || i >= r.end) && words[n.words[i].key] {
			return true
		}
	}
	return false
}
