package web

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/intake"
)

func TestDictation(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	var v dictationView
	x.do("author", "GET", "/api/v1/dictations/"+d.ID, nil).want(http.StatusOK, &v)
	want := dictationView{
		ID: d.ID, JobNumber: d.JobNumber, Stage: pipeline.Review, Step: pipeline.Typing, State: pipeline.InProgress,
		PatientMRN: "MRN-1001", Encounter: "V-77", Author: "Dr author", Holder: "Dr transcriptionist",
		DurationMS: 7000, Version: d.Version, TextN: 1, SHA256: d.Original.SHA256,
	}
	if v.ID != want.ID || v.JobNumber != want.JobNumber || v.Stage != want.Stage || v.Step != want.Step || v.State != want.State ||
		v.PatientMRN != want.PatientMRN || v.Encounter != want.Encounter || v.Author != want.Author || v.Holder != want.Holder ||
		v.DurationMS != want.DurationMS || v.Version != want.Version || v.TextN != want.TextN || v.SHA256 != want.SHA256 || v.Warnings == nil || v.Due.IsZero() {
		t.Errorf("got %+v\nwant %+v", v, want)
	}
	if n := x.audited("author", string(pipeline.ReadDictation), d.ID, x.patients[0].ID); n != 1 {
		t.Errorf("%d entries of the access", n)
	}
	for _, id := range []string{"00000000-0000-4000-8000-000000000000", "nonsense"} {
		x.do("author", "GET", "/api/v1/dictations/"+id, nil).wantProblem(http.StatusNotFound, "no such dictation")
	}
	x.do("author", "GET", "/api/v1/nonsense", nil).wantProblem(http.StatusNotFound, "")
}

func TestListing(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	for _, author := range []string{"author", "author2", "author", "author2", "author"} {
		x.received(author)
	}
	list := func(who, query string) (got dictationsView) {
		t.Helper()
		x.do(who, "GET", "/api/v1/dictations"+query, nil).want(http.StatusOK, &got)
		return got
	}
	for who, want := range map[string]int{"author": 3, "author2": 2, "transcriptionist": 5, "qa": 5, "clinician": 5, "admin": 5} {
		if got := list(who, ""); len(got.Dictations) != want || got.Next != "" {
			t.Errorf("%s lists %d, next %q; want %d", who, len(got.Dictations), got.Next, want)
		}
	}
	for _, who := range []string{"records", "auditor"} {
		x.do(who, "GET", "/api/v1/dictations", nil).wantProblem(http.StatusForbidden, "may not")
		x.do(who, "GET", "/api/v1/events", nil).wantProblem(http.StatusForbidden, "may not")
	}
	seen := make(map[string]bool)
	pages, next := 0, ""
	for {
		got := list("admin", "?limit=2&after="+next)
		pages++
		for _, d := range got.Dictations {
			seen[d.ID] = true
		}
		if next = got.Next; next == "" {
			break
		}
	}
	if len(seen) != 5 || pages != 3 {
		t.Errorf("%d dictations on %d pages", len(seen), pages)
	}
	if got := list("admin", "?stage=decode&state=pending"); len(got.Dictations) != 5 {
		t.Errorf("filter: %d", len(got.Dictations))
	}
	if got := list("admin", "?stage=review"); len(got.Dictations) != 0 {
		t.Errorf("filter: %d", len(got.Dictations))
	}
	for _, query := range []string{"?stage=x", "?state=x", "?limit=x", "?limit=501", "?limit=-1", "?after=x", "?after=eCB5"} {
		x.do("admin", "GET", "/api/v1/dictations"+query, nil).want(http.StatusBadRequest)
	}
}

