package web

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/intake"
	"dictation/pipeline/store"
)

func TestPartsAPI(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	tape := x.tape("author")
	path := "/api/v1/dictations/" + tape.ID
	var got dictationView
	x.do("author", "GET", path, nil).want(http.StatusOK, &got)
	if !got.Several || got.Reason != pipeline.ForSplit || got.State != pipeline.Held || got.Sound == nil || got.Sound.Signals != 1 || got.Sound.Parts != 3 {
		t.Errorf("%+v %+v", got, got.Sound)
	}
	var parts partsView
	x.do("author", "GET", path+"/parts", nil).want(http.StatusOK, &parts)
	if len(parts.Parts) != 3 || parts.Split || parts.DurationMS != tape.Sound.DurationMS || parts.Parts[1].Why != audio.CutCue ||
		parts.Parts[2].Why != audio.CutPause || parts.Parts[2].PauseMS < 5000 || parts.Parts[2].SpeechMS < 2000 {
		t.Errorf("%+v", parts)
	}
	body := func(mrns ...string) map[string]any {
		var list []map[string]any
		for i, p := range parts.Parts {
			list = append(list, map[string]any{"start_ms": p.StartMS, "end_ms": p.EndMS, "patient_mrn": mrns[i], "worktype": "letter"})
		}
		return map[string]any{"parts": list}
	}
	x.do("author", "POST", path+"/split", body("MRN-1001", "MRN-9", "MRN-1002")).wantProblem(http.StatusBadRequest, "Part 2: There is no patient")
	x.do("author", "POST", path+"/split", map[string]any{"parts": []int{}}).wantProblem(http.StatusBadRequest, "2 to 200 parts")
	x.do("author2", "POST", path+"/split", body("MRN-1001", "", "")).wantProblem(http.StatusForbidden, "may not")
	x.do("author", "POST", path+"/whole", nil).wantProblem(http.StatusConflict, "Name the patient first")

	good := body("MRN-1001", "", "MRN-1002")
	var made, again partsView
	x.do("transcriptionist", "POST", path+"/split", good).want(http.StatusOK, &made)
	x.do("author", "POST", path+"/split", good).want(http.StatusOK, &again)
	if len(made.Parts) != 3 || !made.Split {
		t.Fatalf("%+v", made)
	}
	for i, p := range made.Parts {
		if p.StartMS != parts.Parts[i].StartMS || p.Dictation == nil || p.Dictation.PartOf != tape.ID || p.Dictation.ID != again.Parts[i].Dictation.ID ||
			p.Dictation.Source != "split" || p.Dictation.Worktype != pipeline.Letter {
			t.Errorf("part %d: %+v", i+1, p)
		}
	}
	x.do("author", "POST", path+"/split", body("MRN-1001", "MRN-1001", "MRN-1002")).wantProblem(http.StatusConflict, "in another way")
	x.do("author", "GET", path+"/parts", nil).want(http.StatusOK, &again)
	x.do("author", "GET", path, nil).want(http.StatusOK, &got)
	if got.State != pipeline.Finished || got.Stage != pipeline.Transcribe || !strings.Contains(got.Reason, made.Parts[2].Dictation.JobNumber) || len(again.Parts) != 3 {
		t.Errorf("%+v", got)
	}
	x.do("author", "POST", path+"/whole", nil).wantProblem(http.StatusConflict, "does not wait")
	// A part whose author is another now is still counted, and not shown.
	if err := x.Store.Identify(t.Context(), x.accounts["admin"].actor(), made.Parts[1].Dictation.ID, identityOf(x, "author2")); err != nil {
		t.Fatal(err)
	}
	x.do("author", "GET", path+"/parts", nil).want(http.StatusOK, &again)
	if len(again.Parts) != 3 || again.Parts[1].Dictation != nil || again.Parts[0].Dictation == nil {
		t.Errorf("%+v", again)
	}
	x.tiled(tape, 3)
}

