package hl7

import (
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
)

// What a message does not say is empty, and what it takes back is marked.
func TestReadVisit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		event  string
		fields map[int]string // of PV1
		want   pipeline.Encounter
		opens  bool
		unend  bool
	}{
		"admission":            {"ADT^A01", map[int]string{2: "I", 44: "20260301"}, pipeline.Encounter{Class: "IMP", Start: day(1)}, true, false},
		"update without times": {"ADT^A08", nil, pipeline.Encounter{}, false, false},
		"update with times":    {"ADT^A08", map[int]string{44: "20260301", 45: "20260302"}, pipeline.Encounter{Start: day(1), End: day(2)}, false, false},
		"no end after all":     {"ADT^A08", map[int]string{45: `""`}, pipeline.Encounter{}, false, true},
		"null of the rest":     {"ADT^A08", map[int]string{2: `""`, 3: `""`, 44: `""`}, pipeline.Encounter{}, false, false},
		"discharge":            {"ADT^A03", nil, pipeline.Encounter{End: day(4)}, false, false},
		"discharge with time":  {"ADT^A03", map[int]string{45: "20260303"}, pipeline.Encounter{End: day(3)}, false, false},
		"discharge taken back": {"ADT^A13", map[int]string{45: "20260303"}, pipeline.Encounter{}, false, true},
		"unknown class":        {"ADT^A02", map[int]string{2: "Z"}, pipeline.Encounter{}, false, false},
	} {
		fields := make([]string, 46)
		fields[19] = "V1"
		for n, text := range c.fields {
			fields[n] = text
		}
		m, err := Parse([]byte("MSH|^~\\&|A|B|C|D|20260304||" + c.event + "|1|P|2.5\rPID|1||M1\rPV1" + strings.Join(fields, "|")))
		if err != nil {
			t.Fatal(err)
		}
		news, bad := Feed{Zone: time.UTC}.Read(m)
		c.want.Number = "V1"
		if bad != nil || news.Visit != c.want || news.Opens != c.opens || news.Unended != c.unend {
			t.Errorf("%s: %+v, %v", name, news, bad)
		}
	}
}

func day(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }

func TestReadAppointment(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"SCH|P1|F1": "APPT-F1", "SCH|P1": "APPT-P1", "SCH|P1|F1\rPV1|1" + strings.Repeat("|", 18) + "V1": "V1", "SCH|": ""} {
		m, err := Parse([]byte("MSH|^~\\&|A|B|C|D|20260304||SIU^S14|1|P|2.5\rPID|1||M1\r" + text))
		if err != nil {
			t.Fatal(err)
		}
		news, bad := Feed{Zone: time.UTC}.Read(m)
		if bad != nil || news.Visit != (pipeline.Encounter{Number: want}) || (news.Kind == pipeline.VisitNews) != (want != "") {
			t.Errorf("%q: %+v, %v", text, news, bad)
		}
	}
}

func TestKnownEvent(t *testing.T) {
	t.Parallel()
	for event, want := range map[string]string{"adt^a08": "ADT^A08", "SIU^S12": "SIU^S12", "ADT^Example": "other", "": "other", "ORU^R01": "other"} {
		m, err := Parse([]byte("MSH|^~\\&|A|B|C|D|||" + event + "|1"))
		if got := m.KnownEvent(); err != nil || got != want {
			t.Errorf("%q: %q, %v", event, got, err)
		}
	}
}