func TestSound(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	fresh := x.received("author")
	x.do("author", "GET", "/api/v1/dictations/"+fresh.ID+"/audio", nil).wantProblem(http.StatusConflict, "still being prepared")
	x.do("author", "GET", "/api/v1/dictations/"+fresh.ID+"/peaks", nil).wantProblem(http.StatusConflict, "still being prepared")
	x.do("author", "GET", "/api/v1/dictations/"+fresh.ID+"/text", nil).wantProblem(http.StatusConflict, "no text yet")

	path := "/api/v1/dictations/" + x.drafted("author").ID
	whole := x.do("author", "GET", path+"/audio", nil).want(http.StatusOK)
	if string(whole.body) != "RIFF0123456789" || whole.header.Get("Content-Type") != "audio/wav" || whole.header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("%q as %v", whole.body, whole.header)
	}
	part := x.do("author", "GET", path+"/audio", nil, "Range", "bytes=4-7").want(http.StatusPartialContent)
	if string(part.body) != "0123" || part.header.Get("Content-Range") != "bytes 4-7/14" {
		t.Errorf("%q, %s", part.body, part.header.Get("Content-Range"))
	}
	last := x.do("author", "GET", path+"/audio", nil, "Range", "bytes=-2", "If-Range", whole.header.Get("ETag")).want(http.StatusPartialContent)
	if string(last.body) != "89" {
		t.Errorf("%q", last.body)
	}
	x.do("author", "GET", path+"/audio", nil, "Range", "bytes=99-").want(http.StatusRequestedRangeNotSatisfiable)
	if a := x.do("author", "GET", path+"/peaks", nil).want(http.StatusOK); string(a.body) != "peaks" {
		t.Errorf("peaks %q", a.body)
	}
	if a := x.do("author", "HEAD", path+"/audio", nil).want(http.StatusOK); a.header.Get("Content-Length") != "14" {
		t.Errorf("HEAD: %v", a.header)
	}
}

func TestJobs(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.received("author")
	path := "/api/v1/dictations/" + d.ID
	x.do("admin", "POST", path+"/retry", nil).wantProblem(http.StatusConflict, "cannot")
	d, err := x.Store.Claim(t.Context(), d.ID, pipeline.Decode, "worker", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Store.Fail(t.Context(), pipeline.Job{Dictation: d, Stage: d.Stage, Attempt: d.Attempt}, "worker", "This is not a sound file."); err != nil {
		t.Fatal(err)
	}
	var v dictationView
	x.do("author", "GET", path, nil).want(http.StatusOK, &v)
	if v.State != pipeline.Failed || v.Reason != "This is not a sound file." {
		t.Errorf("failed: %+v", v)
	}
	x.do("author", "GET", path+"/audio", nil).wantProblem(http.StatusConflict, "original is kept")
	x.do("admin", "POST", path+"/hold", nil).wantProblem(http.StatusBadRequest, "why")
	x.do("admin", "POST", path+"/hold", m{"reason": "Asked the author."}).want(http.StatusOK, &v)
	if v.State != pipeline.Held || v.Reason != "Asked the author." {
		t.Errorf("held: %+v", v)
	}
	for says, body := range map[string]m{
		"no patient":      {"patient_mrn": "MRN-9"},
		"another patient": {"patient_mrn": "MRN-1002", "encounter": "V-77"},
		"no visit":        {"patient_mrn": "MRN-1001", "encounter": "V-9"},
		"not dictate":     {"patient_mrn": "MRN-1001", "author": "auditor"},
		"no such account": {"patient_mrn": "MRN-1001", "author": "nobody"},
		"no worktype":     {"patient_mrn": "MRN-1001", "worktype": "poem"},
		"no priority":     {"patient_mrn": "MRN-1001", "priority": "soon"},
	} {
		x.do("admin", "POST", path+"/identify", body).wantProblem(http.StatusBadRequest, says)
	}
	x.do("admin", "POST", path+"/identify", m{"patient_mrn": "MRN-1002", "author": "author2"}).want(http.StatusOK, &v)
	if v.Worktype != pipeline.Consultation || v.Priority != pipeline.Routine {
		t.Errorf("what was not named has changed: %+v", v)
	}
	x.do("admin", "POST", path+"/identify", m{"patient_mrn": "MRN-1002", "worktype": "letter", "priority": "stat"}).want(http.StatusOK, &v)
	if v.Worktype != "letter" || v.Priority != pipeline.STAT {
		t.Errorf("worktype and priority: %+v", v)
	}
	if v.PatientMRN != "MRN-1002" || v.Author != "Dr author2" || v.Encounter != "" {
		t.Errorf("identified: %+v", v)
	}
	x.do("admin", "POST", path+"/unhold", nil).want(http.StatusOK, &v)
	x.do("admin", "POST", path+"/identify", m{"patient_mrn": "MRN-1001"}).wantProblem(http.StatusConflict, "held or failed")
	if v.State != pipeline.Pending || v.Reason != "" {
		t.Errorf("let go: %+v", v)
	}
}

// recognitionFailed is a dictation that no engine could recognise.
func (x *site) recognitionFailed(author string) pipeline.Dictation {
	x.t.Helper()
	d := x.received(author)
	canonical, err := x.Blob.Put(x.t.Context(), blob.CanonicalKey(d.ID), strings.NewReader("RIFF0123456789"), -1, "audio/wav")
	if err != nil {
		x.t.Fatal(err)
	}
	d = x.work(d, pipeline.Result{Sound: &pipeline.Sound{Canonical: canonical, DurationMS: 7000, Format: "WAV"}})
	if d, err = x.Store.Claim(x.t.Context(), d.ID, pipeline.Transcribe, "worker", time.Minute); err == nil {
		d, err = x.Store.Fail(x.t.Context(), pipeline.Job{Dictation: d, Stage: d.Stage, Attempt: d.Attempt}, "worker", "The engine ended early.")
	}
	if err != nil {
		x.t.Fatal(err)
	}
	return d
}

func TestTypeByHand(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	var v dictationView
	for _, who := range []string{"author", "admin"} {
		path := "/api/v1/dictations/" + x.recognitionFailed("author").ID
		x.do("author2", "POST", path+"/type-by-hand", nil).wantProblem(http.StatusForbidden, "may not")
		x.do(who, "POST", path+"/type-by-hand", nil).want(http.StatusOK, &v)
		if v.Stage != pipeline.Review || v.Step != pipeline.Typing || v.State != pipeline.Pending || v.Reason != "" {
			t.Errorf("by %s: %+v", who, v)
		}
		x.do(who, "POST", path+"/type-by-hand", nil).wantProblem(http.StatusConflict, "")
		x.do("transcriptionist", "POST", path+"/claim", nil).want(http.StatusOK)
		x.do("transcriptionist", "POST", path+"/release", nil).want(http.StatusOK)
	}
}

func TestTakeBack(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	var v dictationView
	d := x.claimed("author")
	path := "/api/v1/dictations/" + d.ID
	x.do("transcriptionist2", "POST", path+"/take-back", nil).wantProblem(http.StatusForbidden, "may not")
	x.do("admin", "POST", path+"/take-back", nil).want(http.StatusOK, &v)
	if v.State != pipeline.Pending || v.Step != pipeline.Typing {
		t.Errorf("taken back: %+v", v)
	}
	x.do("admin", "POST", path+"/take-back", nil).wantProblem(http.StatusConflict, "")
	// A closed account keeps nothing in hand.
	held, aside := x.claimed("author"), x.claimed("author")
	x.do("transcriptionist", "POST", "/api/v1/dictations/"+aside.ID+"/suspend", nil).want(http.StatusOK)
	x.do("admin", "POST", "/api/v1/users/transcriptionist/disable", nil).want(http.StatusOK)
	for _, id := range []string{held.ID, aside.ID} {
		x.do("transcriptionist2", "POST", "/api/v1/dictations/"+id+"/claim", nil).want(http.StatusOK)
	}
}

// stream opens the events of an account and gives them as they come.
func (x *site) stream(who string) <-chan eventView {
	x.t.Helper()
	req, err := http.NewRequestWithContext(x.t.Context(), "GET", x.url+"/api/v1/events", nil)
	if err != nil {
		x.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+x.accounts[who].token)
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		x.t.Fatalf("%v %+v", err, res)
	}
	events := make(chan eventView, 16)
	x.t.Cleanup(func() { res.Body.Close() })
	go func() {
		defer close(events)
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			data, ok := strings.CutPrefix(s.Text(), "data: ")
			var e eventView
			if ok && json.Unmarshal([]byte(data), &e) == nil {
				events <- e
			}
		}
	}()
	return events
}

