package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/deliver"
)

// dispatched puts a line for a delivered note into the ledger.
func (x *site) dispatched(destination string) pipeline.Dispatch {
	x.t.Helper()
	_, doc := x.delivered("author")
	if err := x.Store.AddDestinations(x.t.Context(), []string{destination}); err != nil {
		x.t.Fatal(err)
	}
	line := pipeline.Dispatch{Key: deliver.Key(doc.Note.DocumentNumber, destination), Destination: destination, State: pipeline.DispatchWaiting}
	if n, err := x.Store.Dispatch(x.t.Context(), doc.Note, []pipeline.Dispatch{line, line}); err != nil || n != 1 {
		x.t.Fatalf("%d lines, %v", n, err)
	}
	list, err := x.Store.DispatchesOf(x.t.Context(), doc.Note.DocumentNumber)
	if err != nil || len(list) != 1 {
		x.t.Fatalf("%d lines, %v", len(list), err)
	}
	return list[0]
}

// TestDeliveries: records people hold, release, settle and send again; every act
// stands in the audit.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	if page := x.do("records", "GET", "/deliveries", nil).want(http.StatusOK).page(); !strings.Contains(page, "No other records system is connected.") {
		t.Error("the empty page does not say what is the case")
	}
	d := x.dispatched("ehr")
	do := func(act, reason string) answer {
		return x.form("records", "/deliveries", url.Values{"id": {fmt.Sprint(d.ID)}, "do": {act}, "reason": {reason}})
	}
	do("hold", "").want(http.StatusBadRequest)
	do("hold", "Name is <being> cleared").to("/deliveries?said=delivery-hold")
	page := x.do("records", "GET", "/deliveries?state=held&destination=ehr", nil).want(http.StatusOK).page()
	for _, want := range []string{d.DocumentNumber, "Held back", "Name is <being> cleared", "Release"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	do("resend", "").want(http.StatusConflict)
	do("settle", "").want(http.StatusConflict)
	do("release", "").to("/deliveries?said=delivery-release")
	line, err := x.Store.ClaimDispatch(t.Context(), "ehr", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	do("hold", "Too late").want(http.StatusLocked)
	line.State, line.Reason, line.Unsettled = pipeline.DispatchUnknown, "It may be there.", true
	if err := x.Store.EndDispatch(t.Context(), x.accounts["author"].actor(), line, 0, nil); err != nil {
		t.Fatal(err)
	}
	do("settle", "").to("/deliveries?said=delivery-settle")
	do("withdraw", "Wrong unit").to("/deliveries?said=delivery-withdraw")
	do("withdraw", "Wrong unit").want(http.StatusConflict)
	do("dance", "").want(http.StatusBadRequest)
	x.form("records", "/deliveries", url.Values{"id": {"99999"}, "do": {"resend"}}).want(http.StatusNotFound)
	x.do("records", "GET", "/deliveries?before=x", nil).want(http.StatusBadRequest)
	for act, want := range map[string]int{"hold": 1, "release": 1, "settle": 1, "withdraw": 1, "resend": 0} {
		if n := x.audited("records", "delivery."+act, d.DictationID, d.PatientID); n != want {
			t.Errorf("%d entries of %s in the audit, want %d", n, act, want)
		}
	}
	page = x.do("records", "GET", "/deliveries?number="+d.DocumentNumber, nil).want(http.StatusOK).page()
	if strings.Count(page, "known there") != 0 || !strings.Contains(page, "Withdrawn because: Wrong unit") || !strings.Contains(page, "Sent, and acknowledged") {
		t.Error("the page of one document does not show both lines")
	}
	x.do("clinician", "GET", "/deliveries", nil).want(http.StatusForbidden)
	x.form("author", "/deliveries", url.Values{"id": {fmt.Sprint(d.ID)}, "do": {"resend"}}).want(http.StatusForbidden)
}

// The pages of the list follow each other without gap or repetition.
func TestDeliveriesPages(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	_, doc := x.delivered("author")
	var lines []pipeline.Dispatch
	for i := range deliveryPage + 5 {
		name := fmt.Sprintf("d%02d", i)
		if err := x.Store.AddDestinations(t.Context(), []string{name}); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, pipeline.Dispatch{Key: deliver.Key(doc.Note.DocumentNumber, name), Destination: name, State: pipeline.DispatchParked, Reason: "Refused."})
	}
	if _, err := x.Store.Dispatch(t.Context(), doc.Note, lines); err != nil {
		t.Fatal(err)
	}
	page := x.do("admin", "GET", "/deliveries?state=parked", nil).want(http.StatusOK).page()
	_, rest, _ := strings.Cut(page, "before=")
	before, _, _ := strings.Cut(rest, `"`)
	more := x.do("admin", "GET", "/deliveries?state=parked&before="+before, nil).want(http.StatusOK).page()
	for i := range lines {
		want := "to " + lines[i].Destination
		if strings.Contains(page, want) == strings.Contains(more, want) {
			t.Errorf("%s is on both pages or on none", want)
		}
	}
}
