package web

import (
	"net/http"
	"strings"
	"testing"

	"dictation/pipeline"
	"dictation/transcript"
)

type m map[string]any

func TestText(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	path := "/api/v1/dictations/" + d.ID + "/text"
	var got textView
	a := x.do("transcriptionist", "GET", path, nil).want(http.StatusOK, &got)
	if got.Version != 1 || got.Kind != pipeline.DraftVersion || got.Text != draftText || len(got.Words) != 7 || a.header.Get("ETag") != `"1"` {
		t.Errorf("draft %+v, ETag %s", got, a.header.Get("ETag"))
	}
	blank := transcript.Mark{Kind: transcript.Blank, Offset: 21, Length: 3, AudioMS: 4000, Reason: "not understood"}
	if len(got.Marks) != 1 || got.Marks[0] != blank {
		t.Errorf("marks %+v", got.Marks)
	}

	var saved savedView
	a = x.do("transcriptionist", "PUT", path, m{"text": noteText}, "If-Match", `"1"`).want(http.StatusOK, &saved)
	if saved.Version != 2 || a.header.Get("ETag") != `"2"` {
		t.Errorf("saved %+v, ETag %s", saved, a.header.Get("ETag"))
	}
	x.do("transcriptionist", "PUT", path, noteText+" Twice.", "If-Match", "2", "Content-Type", "text/plain; charset=utf-8").want(http.StatusOK, &saved)
	x.do("transcriptionist", "GET", path, nil).want(http.StatusOK, &got)
	if got.Version != 3 || got.Kind != pipeline.TypedVersion || got.Text != noteText+" Twice." || got.Author != "Dr transcriptionist" || len(got.Marks) != 0 {
		t.Errorf("newest %+v", got)
	}
	if w := got.Words[1]; w.Text != "patient" || w.StartMS != 0 || w.EndMS != 900 || w.Estimated {
		t.Errorf("a word that stayed: %+v", w)
	}
	if w := got.Words[len(got.Words)-1]; w.Text != "Twice." || !w.Estimated {
		t.Errorf("a typed word: %+v", w)
	}

	var versions versionsView
	x.do("transcriptionist", "GET", "/api/v1/dictations/"+d.ID+"/versions", nil).want(http.StatusOK, &versions)
	if v := versions.Versions; len(v) != 3 || v[0].Engine != "test 1" || v[2].Author != "Dr transcriptionist" {
		t.Errorf("versions %+v", versions)
	}
	x.do("transcriptionist", "GET", "/api/v1/dictations/"+d.ID+"/versions/2", nil).want(http.StatusOK, &got)
	if got.Text != noteText {
		t.Errorf("version 2 is %q", got.Text)
	}
	for _, n := range []string{"0", "4", "x"} {
		x.do("transcriptionist", "GET", "/api/v1/dictations/"+d.ID+"/versions/"+n, nil).wantProblem(http.StatusNotFound, "no such version")
	}
}

