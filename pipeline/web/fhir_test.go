package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dictation/pipeline"
)

// found is as much of a Bundle as the tests look at.
type found struct {
	ResourceType string
	Total        *int
	Link         []struct{ Relation, URL string }
	Entry        []struct {
		FullURL  string
		Resource json.RawMessage
	}
}

func (f found) ids(t *testing.T) (ids []string) {
	t.Helper()
	for _, e := range f.Entry {
		var r struct{ ID string }
		if err := json.Unmarshal(e.Resource, &r); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	return ids
}

func (f found) next() string {
	for _, l := range f.Link {
		if l.Relation == "next" {
			return l.URL
		}
	}
	return ""
}

func (x *site) search(path string) (f found) {
	x.t.Helper()
	a := x.do("records", "GET", "/fhir/"+path, nil).want(http.StatusOK, &f)
	if ct := a.header.Get("Content-Type"); !strings.HasPrefix(ct, "application/fhir+json") || f.ResourceType != "Bundle" {
		x.t.Errorf("%s: %s as %s", path, f.ResourceType, ct)
	}
	return f
}

// wantOutcome checks that the answer is an OperationOutcome whose sentence holds part.
func (a answer) wantOutcome(status int, part string) {
	a.t.Helper()
	var o struct {
		ResourceType string
		Issue        []struct{ Details struct{ Text string } }
	}
	a.want(status, &o)
	if o.ResourceType != "OperationOutcome" || len(o.Issue) != 1 || !strings.Contains(o.Issue[0].Details.Text, part) {
		a.t.Errorf("outcome %s, want %q in its sentence", a.body, part)
	}
}

func TestFHIRReads(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{Version: "1.2.3"})
	_, doc := x.delivered("author")
	patient := x.patients[0].ID

	var meta struct {
		ResourceType, Date string
		Implementation     struct{ URL string }
	}
	x.do("", "GET", "/fhir/metadata", nil).want(http.StatusOK, &meta)
	if meta.ResourceType != "CapabilityStatement" || meta.Implementation.URL != x.url+"/fhir" || strings.HasPrefix(meta.Date, "0001") {
		t.Errorf("metadata %+v", meta)
	}
	var p struct {
		Identifier []struct{ Value string }
	}
	x.do("records", "GET", "/fhir/Patient/"+patient, nil).want(http.StatusOK, &p)
	if p.Identifier[0].Value != "MRN-1001" {
		t.Errorf("patient %+v", p)
	}
	var e struct{ Subject struct{ Reference string } }
	x.do("records", "GET", "/fhir/Encounter/"+x.visit.ID, nil).want(http.StatusOK, &e)
	if e.Subject.Reference != "Patient/"+patient {
		t.Errorf("encounter %+v", e)
	}
	var d struct {
		Content []struct{ Attachment struct{ Data, URL string } }
	}
	x.do("records", "GET", "/fhir/DocumentReference/"+doc.ID, nil).want(http.StatusOK, &d)
	if text, err := base64.StdEncoding.DecodeString(d.Content[0].Attachment.Data); err != nil || string(text) != noteText {
		t.Errorf("text %q, %v", text, err)
	}
	path, ok := strings.CutPrefix(d.Content[0].Attachment.URL, x.url)
	if !ok {
		t.Errorf("the text is said to be at %s", d.Content[0].Attachment.URL)
	}
	var b struct{ Data []byte }
	x.do("records", "GET", path, nil).want(http.StatusOK, &b)
	raw := x.do("records", "GET", path, nil, "Accept", "text/plain").want(http.StatusOK)
	if string(b.Data) != noteText || string(raw.body) != noteText || raw.header.Get("Content-Type") != "text/plain;charset=utf-8" {
		t.Errorf("binary %q, raw %q as %s", b.Data, raw.body, raw.header.Get("Content-Type"))
	}
	if n := x.audited("records", string(pipeline.ReadChart), "", patient); n != 5 {
		t.Errorf("%d accesses to the patient in the audit, want 5", n)
	}

	for _, path := range []string{"Patient/x", "Encounter/x", "DocumentReference/" + patient, "Binary/x", "Device"} {
		x.do("records", "GET", "/fhir/"+path, nil).wantOutcome(http.StatusNotFound, "no ")
	}
	x.do("author", "GET", "/fhir/Patient/"+patient, nil).wantOutcome(http.StatusForbidden, "may not")
	x.do("", "GET", "/fhir/Patient/"+patient, nil).wantOutcome(http.StatusUnauthorized, "sign in")
}

