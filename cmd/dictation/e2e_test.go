package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"dictation/transcript"
)

// Real recorded speech: a synthesiser's and a human voice.
const (
	spoken = "../../pipeline/transcribe/testdata/dictation.wav"
	human  = "../../pipeline/transcribe/testdata/human.wav"
)

const consultation = "11488-4" // LOINC, Consult note

// A dictation becomes a signed note in the record, through the program as its
// users start it; it survives a restart, and nothing keeps running after Ctrl-C.
func TestDay(t *testing.T) {
	data := dataDir(t)
	s := start(t, data, nil)
	if info, err := os.Stat(filepath.Join(data, demoFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("accounts file: %v, %v", info, err)
	}
	mrn := "700101"
	for file, heard := range map[string]string{human: "only sense", spoken: "blood pressure"} {
		out := s.must("author", "upload", file, "--patient", mrn, "--worktype", "consultation", "--priority", "stat", "--wait")
		if sum, err := fileSHA256(file); err != nil || !strings.Contains(out, sum) || !strings.Contains(out, "review/typing pending") {
			t.Errorf("upload printed, without SHA-256 %s or the draft:\n%s", sum, out)
		}
		s.typeAndSign(t, heard)
	}
	s.badRecording(t, mrn)
	note := s.chart(t, mrn)
	if out := s.must("auditor", "audit", "verify", "--data", data); !strings.Contains(out, "The audit is whole") || !strings.Contains(out, "dictation.signed") {
		t.Errorf("audit verify printed:\n%s", out)
	}
	s.noPatientOutside(t)
	s.stop()
	if left := processesOf(t, data); len(left) > 0 {
		t.Errorf("left running: %v", left)
	}

	again := start(t, data, nil)
	if got := again.chart(t, mrn); got != note {
		t.Errorf("after a restart the chart has\n%s\nnot\n%s", got, note)
	}
	again.stop()
}

// text is what GET …/text gives.
type text struct {
	Version int               `json:"version"`
	Kind    string            `json:"kind"`
	Text    string            `json:"text"`
	Words   []transcript.Word `json:"words"`
}

// typeAndSign takes the next job, edits it, completes it, signs it and checks
// the signed note offline.
func (s *system) typeAndSign(t *testing.T, heard string) {
	t.Helper()
	typist, doctor := s.as("transcriptionist"), s.as("clinician")
	var d dictation
	typist.must(t, http.MethodPost, "/api/v1/worklist/next", nil, &d)
	at := "/api/v1/dictations/" + d.ID
	var draft text
	typist.must(t, http.MethodGet, at+"/text", nil, &draft)
	if draft.Kind != "draft" || !strings.Contains(strings.ToLower(draft.Text), heard) || len(draft.Words) == 0 {
		t.Errorf("draft %q (%s), %d words", draft.Text, draft.Kind, len(draft.Words))
	}
	for i, w := range draft.Words {
		if w.EndMS < w.StartMS || w.EndMS > d.DurationMS+20 || w.Confidence == nil || i > 0 && w.StartMS < draft.Words[i-1].StartMS {
			t.Errorf("word %d: %+v in %d ms", i, w, d.DurationMS)
		}
	}
	var saved text
	typist.must(t, http.MethodPut, at+"/text", map[string]string{"text": draft.Text + "\nTyped."}, &saved, "If-Match", `"1"`)
	typist.must(t, http.MethodPost, at+"/complete", map[string]int{"version": saved.Version}, nil)
	sign := map[string]any{"version": saved.Version, "password": "not the password"}
	if err := doctor.try(t.Context(), http.MethodPost, at+"/sign", sign, nil); err == nil {
		t.Error("signed with a wrong password")
	}
	sign["password"] = s.password("clinician")
	// What the checks call critical in this draft, the signer says he has checked.
	var signing struct {
		Flags []struct {
			ID   string
			Must bool
		}
	}
	doctor.must(t, http.MethodGet, at+"/signing", nil, &signing)
	confirmed := []string{}
	for _, f := range signing.Flags {
		if f.Must {
			confirmed = append(confirmed, f.ID)
		}
	}
	if len(confirmed) > 0 {
		sign["confirmed"] = []string{}
		if err := doctor.try(t.Context(), http.MethodPost, at+"/sign", sign, nil); err == nil {
			t.Error("signed without a look at what is critical")
		}
	}
	sign["confirmed"] = confirmed
	doctor.must(t, http.MethodPost, at+"/sign", sign, nil)
	s.wait(d.ID, func(d dictation) bool { return d.State == "finished" })

	var note json.RawMessage
	doctor.must(t, http.MethodGet, "/api/v1/notes/"+d.ID, nil, &note)
	file := filepath.Join(t.TempDir(), "note.json")
	var sealed json.RawMessage
	doctor.must(t, http.MethodGet, "/api/v1/notes/"+d.ID+"/sealed", nil, &sealed)
	for content, want := range map[string]bool{
		string(note): true, strings.Replace(string(note), "Typed.", "Taped.", 1): false,
		string(sealed): true, strings.Replace(string(sealed), "Typed.", "Taped.", 1): false,
		strings.Replace(string(sealed), `"title"`, `"x":1,"title"`, 1): false,
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := program(t, nil, "verify", file).CombinedOutput(); (err == nil) != want {
			t.Errorf("verify: %v, want it to hold: %v\n%s", err, want, out)
		}
	}
}

// badRecording sends a file that is no recording: failed, explained, kept.
func (s *system) badRecording(t *testing.T, mrn string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "letter.wav")
	if err := os.WriteFile(file, []byte("Dear colleague, this is not a recording."), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := s.command("author", "upload", file, "--patient", mrn, "--worktype", "letter", "--wait")
	if err == nil || !strings.Contains(out, "decode failed") || !strings.Contains(out, "not a sound recording") {
		t.Errorf("a text file: %v\n%s", err, out)
	}
}

// chart reads the patient's notes over FHIR, newest first, as one text.
func (s *system) chart(t *testing.T, mrn string) string {
	t.Helper()
	records := s.as("records")
	var patients struct {
		Entry []struct {
			Resource struct {
				ID string `json:"id"`
			} `json:"resource"`
		} `json:"entry"`
	}
	records.must(t, http.MethodGet, "/fhir/Patient?identifier="+mrn, nil, &patients)
	if len(patients.Entry) != 1 {
		t.Fatalf("%d patients", len(patients.Entry))
	}
	var documents struct {
		Entry []struct {
			Resource struct {
				DocStatus string `json:"docStatus"`
				Type      struct {
					Coding []struct {
						Code string `json:"code"`
					} `json:"coding"`
				} `json:"type"`
				Content []struct {
					Attachment struct {
						Data string `json:"data"`
					} `json:"attachment"`
				} `json:"content"`
			} `json:"resource"`
		} `json:"entry"`
	}
	records.must(t, http.MethodGet, "/fhir/DocumentReference?patient="+patients.Entry[0].Resource.ID, nil, &documents)
	if len(documents.Entry) != 2 {
		t.Fatalf("%d documents in the chart, want 2", len(documents.Entry))
	}
	var all []string
	for _, e := range documents.Entry {
		r := e.Resource
		b, err := base64.StdEncoding.DecodeString(r.Content[0].Attachment.Data)
		if err != nil || r.DocStatus != "final" || r.Type.Coding[0].Code != consultation || !strings.HasSuffix(string(b), "\nTyped.") {
			t.Errorf("document %s %v: %q, %v", r.DocStatus, r.Type, b, err)
		}
		all = append(all, string(b))
	}
	return strings.Join(all, "\n---\n")
}

// noPatientOutside looks for patient data where none may be: logs, metrics,
// the queue's files, file names.
func (s *system) noPatientOutside(t *testing.T) {
	t.Helper()
	canaries := []string{"Abernathy", "Rosalind", "700101", "blood pressure", "letter.wav"}
	look := func(where, content string) {
		for _, c := range canaries {
			if strings.Contains(strings.ToLower(content), strings.ToLower(c)) {
				t.Errorf("%q stands in %s", c, where)
			}
		}
	}
	look("the log", s.log.String())
	for _, dir := range []string{"nats", "s3"} {
		err := filepath.Walk(filepath.Join(s.data, dir), func(path string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() {
				return err
			}
			look("the name of "+path, strings.TrimPrefix(path, s.data))
			if dir == "s3" {
				return nil // recordings are where patient data belongs
			}
			b, err := os.ReadFile(path)
			look(path, string(b))
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	resp, err := http.Get(s.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		look("the metrics", lines.Text())
	}
}

// processesOf lists the processes that name the folder on their command line.
func processesOf(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && strings.Contains(string(b), dir) {
			list = append(list, strings.ReplaceAll(string(b), "\x00", " "))
		}
	}
	return list
}

// A worker is killed in the middle of transcribe: another does the work again, once.
func TestWorkerKilled(t *testing.T) {
	data := dataDir(t)
	env := []string{"DICTATION_LEASE=2s"}
	s := start(t, data, env, "--stages=decode,deliver")
	kill := s.worker(t)
	out := s.must("author", "upload", spoken, "--patient", "700101", "--worktype", "letter", "--json")
	var d dictation
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	s.wait(d.ID, func(d dictation) bool { return d.Stage == "transcribe" && d.State == "in_progress" })
	kill()
	s.worker(t)
	s.wait(d.ID, func(d dictation) bool { return d.Stage == "review" })
	s.once(t, d.ID, 2)
	s.stop()
}

// worker starts a separate transcribe worker; the returned function kills it.
func (s *system) worker(t *testing.T) (kill func()) {
	t.Helper()
	cmd := program(t, s.env, "worker", "--stage=transcribe", "--data", s.data)
	cmd.Stderr = s.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	kill = func() {
		if !killed {
			killed = true
			_ = cmd.Process.Signal(syscall.SIGKILL)
			_ = cmd.Wait()
		}
	}
	t.Cleanup(kill)
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(line, "ready") {
		t.Fatalf("worker said %q, %v:\n%s", line, err, s.log)
	}
	return kill
}

// once checks that there is one draft and that the audit has as many claims of
// transcribe as wanted and one completion.
func (s *system) once(t *testing.T, id string, claims int) {
	t.Helper()
	out := s.must("auditor", "audit", "verify", "--data", s.data, "--dictation", id)
	if n := strings.Count(out, "transcribe in_progress"); n != claims {
		t.Errorf("%d claims of transcribe, want %d:\n%s", n, claims, out)
	}
	if n := strings.Count(out, "review/typing pending"); n != 1 {
		t.Errorf("%d drafts, want 1:\n%s", n, out)
	}
	if !strings.Contains(out, "The audit is whole") {
		t.Errorf("audit:\n%s", out)
	}
}

// The whole system is killed and the queue's folder deleted: nothing is lost,
// nothing is done twice.
func TestQueueFolderDeleted(t *testing.T) {
	data := dataDir(t)
	env := []string{"DICTATION_ENGINE=none"}
	const n = 6
	ids := make([]string, n)
	s := start(t, data, env, "--stages=decode")
	for i := range ids {
		if i == n/2 {
			s.stop()
			s = start(t, data, env, "--stages=")
		}
		var d dictation
		if err := json.Unmarshal([]byte(s.must("author", "upload", human, "--patient", "700101", "--worktype", "letter", "--json")), &d); err != nil {
			t.Fatal(err)
		}
		if ids[i] = d.ID; i < n/2 {
			s.wait(d.ID, func(d dictation) bool { return d.Stage == "transcribe" })
		}
	}
	s.kill()
	if err := os.RemoveAll(filepath.Join(data, "nats")); err != nil {
		t.Fatal(err)
	}
	s = start(t, data, env)
	for _, id := range ids {
		s.wait(id, func(d dictation) bool { return d.Stage == "review" })
		s.once(t, id, 1)
	}
	s.stop()
}