func TestSaveRefused(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{MaxText: 1000})
	d := x.claimed("author")
	path := "/api/v1/dictations/" + d.ID + "/text"
	put := func(who string, body any, header ...string) answer {
		t.Helper()
		return x.do(who, "PUT", path, body, header...)
	}
	put("transcriptionist", m{"text": "one"}).wantProblem(http.StatusPreconditionRequired, "If-Match")
	put("transcriptionist", m{"text": "one"}, "If-Match", "*").wantProblem(http.StatusBadRequest, "If-Match")
	put("transcriptionist", m{"text": "one"}, "If-Match", `"1"`).want(http.StatusOK)

	a := put("transcriptionist", m{"text": "other"}, "If-Match", `"1"`)
	if p := a.wantProblem(http.StatusPreconditionFailed, "version 1"); p.Version != 2 || a.header.Get("ETag") != `"2"` {
		t.Errorf("problem %+v, ETag %s", p, a.header.Get("ETag"))
	}
	put("transcriptionist2", m{"text": "other"}, "If-Match", `"2"`).wantProblem(http.StatusLocked, "Dr transcriptionist has this dictation")

	json := []string{"If-Match", `"2"`, "Content-Type", "application/json"}
	for name, tc := range map[string]struct {
		body   any
		status int
		says   string
	}{
		"no text":           {m{}, http.StatusBadRequest, "text is missing"},
		"no body":           {nil, http.StatusBadRequest, "text is missing"},
		"unknown field":     {m{"text": "a", "txet": "b"}, http.StatusBadRequest, "not the JSON"},
		"wrong type":        {m{"text": 7}, http.StatusBadRequest, "not the JSON"},
		"two values":        {`{"text":"a"} {"text":"b"}`, http.StatusBadRequest, "not the JSON"},
		"broken characters": {"{\"text\":\"a\xff\"}", http.StatusBadRequest, "UTF-8"},
		"zero byte":         {`{"text":"a\u0000"}`, http.StatusBadRequest, "zero byte"},
		"escaped zero byte": {`{"text":"a\\\u0000"}`, http.StatusBadRequest, "zero byte"},
		"too large":         {m{"text": strings.Repeat("a", 1<<20)}, http.StatusRequestEntityTooLarge, "limit"},
	} {
		t.Run(name, func(t *testing.T) {
			x.in(t).do("transcriptionist", "PUT", path, tc.body, json...).wantProblem(tc.status, tc.says)
		})
	}
	put("transcriptionist", `{"text":"a"}`, "If-Match", `"2"`, "Content-Type", "application/x-www-form-urlencoded").wantProblem(http.StatusBadRequest, "as JSON")

	// Text that only looks like a zero byte is text.
	put("transcriptionist", m{"text": `one\u0000`}, "If-Match", `"2"`).want(http.StatusOK)
	put("transcriptionist", m{"text": "one"}, "If-Match", `"3"`).want(http.StatusOK)

	var got textView
	x.do("transcriptionist", "GET", path+"?x=%00", nil).wantProblem(http.StatusBadRequest, "address")
	x.do("transcriptionist", "GET", path, nil).want(http.StatusOK, &got)
	if got.Text != "one" || got.Version != 4 {
		t.Errorf("the refused changed the text: %+v", got)
	}
}

func TestReview(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	var d dictationView
	x.do("transcriptionist", "POST", "/api/v1/worklist/next", nil).want(http.StatusNoContent)
	id := x.drafted("author").ID
	path := "/api/v1/dictations/" + id
	x.do("transcriptionist", "POST", "/api/v1/worklist/next", nil).want(http.StatusOK, &d)
	if d.ID != id || d.State != pipeline.InProgress || !d.Mine || d.Lease.IsZero() {
		t.Errorf("next is %+v", d)
	}
	x.do("transcriptionist2", "POST", "/api/v1/worklist/next", nil).want(http.StatusNoContent)
	var list dictationsView
	x.do("transcriptionist2", "GET", "/api/v1/worklist?stage=review&state=in_progress", nil).want(http.StatusOK, &list)
	if len(list.Dictations) != 1 || list.Dictations[0].Holder != "Dr transcriptionist" || list.Dictations[0].Mine {
		t.Errorf("worklist %+v", list)
	}
	for _, act := range []string{"claim", "keep", "suspend", "release", "qa", "complete"} {
		x.do("transcriptionist2", "POST", path+"/"+act, reasonFor(act)).wantProblem(http.StatusLocked, "Dr transcriptionist has")
	}

	var lease leaseView
	x.do("transcriptionist", "POST", path+"/keep", nil).want(http.StatusOK, &lease)
	if lease.LeaseMS != 120_000 {
		t.Errorf("lease %d ms", lease.LeaseMS)
	}
	x.do("transcriptionist", "POST", path+"/suspend", nil).want(http.StatusOK, &d)
	x.do("transcriptionist2", "POST", path+"/claim", nil).wantProblem(http.StatusLocked, "Dr transcriptionist has")
	x.do("transcriptionist", "POST", path+"/keep", nil).wantProblem(http.StatusLocked, "do not hold")
	x.do("transcriptionist", "POST", path+"/release", nil).want(http.StatusOK, &d)
	x.do("transcriptionist2", "POST", path+"/claim", nil).want(http.StatusOK, &d)
	x.do("transcriptionist2", "POST", path+"/qa", m{"version": 1}).wantProblem(http.StatusBadRequest, "why")
	x.do("transcriptionist2", "POST", path+"/qa", m{"version": 1, "reason": "Which drug?"}).want(http.StatusOK, &d)
	if d.Step != pipeline.QA || d.Reason != "Which drug?" {
		t.Errorf("sent to QA: %+v", d)
	}

	x.do("qa", "POST", path+"/claim", nil).want(http.StatusOK)
	x.do("qa", "POST", path+"/return", m{"reason": "Listen at 4 s."}).want(http.StatusOK, &d)
	if d.Step != pipeline.Typing || d.State != pipeline.Pending {
		t.Errorf("returned by QA: %+v", d)
	}
	x.do("transcriptionist", "POST", path+"/claim", nil).want(http.StatusOK)
	x.do("transcriptionist", "PUT", path+"/text", m{"text": noteText}, "If-Match", "1").want(http.StatusOK)
	p := x.do("transcriptionist", "POST", path+"/complete", m{"version": 1}).wantProblem(http.StatusPreconditionFailed, "version 1")
	if p.Version != 2 {
		t.Errorf("newest version %d", p.Version)
	}
	x.do("transcriptionist", "POST", path+"/complete", nil).want(http.StatusOK, &d)
	if d.Step != pipeline.Signature || d.Mine || d.Holder != "" {
		t.Errorf("completed: %+v", d)
	}
}

