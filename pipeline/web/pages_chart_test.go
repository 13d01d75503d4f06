package web

import (
	"net/http"
	"strings"
	"testing"

	"dictation/pipeline"
)

// filedText is a text that its author signed and that is in the chart.
func (x *site) filedText(author, text string) (pipeline.Dictation, pipeline.ChartDocument) {
	x.t.Helper()
	d := x.claimed(author)
	ctx, by, a := x.t.Context(), x.accounts["transcriptionist"].actor(), x.accounts[author]
	n, err := x.Desk.Save(ctx, by, d.ID, d.TextN, text)
	if err == nil {
		d, err = x.Desk.Complete(ctx, by, d.ID, n)
	}
	if err != nil {
		x.t.Fatal(err)
	}
	note, err := x.Desk.Sign(ctx, a.User, a.actor(), d.ID, d.TextN)
	if err != nil {
		x.t.Fatal(err)
	}
	doc, err := x.Store.AttachDocument(ctx, note.DocumentNumber+"@chart", note)
	if err != nil {
		x.t.Fatal(err)
	}
	if d, err = x.Store.Dictation(ctx, d.ID); err != nil {
		x.t.Fatal(err)
	}
	return d, doc
}

func TestChartParts(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d, doc := x.filedText("author", "ALLERGIES:\nPenicillin <b>rash</b>.\n\nMEDICATIONS:\nAspirin 81 mg.\n\nASSESSMENT:\nPneumonia.")
	page := x.do("records", "GET", "/patients/"+doc.Patient.ID, nil).want(http.StatusOK).
		has("Identification and insurance", "Allergies", "Penicillin &lt;b&gt;rash&lt;/b&gt;.", "/sign/"+d.ID+"/print", "No signed note has a section about it").
		lacks("<b>rash")
	_, after, _ := strings.Cut(page.page(), `id="part-medications"`)
	if part, _, _ := strings.Cut(after, "<h3"); !strings.Contains(part, "Aspirin 81 mg.") || !strings.Contains(part, d.JobNumber) || strings.Contains(part, "Penicillin") {
		t.Errorf("the medications are %s", part)
	}
	x.do("records", "GET", "/sign/"+d.ID+"/print", nil).want(http.StatusOK)
	// Who may add to a note finds the way there from the chart and from the dictation; records do not see it.
	page.lacks("Open the note")
	x.do("clinician", "GET", "/patients/"+doc.Patient.ID, nil).want(http.StatusOK).has(`href="/sign/` + d.ID + `">Open the note, add to it or amend it`)
	x.do("clinician", "GET", "/dictations/"+d.ID, nil).want(http.StatusOK).has(`href="/sign/` + d.ID + `">Open the signed note`)
	if n := x.audited("records", string(pipeline.ReadChart), "", doc.Patient.ID); n == 0 {
		t.Error("reading the chart is not in the audit")
	}
}

func TestChartPages(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	var patient string
	numbers := make([]string, chartPage+2)
	for i := range numbers {
		d, doc := x.filedText("author", noteText)
		numbers[i], patient = d.JobNumber, doc.Patient.ID
	}
	first := x.do("records", "GET", "/patients/"+patient, nil).want(http.StatusOK).has(numbers[chartPage+1], "27 documents", "Older documents").lacks(numbers[1] + "</dd>")
	_, next, _ := strings.Cut(first.page(), "after=")
	next, _, _ = strings.Cut(next, `"`)
	x.do("records", "GET", "/patients/"+patient+"?after="+next, nil).want(http.StatusOK).
		has(numbers[0], numbers[1], "Newest documents").lacks(numbers[2], "Older documents")
	x.do("records", "GET", "/patients/"+patient+"?worktype=consultation", nil).want(http.StatusOK).has("27 documents", numbers[26])
	x.do("records", "GET", "/patients/"+patient+"?worktype=letter", nil).want(http.StatusOK).lacks(numbers[26])
	x.do("records", "GET", "/patients/"+patient+"?worktype=song", nil).want(http.StatusBadRequest)
	x.do("records", "GET", "/patients/"+patient+"?after=x.y", nil).want(http.StatusBadRequest)
}