func TestEvents(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	before := x.nats.NumSubscriptions()
	go func() { stopped <- x.events.run(ctx, x.Queue) }()
	for tick := time.NewTicker(time.Millisecond); x.nats.NumSubscriptions() == before; <-tick.C {
	}
	owner, stranger := x.stream("author"), x.stream("author2")

	d := x.drafted("author") // announces from intake on
	x.do("transcriptionist", "POST", "/api/v1/dictations/"+d.ID+"/claim", nil).want(http.StatusOK)
	for e := range owner {
		if e.ID != d.ID || e.JobNumber != d.JobNumber {
			t.Fatalf("event %+v", e)
		}
		if e.Step == pipeline.Typing && e.State == pipeline.InProgress && e.TextN == 1 && e.Version > 5 {
			break
		}
	}
	own, err := x.Intake.Receive(t.Context(), x.accounts["author2"].actor(), intake.Request{
		Author: x.accounts["author2"].ID, PatientMRN: "MRN-1001", Worktype: "letter", Source: "api",
	}, strings.NewReader("sound"))
	if err != nil {
		t.Fatal(err)
	}
	// The first that the other author hears of is her own.
	if e := <-stranger; e.ID != own.ID {
		t.Errorf("the stranger heard of %+v", e)
	}
	cancel()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	// The server stops: streams end.
	for range owner {
	}
	for range stranger {
	}
}
