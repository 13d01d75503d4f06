package seed

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"
)

var today = time.Date(2026, 3, 4, 15, 16, 17, 0, time.UTC)

func TestPatients(t *testing.T) {
	t.Parallel()
	patients := Patients(today)
	if len(patients) < 12 {
		t.Errorf("%d patients", len(patients))
	}
	seen := map[string]bool{}
	unique := func(id string) {
		t.Helper()
		if id == "" || seen[id] {
			t.Errorf("%q is empty or there twice", id)
		}
		seen[id] = true
	}
	classes := map[string]bool{}
	for _, p := range patients {
		unique(p.MRN)
		unique(p.Family + ", " + p.Given)
		if !slices.Contains([]string{"male", "female", "other", "unknown"}, p.Sex) {
			t.Errorf("%s: sex %q", p.MRN, p.Sex)
		}
		if !p.BirthDate.Equal(p.BirthDate.Truncate(day)) || p.BirthDate.Year() < 1900 || p.BirthDate.After(today) {
			t.Errorf("%s: born %v", p.MRN, p.BirthDate)
		}
		if n := len(p.Encounters); n < 1 || n > 3 {
			t.Errorf("%s: %d encounters", p.MRN, n)
		}
		for _, e := range p.Encounters {
			unique(e.Number)
			checkEncounter(t, p, e)
			classes[e.Class] = true
		}
	}
	if len(classes) != 3 {
		t.Errorf("classes %v; want all three", classes)
	}
}

func checkEncounter(t *testing.T, p Patient, e Encounter) {
	t.Helper()
	if !slices.Contains([]string{"AMB", "IMP", "EMER"}, e.Class) || e.Reason == "" || e.Location == "" {
		t.Errorf("%+v", e)
	}
	if !e.Start.After(p.BirthDate) || !e.Start.Before(today) {
		t.Errorf("%s starts %v", e.Number, e.Start)
	}
	if e.End.IsZero() && e.Class != "IMP" {
		t.Errorf("%s never ended", e.Number)
	}
	if !e.End.IsZero() && !e.End.After(e.Start) || e.End.After(today) {
		t.Errorf("%s lasts from %v to %v", e.Number, e.Start, e.End)
	}
}

func TestPatientsAreTheSameAllDay(t *testing.T) {
	t.Parallel()
	if !reflect.DeepEqual(Patients(today), Patients(today.Add(5*time.Hour))) {
		t.Error("the same day gave other patients")
	}
	p := Patients(today)
	p[0].Encounters[0].Reason = "changed"
	if Patients(today)[0].Encounters[0].Reason == "changed" {
		t.Error("callers share one list")
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	accounts, err := Accounts(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var roles []string
	secrets := map[string]bool{}
	for _, a := range accounts {
		roles = append(roles, a.Role)
		if a.Username != a.Role || a.Name == "" {
			t.Errorf("%s: %q, %q", a.Role, a.Username, a.Name)
		}
		secrets[a.Password], secrets[a.APIToken] = true, true
	}
	if want := []string{"author", "transcriptionist", "qa", "lead", "clinician", "records", "auditor", "admin"}; !slices.Equal(roles, want) {
		t.Errorf("roles %v, want %v", roles, want)
	}
	if len(secrets) != 2*len(accounts) {
		t.Error("a secret is there twice")
	}
}

func TestPasswordAndToken(t *testing.T) {
	t.Parallel()
	zeros := bytes.NewReader(make([]byte, 64))
	if got, err := Password(zeros); got != "baba-baba-baba-baba-baba-ba" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := Token(zeros); got != "dct_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	form := regexp.MustCompile(`^([bcdfghjkmnprstvz][aeiu]([bcdfghjkmnprstvz][aeiu])?-){5}[bcdfghjkmnprstvz][aeiu]$`)
	if got, err := Password(rand.Reader); err != nil || !form.MatchString(got) {
		t.Errorf("%q, %v", got, err)
	}
}

// TestPasswordBits draws every value of a pair: none may be likelier than another.
func TestPasswordBits(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	for b := range 256 {
		raw := make([]byte, passwordPairs)
		raw[0] = byte(b)
		p, err := Password(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		count[p[:2]]++
	}
	for pair, n := range count {
		if n != 4 {
			t.Errorf("%s comes %d times of 256", pair, n)
		}
	}
	if len(count) != 64 {
		t.Errorf("%d pairs", len(count))
	}
}

func TestNoRandomness(t *testing.T) {
	t.Parallel()
	for n := range 31 {
		if _, err := Accounts(io.LimitReader(bytes.NewReader(make([]byte, 31)), int64(n))); err == nil {
			t.Errorf("%d bytes of randomness were enough", n)
		}
	}
	if _, err := Password(bytes.NewReader(nil)); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

// Phrases are checked as a person's would be by the rows that keep them; here only
// that none is there twice.
func TestPhrases(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range Phrases() {
		if p.Text == "" || len(p.Trigger) < 2 || seen[p.Trigger] {
			t.Errorf("%+v", p)
		}
		seen[p.Trigger] = true
	}
}
