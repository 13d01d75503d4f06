package fhir_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir"
)

const (
	id1 = "0195a1b2-0000-7000-8000-000000000001"
	id2 = "0195a1b2-0000-7000-8000-000000000002"
)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func TestParseQuery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		resource, query string
		want            fhir.Query // Resource and Count filled in below
	}{
		{"Patient", "", fhir.Query{}},
		{"Patient", "identifier=urn:dictation:mrn|M1", fhir.Query{Numbers: []string{"M1"}}},
		{"Patient", "identifier=M1,M2", fhir.Query{Numbers: []string{"M1", "M2"}}},
		{"Patient", "identifier=urn:elsewhere|M1", fhir.Query{Nothing: true}},
		{"Patient", "identifier=|M1", fhir.Query{Nothing: true}},
		{"Patient", "identifier=urn:dictation:mrn|", fhir.Query{}},
		{"Patient", `identifier=M\,1\|2`, fhir.Query{Numbers: []string{"M,1|2"}}},
		{"Patient", "name=exa", fhir.Query{Names: []fhir.Name{{Text: "exa", How: fhir.StartsWith}}}},
		{"Patient", "name:exact=Example", fhir.Query{Names: []fhir.Name{{Text: "Example", How: fhir.Exact}}}},
		{"Patient", "name:contains=amp,x", fhir.Query{Names: []fhir.Name{{Text: "amp", How: fhir.Contains}, {Text: "x", How: fhir.Contains}}}},
		{"Patient", "_id=" + id1 + "," + id2, fhir.Query{IDs: []string{id1, id2}}},
		{"Patient", "_id=123", fhir.Query{Nothing: true}},
		{"Patient", "_id=" + strings.ToUpper(id1), fhir.Query{Nothing: true}},
		{"Encounter", "patient=" + id1, fhir.Query{Patients: []string{id1}}},
		{"Encounter", "identifier=urn:dictation:visit|V1", fhir.Query{Numbers: []string{"V1"}}},
		{"DocumentReference", "patient=" + id1, fhir.Query{Patients: []string{id1}}},
		{"DocumentReference", "patient=Patient/" + id1, fhir.Query{Patients: []string{id1}}},
		{"DocumentReference", "patient=https://records.example/fhir/Patient/" + id1, fhir.Query{Patients: []string{id1}}},
		{"DocumentReference", "subject:Patient=" + id1, fhir.Query{Patients: []string{id1}}},
		{"DocumentReference", "patient=https://elsewhere.example/fhir/Patient/" + id1, fhir.Query{Nothing: true}},
		{"DocumentReference", "subject=Group/" + id1, fhir.Query{Nothing: true}},
		{"DocumentReference", "identifier=D1", fhir.Query{Numbers: []string{"D1"}}},
		{"DocumentReference", "identifier=urn:dictation:job|D1", fhir.Query{Numbers: []string{"D1"}}},
		{"DocumentReference", "identifier=urn:ietf:rfc:3986|urn:uuid:" + id1, fhir.Query{NoteIDs: []string{id1}}},
		{"DocumentReference", "identifier=urn:ietf:rfc:3986|urn:oid:1.2", fhir.Query{Nothing: true}},
		{"DocumentReference", "type=http://loinc.org|11488-4,http://loinc.org|51852-2",
			fhir.Query{Types: []pipeline.Worktype{pipeline.Consultation, pipeline.Letter}}},
		{"DocumentReference", "type=11488-4", fhir.Query{Types: []pipeline.Worktype{pipeline.Consultation}}},
		{"DocumentReference", "type=http://loinc.org|99999-9", fhir.Query{Nothing: true}},
		{"DocumentReference", "category=clinical-note&patient=" + id1, fhir.Query{Patients: []string{id1}}},
		{"DocumentReference", "category=imaging", fhir.Query{Nothing: true}},
		{"DocumentReference", "date=2026-03", fhir.Query{Date: fhir.Range{From: day(2026, 3, 1), To: day(2026, 4, 1)}}},
		{"DocumentReference", "date=ge2026-03-01&date=lt2026-03-04",
			fhir.Query{Date: fhir.Range{From: day(2026, 3, 1), To: day(2026, 3, 4)}}},
		{"DocumentReference", "date=gt2026-03-01&date=le2026",
			fhir.Query{Date: fhir.Range{From: day(2026, 3, 2), To: day(2027, 1, 1)}}},
		{"DocumentReference", "date=ge2026-03-04T10:30:00+01:00", // the plus arrives as a space
			fhir.Query{Date: fhir.Range{From: time.Date(2026, 3, 4, 9, 30, 0, 0, time.UTC)}}},
		{"DocumentReference", "_lastUpdated=gt2026-03-04T09:30:02.25Z",
			fhir.Query{Updated: fhir.Range{From: time.Date(2026, 3, 4, 9, 30, 2, 260_000_000, time.UTC)}}},
		{"DocumentReference", "date=lt2026-03-01&date=gt2026-03-01",
			fhir.Query{Nothing: true, Date: fhir.Range{From: day(2026, 3, 2), To: day(2026, 3, 1)}}},
		{"Patient", "_count=7&_format=json&_total=accurate", fhir.Query{Count: 7}},
		{"Patient", "_count=100000", fhir.Query{Count: fhir.MaxCount}},
		{"Patient", "_summary=count&_count=7", fhir.Query{Count: -1}},
	} {
		t.Run(c.resource+"?"+c.query, func(t *testing.T) {
			t.Parallel()
			values, err := url.ParseQuery(c.query)
			if err != nil {
				t.Fatal(err)
			}
			got, err := site.ParseQuery(c.resource, values)
			if err != nil {
				t.Fatal(err)
			}
			want := c.want
			want.Resource = c.resource
			switch want.Count {
			case 0:
				want.Count = fhir.DefaultCount
			case -1: // total only
				want.Count = 0
			}
			// What it says of documents from elsewhere: TestClinicalQuery.
			got.Nothing, got.NoNotes = got.Nothing || got.NoNotes, false
			elsewhere := cmpopts.IgnoreFields(fhir.Query{}, "Identifiers", "Codes", "Categories")
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(fhir.Query{}), cmpopts.EquateEmpty(), elsewhere); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseQueryRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		resource, query string
		kind            pipeline.Kind
		says            string
	}{
		{"Device", "", pipeline.NotFound, "Patient, Encounter, DocumentReference"},
		{"Binary", "", pipeline.NotFound, "cannot be searched"},
		{"Patient", "birthplace=Atlantis", pipeline.Invalid, "_id, identifier, name, _lastUpdated"},
		{"Patient", "name:soundex=x", pipeline.Invalid, "modifier of name"},
		{"Patient", "name=", pipeline.Invalid, "name has no value"},
		{"Patient", "name=a,,b", pipeline.Invalid, "name is empty"},
		{"Patient", "name=a&name=b", pipeline.Invalid, "name once"},
		{"Patient", "name=a&name:exact=b", pipeline.Invalid, "name once"},
		{"Patient", `name=a\`, pipeline.Invalid, "backslash"},
		{"Patient", "name=%00", pipeline.Invalid, "characters"},
		{"Patient", "name=%ff", pipeline.Invalid, "characters"},
		{"Patient", "name=" + strings.Repeat("a,", 500), pipeline.Invalid, "more than 200"},
		{"Patient", "identifier=a|b|c", pipeline.Invalid, "system|code"},
		{"Patient", "identifier=|", pipeline.Invalid, "identifier is empty"},
		{"Patient", "_count=-1", pipeline.Invalid, "whole number"},
		{"Patient", "_format=xml", pipeline.Invalid, "application/fhir+json"},
		{"Patient", "_summary=true", pipeline.Invalid, "_summary"},
		{"Patient", "_cursor=x", pipeline.Invalid, "first page"},
		{"DocumentReference", "patient=" + id1 + "&subject=" + id2, pipeline.Invalid, "not both"},
		{"DocumentReference", "patient:Group=" + id1, pipeline.Invalid, "modifier of patient"},
		{"DocumentReference", "date=yesterday", pipeline.Invalid, "ge2026-03-01"},
		{"DocumentReference", "date=ne2026", pipeline.Invalid, "prefixes"},
		{"DocumentReference", "date=0001", pipeline.Invalid, "date must be"},
		{"DocumentReference", "date=2026-02-30", pipeline.Invalid, "date must be"},
	} {
		t.Run(c.resource+"?"+c.query[:min(len(c.query), 40)], func(t *testing.T) {
			t.Parallel()
			values, err := url.ParseQuery(c.query)
			if err != nil {
				t.Fatal(err)
			}
			_, err = site.ParseQuery(c.resource, values)
			if pipeline.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want %s saying %q", err, c.kind, c.says)
			}
			if strings.Contains(err.Error(), "Atlantis") || strings.Contains(err.Error(), id1) {
				t.Errorf("the error repeats a value: %v", err)
			}
		})
	}
}

// What the CapabilityStatement claims, ParseQuery reads.
func TestCapabilitiesAreServed(t *testing.T) {
	t.Parallel()
	sample := map[string]string{"token": "x", "reference": id1, "string": "x", "date": "2026"}
	for _, r := range site.CapabilityStatement("1", time.Unix(0, 0)).Rest[0].Resource {
		searched := slices.Contains(r.Interaction, fhir.Interaction{Code: "search-type"})
		// The audit is listed page by page and takes no filter.
		if searched != (len(r.SearchParam) > 0 || r.Type == "AuditEvent") {
			t.Errorf("%s: search-type %t with %d parameters", r.Type, searched, len(r.SearchParam))
		}
		for _, p := range r.SearchParam {
			if _, err := site.ParseQuery(r.Type, url.Values{p.Name: {sample[p.Type]}}); err != nil {
				t.Errorf("%s?%s: %v", r.Type, p.Name, err)
			}
		}
	}
}

func TestNextLinkContinuesTheSearch(t *testing.T) {
	t.Parallel()
	first, err := site.ParseQuery("DocumentReference", url.Values{
		"patient": {"Patient/" + id1}, "date": {"ge2026", "lt2027"}, "_count": {"2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	next := fhir.Cursor{At: time.Date(2026, 3, 4, 9, 30, 0, 123456000, time.UTC), ID: id2}
	b := fhir.Searchset(site, first, 9, next, []fhir.DocumentReference{})
	link, err := url.Parse(b.Link[1].URL)
	if err != nil || b.Link[1].Relation != "next" {
		t.Fatalf("links %v: %v", b.Link, err)
	}
	second, err := site.ParseQuery("DocumentReference", link.Query())
	if err != nil {
		t.Fatal(err)
	}
	want := first
	want.After = next
	if diff := cmp.Diff(want, second, cmpopts.IgnoreUnexported(fhir.Query{})); diff != "" {
		t.Errorf("second page (-want +got):\n%s", diff)
	}
	if last := fhir.Searchset(site, second, 9, fhir.Cursor{}, []fhir.DocumentReference{}); len(last.Link) != 1 {
		t.Errorf("the last page links to %v", last.Link)
	}
}