func TestFHIRDocumentSearch(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	var docs []pipeline.ChartDocument // newest first
	for range 3 {
		_, doc := x.delivered("author")
		docs = slices.Insert(docs, 0, doc)
	}
	patient, all := x.patients[0].ID, []string{docs[0].ID, docs[1].ID, docs[2].ID}
	day := docs[0].Note.Seal.SignedAt.Format("2006-01-02")
	for query, want := range map[string][]string{
		"":                           all,
		"patient=" + patient:         all,
		"patient=Patient/" + patient: all,
		"subject=Patient/" + patient + "," + x.patients[1].ID:                           all,
		"patient=" + x.patients[1].ID:                                                   nil,
		"patient=nobody":                                                                nil,
		"identifier=" + docs[1].Note.DocumentNumber:                                     {docs[1].ID},
		"identifier=" + docs[1].Note.DocumentNumber + "," + docs[0].Note.DocumentNumber: {docs[0].ID, docs[1].ID},
		"identifier=urn:uuid:" + docs[2].Note.ID:                                        {docs[2].ID},
		"_id=" + docs[2].ID + "," + docs[0].ID:                                          {docs[0].ID, docs[2].ID},
		"_id=" + docs[2].ID + "&patient=" + x.patients[1].ID:                            nil,
		"type=11488-4":                        all,
		"type=11506-3":                        nil,
		"date=" + day + "&patient=" + patient: all,
		"date=lt" + day:                       nil,
		"date=ge" + day:                       all,
		"_lastUpdated=ge" + day:               all,
		"_lastUpdated=lt" + day:               nil,
		"_lastUpdated=lt" + url.QueryEscape(docs[0].AttachedAt.UTC().Format("2006-01-02T15:04:05.000000Z")): all[1:],
	} {
		f := x.search("DocumentReference?" + query)
		if got := f.ids(t); !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", query, got, want)
		}
		if f.Total == nil || *f.Total != len(want) {
			t.Errorf("%s: total %v, want %d", query, f.Total, len(want))
		}
	}
	for _, query := range []string{"patent=" + patient, "date=soon", "_count=x", "_cursor=x"} {
		x.do("records", "GET", "/fhir/DocumentReference?"+query, nil).want(http.StatusBadRequest)
	}
	f := x.search("DocumentReference?_summary=count")
	if *f.Total != 3 || len(f.Entry) != 0 {
		t.Errorf("count %+v", f)
	}
}

func TestFHIRPages(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	var docs []string
	for range 5 {
		_, doc := x.delivered("author")
		docs = slices.Insert(docs, 0, doc.ID)
	}
	for _, start := range []string{
		"DocumentReference?_count=2&patient=" + x.patients[0].ID,
		"DocumentReference?_count=2&_total=accurate&patient=" + x.patients[0].ID + "," + x.patients[1].ID,
	} {
		var got []string
		pages := 0
		for path := start; path != ""; pages++ {
			f := x.search(path)
			got = append(got, f.ids(t)...)
			if exact := strings.Contains(start, "accurate"); (f.Total != nil) != (exact && pages == 0) {
				t.Errorf("page %d of %s: total %v", pages, start, f.Total)
			}
			next := f.next()
			if strings.Contains(next, "MRN") {
				t.Errorf("the link holds patient data: %s", next)
			}
			path, _ = strings.CutPrefix(next, x.url+"/fhir/")
		}
		if pages != 3 || !slices.Equal(got, docs) {
			t.Errorf("%d pages of %v, want %v", pages, got, docs)
		}
	}
}

func TestFHIRPatientAndEncounterSearch(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	ada, jan := x.patients[0].ID, x.patients[1].ID
	for query, want := range map[string][]string{
		"Patient":                                       {ada, jan},
		"Patient?identifier=MRN-1002":                   {jan},
		"Patient?identifier=MRN-1002,MRN-1001":          {ada, jan},
		"Patient?identifier=urn:dictation:mrn|MRN-1001": {ada},
		"Patient?identifier=http://elsewhere|MRN-1001":  nil,
		"Patient?name=ros":                              {ada},
		"Patient?name=ada":                              {ada, jan},
		"Patient?name=ada%20maria%20r":                  {ada},
		"Patient?name=maria":                            nil,
		"Patient?name=jan,ros":                          {ada, jan},
		"Patient?name=mrn":                              nil,
		"Patient?name:contains=SENF":                    {ada},
		"Patient?name:exact=Adamski":                    {jan},
		"Patient?name:exact=adamski":                    nil,
		"Patient?_id=" + jan:                            {jan},
		"Patient?_id=" + jan + "&name=ros":              nil,
		"Patient?_lastUpdated=lt2020":                   nil,
		"Encounter?patient=" + ada:                      {x.visit.ID},
		"Encounter?patient=" + jan:                      nil,
		"Encounter?identifier=V-77":                     {x.visit.ID},
		"Encounter?identifier=V-78":                     nil,
		"Encounter?identifier=V-77&patient=" + jan:      nil,
		"Encounter?_id=" + x.visit.ID:                   {x.visit.ID},
		"Encounter?_id=" + ada:                          nil,
		"Encounter?_lastUpdated=lt2020&patient=" + ada:  nil,
		"Encounter?_lastUpdated=ge2020&patient=" + ada:  {x.visit.ID},
	} {
		if got := x.search(query).ids(t); !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", query, got, want)
		}
	}
	x.do("records", "GET", "/fhir/Encounter", nil).wantOutcome(http.StatusBadRequest, "patient")

	first := x.search("Patient?_count=1")
	next, _ := strings.CutPrefix(first.next(), x.url+"/fhir/")
	if second := x.search(next); !slices.Equal(second.ids(t), []string{jan}) || second.next() != "" {
		t.Errorf("second page %+v", second)
	}
}
