package feed

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dictation/pipeline"
)

// Line is a line of a list of patients: what it asks for, or why it cannot be read.
type Line struct {
	N    int // of the file, the header being 1
	News pipeline.Admission
	Err  error // Kind Invalid; holds no patient data
}

// columns are the names that a header may have, in lower case and without
// anything but letters.
var columns = map[string]string{
	"mrn": "mrn", "patientid": "mrn", "medicalrecordnumber": "mrn",
	"family": "family", "familyname": "family", "lastname": "family", "surname": "family",
	"given": "given", "givenname": "given", "firstname": "given",
	"born": "born", "birthdate": "born", "dateofbirth": "born", "dob": "born",
	"sex": "sex", "gender": "sex",
	"visit": "visit", "visitnumber": "visit", "encounter": "visit",
	"class": "class", "reason": "reason", "location": "location",
	"start": "start", "admitted": "start", "end": "end", "discharged": "end",
}

// required are the columns without which a list says too little.
var required = []string{"mrn", "family", "given", "born"}

// ReadCSV reads a list of patients, with a visit each where there is one: UTF-8,
// separated by comma, semicolon or tab, the first line naming the columns in any
// order. Columns mrn, family, given and born (YYYY-MM-DD) must be there; sex,
// visit, class, reason, location, start and end (a day, or a time by RFC 3339) may
// be. Empty fields leave what is known. A line that cannot be read does not stop
// the others; an error does, and is about the file.
func ReadCSV(r io.Reader) (iter.Seq[Line], error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	first, _ := in.Peek(4096)
	head, _, _ := strings.Cut(string(first), "\n")
	c := csv.NewReader(in)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord, c.TrimLeadingSpace = separator(head), -1, true, true
	names, err := c.Read()
	if err != nil {
		return nil, pipeline.Errorf(pipeline.Invalid, "The list is empty, or its first line cannot be read as CSV.")
	}
	places, err := header(names)
	if err != nil {
		return nil, err
	}
	return func(yield func(Line) bool) {
		for {
			fields, err := c.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			var line Line
			if err == nil {
				line.N, _ = c.FieldPos(0)
			}
			var syntax *csv.ParseError
			switch {
			case errors.As(err, &syntax):
				line.N, line.Err = syntax.Line, bad("it is no line of CSV: a quotation mark is where none can be")
			case err != nil:
				yield(Line{Err: pipeline.Wrap(pipeline.Unavailable, err, "The list could not be read to its end.")})
				return
			case len(fields) != len(names):
				line.Err = bad("it has %d fields and the first line %d", len(fields), len(names))
			default:
				line.News, line.Err = admission(places, fields)
			}
			if !yield(line) {
				return
			}
		}
	}, nil
}

// separator is what stands most often between the names of the columns.
func separator(head string) rune {
	best := ','
	for _, r := range ";\t" {
		if strings.Count(head, string(r)) > strings.Count(head, string(best)) {
			best = r
		}
	}
	return best
}

// header finds the columns by their names.
func header(names []string) (map[string]int, error) {
	places := map[string]int{}
	for i, name := range names {
		letters := strings.Map(func(r rune) rune {
			if !unicode.IsLetter(r) {
				return -1
			}
			return unicode.ToLower(r)
		}, name)
		column, known := columns[letters]
		if !known {
			continue // lists have more in them than is kept here
		}
		if _, twice := places[column]; twice {
			return nil, pipeline.Errorf(pipeline.Invalid, "Two columns of the first line are named for %s.", column)
		}
		places[column] = i
	}
	for _, name := range required {
		if _, ok := places[name]; !ok {
			return nil, pipeline.Errorf(pipeline.Invalid, "The first line names no column %s. It must name mrn, family, given and born; it may name sex, visit, class, reason, location, start and end.", name)
		}
	}
	return places, nil
}

func bad(why string, args ...any) error {
	return pipeline.Errorf(pipeline.Invalid, "Not taken: %s.", fmt.Sprintf(why, args...))
}

// maxField is the longest field, in bytes.
const maxField = 400

// admission reads one line.
func admission(places map[string]int, fields []string) (pipeline.Admission, error) {
	var wrong error
	field := func(name string) string {
		i, ok := places[name]
		if !ok {
			return ""
		}
		v := strings.TrimSpace(fields[i])
		if !utf8.ValidString(v) || len(v) > maxField || strings.ContainsFunc(v, unicode.IsControl) {
			wrong = bad("%s is longer than %d bytes or has characters that cannot be read; is the list in UTF-8?", name, maxField)
		}
		return strings.Clone(v)
	}
	a := pipeline.Admission{Kind: pipeline.PatientNews, Patient: pipeline.Patient{
		MRN: field("mrn"), Family: field("family"), Given: field("given"), Sex: strings.ToLower(field("sex")),
	}}
	a.Visit = pipeline.Encounter{Number: field("visit"), Class: strings.ToUpper(field("class")), Reason: field("reason"), Location: field("location")}
	if a.Visit.Number != "" {
		a.Kind, a.Opens = pipeline.VisitNews, true
	}
	var notSex, notTime error
	a.Patient.Sex, notSex = sexOf(a.Patient.Sex)
	a.Patient.BirthDate, notTime = born(field("born"))
	for name, into := range map[string]*time.Time{"start": &a.Visit.Start, "end": &a.Visit.End} {
		t, err := moment(name, field(name))
		*into, notTime = t, errors.Join(notTime, err)
	}
	switch {
	case wrong != nil:
		return a, wrong
	case a.Patient.MRN == "":
		return a, bad("mrn is empty")
	case a.Patient.Family == "":
		return a, bad("family is empty")
	case notSex != nil:
		return a, notSex
	case notTime != nil:
		return a, bad("a date is not written as YYYY-MM-DD (start and end may be times like 2026-03-04T08:30:00Z), or is not possible")
	case !slices.Contains([]string{"", "AMB", "IMP", "EMER", "PRENC"}, a.Visit.Class):
		return a, bad("class is AMB, IMP, EMER or PRENC")
	case !a.Visit.End.IsZero() && a.Visit.End.Before(a.Visit.Start):
		return a, bad("end is before start")
	}
	return a, nil
}

func sexOf(v string) (string, error) {
	switch v {
	case "", "female", "male", "other", "unknown":
		return v, nil
	case "f":
		return "female", nil
	case "m":
		return "male", nil
	case "o", "x":
		return "other", nil
	case "u":
		return "unknown", nil
	}
	return "", bad("sex is female, male, other or unknown")
}

func born(v string) (time.Time, error) {
	if v == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, v)
	if err == nil && (day.Year() < 1850 || day.After(time.Now())) {
		err = bad("born is no day that a patient can be born on")
	}
	return day, err
}

func moment(name, v string) (time.Time, error) {
	if v == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, v, time.Local); err == nil && t.Year() >= 1900 && t.Year() <= 9999 {
			return t, nil
		}
	}
	return time.Time{}, bad("%s is no time", name)
}
