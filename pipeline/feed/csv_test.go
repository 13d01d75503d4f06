package feed_test

import (
	"strings"
	"testing"
	"time"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/feed"
	"dictation/pipeline/store"
)

func TestReadCSV(t *testing.T) {
	t.Parallel()
	const list = "\xef\xbb\xbfDate of Birth;Last Name;First-Name;MRN;Gender;Visit;Start;Bed\r\n" +
		"1961-07-01;Example;\"Pat; Ann\";M1;F;V1;2026-03-04T08:00:00Z;12\r\n" +
		"1961-07-01;Example;Pat;;F;;;\r\n" +
		"01.07.1961;Example;Pat;M3;F;;;\r\n" +
		"1961-07-01;Example;Pat;M4\r\n" +
		"1961-07-01;Ex\"ample;Pat;M5;F;;;\r\n" +
		";Ex\xe4mple;Pat;M6;F;;;\r\n" +
		"2999-07-01;Example;Pat;M7;F;;;\r\n" +
		"1961-07-01;Example;Pat;M8;?;;;\r\n" +
		";Example;;M9;;;;\r\n"
	lines, err := feed.ReadCSV(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"", "mrn is empty", "YYYY-MM-DD", "it has 4 fields", "quotation mark", "UTF-8", "YYYY-MM-DD", "sex is", ""}
	n := 0
	for line := range lines {
		if n == len(want) {
			t.Fatalf("line %d too many", line.N)
		}
		switch {
		case line.N != n+2:
			t.Errorf("line %d is called %d", n+2, line.N)
		case want[n] == "" && line.Err != nil, want[n] != "" && (line.Err == nil || !strings.Contains(line.Err.Error(), want[n])):
			t.Errorf("line %d: %v, want %q", line.N, line.Err, want[n])
		case line.Err != nil && strings.Contains(line.Err.Error(), "Example"):
			t.Errorf("line %d: the error names the patient", line.N)
		case n == 0:
			a := line.News
			if a.Kind != pipeline.VisitNews || a.Patient.Given != "Pat; Ann" || a.Patient.Sex != "female" || a.Visit.Number != "V1" ||
				!a.Visit.Start.Equal(time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC)) || a.Patient.BirthDate.Format(time.DateOnly) != "1961-07-01" {
				t.Errorf("line 2 says %+v", a)
			}
		}
		n++
	}
	if n != len(want) {
		t.Errorf("%d lines, want %d", n, len(want))
	}
	for _, file := range []string{"", "a,b\n", "mrn,family,given\n", "mrn,family,given,born,MRN\n"} {
		if _, err := feed.ReadCSV(strings.NewReader(file)); pipeline.KindOf(err) != pipeline.Invalid {
			t.Errorf("%q: %v", file, err)
		}
	}
}

// A rehearsal changes nothing; the same list twice changes nothing the second time.
func TestImportedLines(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), localtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	read := func(list string, rehearse bool) (errs []error) {
		lines, err := feed.ReadCSV(strings.NewReader(list))
		if err != nil {
			t.Fatal(err)
		}
		for line := range lines {
			if line.Err == nil {
				line.Err = s.Admit(t.Context(), store.Actor{ID: "import"}, line.News, rehearse)
			}
			errs = append(errs, line.Err)
		}
		return errs
	}
	const list = "mrn,family,given,born,sex,visit\nM1,Example,Pat,1961-07-01,f,V1\nM2,Example,Kim,1962-07-01,m,V1\n"
	for _, rehearse := range []bool{true, false, false} {
		errs := read(list, rehearse)
		if errs[0] != nil || !rehearse && pipeline.KindOf(errs[1]) != pipeline.Conflict {
			t.Errorf("rehearsed %v: %v", rehearse, errs)
		}
		_, err := s.PatientByMRN(t.Context(), "M1")
		if (err == nil) == rehearse {
			t.Errorf("rehearsed %v: M1 %v", rehearse, err)
		}
	}
	if _, err := s.PatientByMRN(t.Context(), "M2"); pipeline.KindOf(err) != pipeline.NotFound {
		t.Errorf("half of a refused line was taken: %v", err)
	}
	first, err := s.PatientByMRN(t.Context(), "M1")
	if err != nil {
		t.Fatal(err)
	}
	read("mrn,family,given,born,sex,visit\nM1,Example,Pat,,,\n", false)
	if again, err := s.PatientByMRN(t.Context(), "M1"); err != nil || again != first {
		t.Errorf("%+v became %+v: %v", first, again, err)
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("mrn,family,given,born\nM1,Example,Pat,1961-07-01\n")
	f.Add("mrn;family;given;born;start\n\"M1\";E\"x;;2026-13-01;9999-12-31\n\n;;;;")
	f.Fuzz(func(t *testing.T, list string) {
		lines, err := feed.ReadCSV(strings.NewReader(list))
		if err != nil {
			return
		}
		last := 0
		for line := range lines {
			if line.N <= last {
				t.Errorf("line %d after %d", line.N, last)
			}
			last = line.N
			if line.Err == nil && (line.News.Patient.MRN == "" || line.News.Patient.Family == "" || len(line.News.Patient.MRN) > 400) {
				t.Errorf("taken: %+v", line.News)
			}
		}
	})
}
