package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"dictation/pipeline"
)

// field is one part of an upload; audio is the recording.
type field struct{ name, value string }

// multi writes an upload in the order of the fields.
func multi(t testing.TB, fields []field) (body string, contentType string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, f := range fields {
		create := m.CreateFormField
		if f.name == "audio" {
			create = func(name string) (io.Writer, error) { return m.CreateFormFile(name, "Rosenfeld Ada.wav") }
		}
		part, err := create(f.name)
		if err == nil {
			_, err = part.Write([]byte(f.value))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), m.FormDataContentType()
}

func (x *site) upload(who string, fields []field, header ...string) answer {
	x.t.Helper()
	body, ct := multi(x.t, fields)
	return x.do(who, "POST", "/api/v1/dictations", body, append(header, "Content-Type", ct)...)
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

func (x *site) count() int {
	x.t.Helper()
	var out dictationsView
	x.do("admin", "GET", "/api/v1/dictations?limit=500", nil).want(http.StatusOK, &out)
	return len(out.Dictations)
}

func TestUploadGivesReceipt(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	sound := strings.Repeat("sound ", 1000)
	mrn, visit, work, prio := field{"patient_mrn", "MRN-1001"}, field{"encounter", "V-77"}, field{"worktype", "consultation"}, field{"priority", "stat"}
	audio, hash := field{"audio", sound}, field{"sha256", strings.ToUpper(sum(sound))}
	for name, fields := range map[string][]field{
		"properties first": {mrn, visit, work, prio, audio},
		"audio first":      {audio, mrn, visit, work, prio},
		"audio between":    {mrn, work, audio, visit, prio},
		"hash before":      {hash, mrn, visit, work, prio, audio},
		"hash after":       {mrn, visit, work, prio, audio, hash},
		"hash, spooled":    {audio, hash, mrn, visit, work, prio},
	} {
		a := x.upload("author", fields)
		var d dictationView
		a.want(http.StatusCreated, &d)
		if a.header.Get("Location") != "/api/v1/dictations/"+d.ID || !strings.HasPrefix(d.JobNumber, "D000") || d.SHA256 != sum(sound) {
			t.Errorf("%s: receipt %+v at %q", name, d, a.header.Get("Location"))
		}
		if d.Stage != pipeline.Decode || d.State != pipeline.Pending || d.Priority != pipeline.STAT || d.Encounter != "V-77" || d.PatientMRN != "MRN-1001" || d.Source != "api" {
			t.Errorf("%s: %+v", name, d)
		}
		got := x.do("author", "GET", "/api/v1/dictations/"+d.ID+"/original", nil).want(http.StatusOK)
		if string(got.body) != sound || got.header.Get("Content-Disposition") != "attachment; filename="+d.JobNumber+".wav" {
			t.Errorf("%s: kept %d bytes as %q", name, len(got.body), got.header.Get("Content-Disposition"))
		}
	}
}

func TestUploadRefused(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{MaxUpload: 1 << 20})
	mrn, visit, work, prio, audio := field{"patient_mrn", "MRN-1001"}, field{"encounter", ""}, field{"worktype", "letter"}, field{"priority", ""}, field{"audio", "sound"}
	wrong := field{"sha256", sum("another sound")}
	big := field{"audio", strings.Repeat("x", 1<<20+1)}
	for name, tc := range map[string]struct {
		fields []field
		status int
		says   string
	}{
		"no audio":             {[]field{mrn, work}, http.StatusBadRequest, "recording is missing"},
		"no patient":           {[]field{work, audio}, http.StatusBadRequest, "MRN"},
		"unknown patient":      {[]field{{"patient_mrn", "MRN-9"}, work, audio}, http.StatusBadRequest, "no patient"},
		"unknown worktype":     {[]field{mrn, {"worktype", "poem"}, audio}, http.StatusBadRequest, "worktype"},
		"unknown priority":     {[]field{mrn, work, {"priority", "soon"}, audio}, http.StatusBadRequest, "priority"},
		"unknown field":        {[]field{mrn, work, {"color", "red"}, audio}, http.StatusBadRequest, "not known"},
		"unknown field behind": {[]field{mrn, visit, work, prio, audio, {"color", "red"}}, http.StatusBadRequest, "not known"},
		"twice":                {[]field{mrn, mrn, work, audio}, http.StatusBadRequest, "twice"},
		"twice behind":         {[]field{mrn, visit, work, prio, audio, mrn}, http.StatusBadRequest, "twice"},
		"two recordings":       {[]field{mrn, visit, work, prio, audio, audio}, http.StatusBadRequest, "one recording"},
		"two, spooled":         {[]field{audio, audio, mrn, work}, http.StatusBadRequest, "one recording"},
		"long field":           {[]field{{"patient_mrn", strings.Repeat("1", 2000)}, work, audio}, http.StatusRequestEntityTooLarge, "longer"},
		"zero byte":            {[]field{{"patient_mrn", "MRN\x001"}, work, audio}, http.StatusBadRequest, "cannot be read"},
		"not UTF-8":            {[]field{{"patient_mrn", "MRN\xff1"}, work, audio}, http.StatusBadRequest, "cannot be read"},
		"wrong hash":           {[]field{wrong, mrn, visit, work, prio, audio}, http.StatusBadRequest, "SHA-256"},
		"wrong hash behind":    {[]field{mrn, visit, work, prio, audio, wrong}, http.StatusBadRequest, "SHA-256"},
		"wrong hash, spooled":  {[]field{audio, mrn, work, wrong}, http.StatusBadRequest, "SHA-256"},
		"too large, spooled":   {[]field{big, mrn, work}, http.StatusRequestEntityTooLarge, "not kept"},
	} {
		t.Run(name, func(t *testing.T) {
			p := x.in(t).upload("author", tc.fields).wantProblem(tc.status, tc.says)
			if strings.Contains(p.Detail, "MRN-1001") || strings.Contains(p.Detail, "MRN-9") {
				t.Errorf("the sentence holds patient data: %s", p.Detail)
			}
		})
	}
	x.do("author", "POST", "/api/v1/dictations", "sound", "Content-Type", "audio/wav").wantProblem(http.StatusBadRequest, "multipart")
	body, ct := multi(t, []field{mrn, visit, work, prio, {"audio", strings.Repeat("x", 100_000)}})
	x.do("author", "POST", "/api/v1/dictations", body[:50_000], "Content-Type", ct).wantProblem(http.StatusBadRequest, "broke off")
	if n := x.count(); n != 0 {
		t.Errorf("%d dictations were made", n)
	}
}

// A recording over intake's limit and over what is put in one request.
func TestUploadStreamsLargeRecordings(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	head := []field{{"patient_mrn", "MRN-1001"}, {"encounter", ""}, {"worktype", "letter"}, {"priority", ""}}
	ok := strings.Repeat("0123456789abcdef", 6<<16) // 6 MiB
	var d dictationView
	x.upload("author", append(head, field{"audio", ok})).want(http.StatusCreated, &d)
	if d.SHA256 != sum(ok) || d.Size != int64(len(ok)) {
		t.Errorf("kept %d bytes, %s", d.Size, d.SHA256)
	}
	x.upload("author", append(head, field{"audio", ok}, field{"sha256", sum("")})).wantProblem(http.StatusBadRequest, "SHA-256")
	x.upload("author", append(head, field{"audio", strings.Repeat("x", 8<<20+1)})).wantProblem(http.StatusRequestEntityTooLarge, "not kept")
	body, ct := multi(t, append(head, field{"audio", ok}))
	x.do("author", "POST", "/api/v1/dictations", body[:len(body)-1000], "Content-Type", ct).wantProblem(http.StatusBadRequest, "broke off")
	if n := x.count(); n != 1 {
		t.Errorf("%d dictations, want one", n)
	}
}

func TestUploadAgainIsOneDictation(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	fields := []field{{"patient_mrn", "MRN-1001"}, {"worktype", "letter"}, {"audio", "sound"}}
	send := func(who string, fields []field) (d dictationView) {
		t.Helper()
		x.upload(who, fields, "Idempotency-Key", "memo 17").want(http.StatusCreated, &d)
		return d
	}
	first := send("author", fields)
	if again := send("author", fields); again.ID != first.ID || again.JobNumber != first.JobNumber {
		t.Errorf("sent twice: %s and %s", first.JobNumber, again.JobNumber)
	}
	if other := send("author2", fields); other.ID == first.ID {
		t.Error("two people's keys are one")
	}
	x.upload("author", []field{{"sha256", sum("new")}, {"patient_mrn", "MRN-1001"}, {"worktype", "letter"}, {"audio", "new"}}, "Idempotency-Key", "memo 17").
		wantProblem(http.StatusConflict, "same key")
	x.upload("author", fields, "Idempotency-Key", "k\xff").wantProblem(http.StatusBadRequest, "Idempotency-Key")
	x.upload("author", fields, "Idempotency-Key", strings.Repeat("k", 201)).wantProblem(http.StatusBadRequest, "Idempotency-Key")
	if n := x.count(); n != 2 {
		t.Errorf("%d dictations, want 2", n)
	}
}

func TestUploadSource(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	session, _, err := x.Auth.SignIn(t.Context(), "author", password, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	fields := []field{{"patient_mrn", "MRN-1001"}, {"worktype", "letter"}, {"audio", "sound"}}
	for want, a := range map[string]answer{
		"api":     x.upload("author", fields),
		"command": x.upload("author", fields, "User-Agent", "dictation/1.0"),
		"page":    x.upload("", fields, "Cookie", fmt.Sprint("dictation=", session)),
	} {
		var d dictationView
		if a.want(http.StatusCreated, &d); d.Source != want {
			t.Errorf("source %q, want %q", d.Source, want)
		}
	}
}

// TestUploadOfTape: a recording with several dictations needs no patient; the
// word must come before the recording is taken in.
func TestUploadOfTape(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	whose := []field{{"patient_mrn", ""}, {"encounter", ""}, {"worktype", "letter"}, {"priority", ""}}
	with := func(more ...field) []field { return append(append([]field(nil), whose...), more...) }
	var d dictationView
	x.upload("author", with(field{"several", "true"}, field{"audio", "a"})).want(http.StatusCreated, &d)
	if !d.Several || d.PatientMRN != "" || d.State != pipeline.Pending {
		t.Errorf("%+v", d)
	}
	// Without all properties before it the recording waits, and what follows counts.
	x.upload("author", []field{{"audio", "b"}, {"worktype", "letter"}, {"several", "yes"}}).want(http.StatusCreated, &d)
	if !d.Several {
		t.Errorf("%+v", d)
	}
	x.upload("author", with(field{"several", "false"}, field{"audio", "c"})).wantProblem(http.StatusBadRequest, "MRN")
	x.upload("author", with(field{"several", "perhaps"}, field{"audio", "d"})).wantProblem(http.StatusBadRequest, "true or false")
	x.upload("author", []field{{"patient_mrn", "MRN-1001"}, {"encounter", ""}, {"worktype", "letter"}, {"priority", ""}, {"audio", "e"}, {"several", "true"}}).
		wantProblem(http.StatusBadRequest, "before the recording")
	if n := x.count(); n != 2 {
		t.Errorf("%d dictations, want the two tapes", n)
	}
	body, ct := recordings(t, [][2]string{{"whose", ""}, {"worktype", "letter"}, {"several", "true"}}, "tape")
	x.do("author", "POST", "/dictations", body, "Content-Type", ct).want(http.StatusCreated).has("memo0.wav", "Several patients", `value="true" checked`)
	body, ct = recordings(t, [][2]string{{"whose", ""}, {"worktype", "letter"}}, "no tape")
	x.do("author", "POST", "/dictations", body, "Content-Type", ct).want(http.StatusUnprocessableEntity).has("Say whose recording this is")
}