func reasonFor(act string) any {
	if act == "qa" {
		return m{"reason": "Which drug?"}
	}
	return nil
}

func TestSign(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.typed("author")
	path := "/api/v1/dictations/" + d.ID
	x.do("author", "POST", path+"/sign", m{"password": "wrong"}).wantProblem(http.StatusForbidden, "not signed")
	x.do("author", "POST", path+"/sign", m{"password": password, "version": 1}).wantProblem(http.StatusPreconditionFailed, "version 1")
	x.do("author", "GET", "/api/v1/notes/"+d.ID, nil).wantProblem(http.StatusNotFound, "signed")
	var signed, read noteView
	x.do("author", "POST", path+"/sign", m{"password": password, "version": 2}).want(http.StatusOK, &signed)
	x.do("records", "GET", "/api/v1/notes/"+d.ID, nil).want(http.StatusOK, &read)
	if read.Text != noteText || read.Seal.SignerName != "Dr author" || read.Seal.Meaning != "author" || read.DocumentNumber != d.JobNumber {
		t.Errorf("note %+v", read)
	}
	for _, n := range []noteView{signed, read} {
		if err := n.Seal.Verify(n.Text, n.PublicKey); err != nil {
			t.Error(err)
		}
	}
	x.do("author", "POST", path+"/sign", m{"password": password}).wantProblem(http.StatusForbidden, "may not")

	back := x.typed("author")
	x.do("clinician", "POST", "/api/v1/dictations/"+back.ID+"/return", m{"reason": " "}).wantProblem(http.StatusBadRequest, "why")
	var v dictationView
	x.do("clinician", "POST", "/api/v1/dictations/"+back.ID+"/return", m{"reason": "The dose is wrong."}).want(http.StatusOK, &v)
	if v.Step != pipeline.Typing || v.Reason != "The dose is wrong." {
		t.Errorf("returned %+v", v)
	}
}

// The seams' shortest form: a password, no version.
func TestSignNewest(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.typed("author")
	var n noteView
	x.do("clinician", "POST", "/api/v1/dictations/"+d.ID+"/sign", m{"password": password}).want(http.StatusOK, &n)
	if n.Seal.Meaning != "reviewed" || n.Seal.AuthorName != "Dr author" || n.Seal.SignerName != "Dr clinician" {
		t.Errorf("seal %+v", n.Seal)
	}
}

func TestClinicianTakesNoJobs(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.drafted("author")
	x.do("clinician", "POST", "/api/v1/worklist/next", nil).wantProblem(http.StatusForbidden, "transcriptionists")
	x.do("clinician", "POST", "/api/v1/dictations/"+d.ID+"/claim", nil).wantProblem(http.StatusForbidden, "transcriptionists")
	if n := x.audited("clinician", string(pipeline.Worklist), d.ID, ""); n != 1 {
		t.Errorf("%d entries of the refusal", n)
	}
	var list dictationsView
	x.do("clinician", "GET", "/api/v1/worklist", nil).want(http.StatusOK, &list)
	if len(list.Dictations) != 0 {
		t.Errorf("the clinician's list has what is being typed: %+v", list)
	}
	x.do("clinician", "GET", "/api/v1/worklist?step=typing", nil).want(http.StatusOK, &list)
	if len(list.Dictations) != 1 {
		t.Errorf("typing list %+v", list)
	}
	x.do("clinician", "GET", "/api/v1/worklist?stage=decode", nil).wantProblem(http.StatusBadRequest, "review")
	x.do("clinician", "GET", "/api/v1/worklist?step=cooking", nil).wantProblem(http.StatusBadRequest, "step")
}