// What was split is in no queue, no record and no reconciliation.
func TestSplitEndsTheTape(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	tape := x.tape("author")
	_, err := x.Intake.Split(t.Context(), x.accounts["author"].actor(), tape.ID, []intake.Part{
		{EndMS: 5_000, PatientMRN: "MRN-1001"}, {StartMS: 5_000, EndMS: tape.Sound.DurationMS, PatientMRN: "MRN-1002"},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := "/api/v1/dictations/" + tape.ID
	for _, act := range []string{"retry", "unhold", "take-back", "type-by-hand"} {
		x.do("admin", "POST", path+"/"+act, nil).wantProblem(http.StatusConflict, "")
	}
	x.do("transcriptionist", "POST", path+"/claim", nil).wantProblem(http.StatusConflict, "")
	x.do("author", "POST", path+"/sign", map[string]any{"password": password}).wantProblem(http.StatusForbidden, "")
	x.do("author", "GET", "/api/v1/notes/"+tape.ID, nil).wantProblem(http.StatusNotFound, "")
	calls, err := x.Store.Waiting(t.Context(), time.Now().Add(time.Hour), 100)
	if err != nil || len(calls) != 2 {
		t.Errorf("%d wait, want the two parts: %v", len(calls), err)
	}
	if ids, err := x.Store.Unattached(t.Context(), 0, 10); len(ids) != 0 || err != nil {
		t.Errorf("unattached: %v, %v", ids, err)
	}
	x.do("records", "GET", "/fhir/DocumentReference?patient="+x.patients[0].ID, nil).want(http.StatusOK).has(`"total":0`)
	x.do("clinician", "GET", "/dictations/"+tape.ID, nil).want(http.StatusOK).lacks("Open the patient's chart", "Fever")
	x.do("admin", "GET", "/admin", nil).want(http.StatusOK).lacks(tape.JobNumber)
}

func TestPlayback(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.sent("author", wav(voice(t)), nil)
	path := "/api/v1/dictations/" + d.ID + "/playback"
	whole := x.do("author", "GET", path, nil).want(http.StatusOK)
	if ct := whole.header.Get("Content-Type"); ct != "audio/wav" || !bytes.Equal(whole.body, x.object(d.Sound.Canonical.Key)) {
		t.Errorf("a short recording is played from %q of %d bytes", ct, len(whole.body))
	}
	x.do("author", "GET", "/dictations/"+d.ID, nil).lacks("Small copy")

	other := x.received("author")
	canonical, err := x.Blob.Put(t.Context(), blob.CanonicalKey(other.ID), bytes.NewReader(wav(quiet(1))), -1, "audio/wav")
	if err != nil {
		t.Fatal(err)
	}
	small, err := x.Blob.Put(t.Context(), blob.PlaybackKey(other.ID), strings.NewReader("small copy"), -1, "audio/mpeg")
	if err != nil {
		t.Fatal(err)
	}
	x.do("author", "GET", "/api/v1/dictations/"+other.ID+"/playback", nil).wantProblem(http.StatusConflict, "still being prepared")
	x.work(other, pipeline.Result{Sound: &pipeline.Sound{Canonical: canonical, Playback: small, PeaksKey: "none", DurationMS: 1000, Format: "WAV", Said: audio.Said{Comment: "secret"}}})
	a := x.do("author", "GET", "/api/v1/dictations/"+other.ID+"/playback", nil, "Range", "bytes=0-4").want(http.StatusPartialContent)
	if a.header.Get("Content-Type") != "audio/mpeg" || string(a.body) != "small" || a.header.Get("ETag") != `"`+small.SHA256+`"` {
		t.Errorf("%v %q", a.header, a.body)
	}
	if n := x.audited("author", string(pipeline.ReadSound), other.ID, ""); n != 2 { // one of them too early
		t.Errorf("%d entries of who listened", n)
	}
	x.do("author2", "GET", "/api/v1/dictations/"+other.ID+"/playback", nil).wantProblem(http.StatusForbidden, "may not")
	x.do("author", "GET", "/dictations/"+other.ID, nil).want(http.StatusOK).has("Small copy for slow links (10 bytes instead of 31 kB)", "/playback", "secret")
	// What the recorder wrote is for those who may hear it.
	var v dictationView
	x.do("author", "GET", "/api/v1/dictations/"+other.ID, nil).want(http.StatusOK, &v)
	if v.Sound.Said == nil || v.Sound.Said.Comment != "secret" || v.Sound.Playback != 10 {
		t.Errorf("%+v", v.Sound)
	}
	x.do("admin", "GET", "/api/v1/dictations/"+other.ID, nil).want(http.StatusOK, &v)
	if v.Sound.Said != nil {
		t.Error("the administrator is told the recorder's comment")
	}
}

// identityOf is the account as the author of something for the second patient.
func identityOf(x *site, author string) store.Identity {
	return store.Identity{PatientID: x.patients[1].ID, AuthorID: x.accounts[author].ID}
}
