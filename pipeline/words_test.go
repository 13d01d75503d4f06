package pipeline_test

import (
	"bytes"
	"crypto/ed25519"
	"log/slog"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
)

func TestParseWorktype(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]pipeline.Worktype{
		"H&P": pipeline.HistoryAndPhysical, "consult": pipeline.Consultation, "Discharge Summary": pipeline.DischargeSummary,
		"operative_report": pipeline.OperativeReport, " progress-note ": pipeline.ProgressNote,
	} {
		if got, err := pipeline.ParseWorktype(in); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	_, err := pipeline.ParseWorktype("poem")
	if pipeline.KindOf(err) != pipeline.Invalid || !strings.Contains(pipeline.Sentence(err), "consultation") {
		t.Errorf("a wrong worktype is answered %v, want the list of right ones", err)
	}
}

func TestSeal(t *testing.T) {
	t.Parallel()
	pub, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	const text = "No acute distress."
	good := pipeline.Seal{
		DocumentNumber: "D0001000001", TextSHA256: pipeline.TextHash(text), AudioSHA256: strings.Repeat("ab", 32),
		SignerID: "u1", SignerName: "Ada \"A\" Example\nMD", Meaning: "author", SignedAt: time.Unix(1_700_000_000, 5_000_000),
	}
	good.Sign(key)
	if err := good.Verify(text, pub); err != nil {
		t.Fatalf("a good seal: %v", err)
	}
	if err := good.Verify("Acute distress.", pub); err == nil {
		t.Error("another text passes")
	}
	if err := good.Verify(text, other); err == nil {
		t.Error("another key passes")
	}
	for name, spoil := range map[string]func(*pipeline.Seal){
		"signer":  func(s *pipeline.Seal) { s.SignerName = "Bob" },
		"time":    func(s *pipeline.Seal) { s.SignedAt = s.SignedAt.Add(time.Second) },
		"audio":   func(s *pipeline.Seal) { s.AudioSHA256 = "" },
		"meaning": func(s *pipeline.Seal) { s.Meaning = "reviewed" },
		"number":  func(s *pipeline.Seal) { s.DocumentNumber = "D0001000002" },
		// A field that swallows the next line must not read as the same statement.
		"name takes two lines": func(s *pipeline.Seal) { s.SignerName, s.Meaning = s.SignerName+"\"\nmeaning \"author", "" },
	} {
		bad := good
		spoil(&bad)
		if err := bad.Verify(text, pub); err == nil {
			t.Errorf("%s changed, and the seal still holds", name)
		}
	}
}

// Patients and people appear in logs by id only.
func TestNamesStayOutOfLogs(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, nil))
	log.Info("x",
		"patient", pipeline.Patient{ID: "p-1", MRN: "CANARY", Family: "CANARY", Given: "CANARY"},
		"user", pipeline.User{ID: "u-1", Username: "CANARY", Name: "CANARY"},
		"encounter", pipeline.Encounter{ID: "e-1", Number: "CANARY", Reason: "CANARY"},
		"dictation", pipeline.Dictation{ID: "d-1", Reason: "CANARY", Original: pipeline.Object{Name: "CANARY"}},
		"document", pipeline.ChartDocument{ID: "c-1", Note: pipeline.Note{Text: "CANARY"}})
	if strings.Contains(b.String(), "CANARY") {
		t.Errorf("a log line tells: %s", b.String())
	}
	for _, id := range []string{"p-1", "u-1", "e-1", "d-1", "c-1"} {
		if !strings.Contains(b.String(), id) {
			t.Errorf("id %s is missing: %s", id, b.String())
		}
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	user := func(id string, roles ...pipeline.Role) pipeline.User { return pipeline.User{ID: id, Roles: roles} }
	typing := pipeline.Dictation{AuthorID: "author", HolderID: "typist", Position: pipeline.Position{Stage: pipeline.Review, Step: pipeline.Typing, State: pipeline.InProgress}}
	toSign := pipeline.Dictation{AuthorID: "author", Position: pipeline.Position{Stage: pipeline.Review, Step: pipeline.Signature, State: pipeline.Pending}}
	tape := pipeline.Dictation{AuthorID: "author", Position: pipeline.Position{Stage: pipeline.Transcribe, State: pipeline.Held}, Reason: pipeline.ForSplit}
	stopped := tape
	stopped.Reason = "The author asked for it."
	for _, c := range []struct {
		who  pipeline.User
		may  pipeline.Action
		what pipeline.Dictation
		ok   bool
	}{
		{user("author", pipeline.RoleAuthor), pipeline.ReadText, typing, true},
		{user("other", pipeline.RoleAuthor), pipeline.ReadDictation, typing, false},
		{user("other", pipeline.RoleAuthor), pipeline.SignNote, toSign, false},
		{user("author", pipeline.RoleAuthor), pipeline.SignNote, toSign, true},
		{user("typist", pipeline.RoleTranscriptionist), pipeline.ReadSound, typing, true},
		{user("typist", pipeline.RoleTranscriptionist), pipeline.EditText, typing, true},
		{user("other", pipeline.RoleTranscriptionist), pipeline.ReadSound, typing, false},
		{user("other", pipeline.RoleTranscriptionist), pipeline.ReadDictation, typing, true},
		{user("typist", pipeline.RoleTranscriptionist), pipeline.SignNote, toSign, false},
		{user("doc", pipeline.RoleClinician), pipeline.ReadText, typing, false},
		{user("doc", pipeline.RoleClinician), pipeline.SignNote, toSign, true},
		{user("doc", pipeline.RoleClinician), pipeline.SignNote, typing, false},
		{user("boss", pipeline.RoleAdmin), pipeline.ReadText, typing, false},
		{user("boss", pipeline.RoleAdmin), pipeline.ReadDictation, typing, true},
		{user("aud", pipeline.RoleAuditor), pipeline.ReadAudit, typing, true},
		{user("aud", pipeline.RoleAuditor), pipeline.ReadText, toSign, false},
		{user("rec", pipeline.RoleRecords), pipeline.ReadChart, toSign, true},
		{user("rec", pipeline.RoleRecords), pipeline.ReadText, toSign, false},
		{user("", pipeline.RoleAuthor), pipeline.ReadText, pipeline.Dictation{}, false},
		{user("author", pipeline.RoleAuthor), pipeline.SplitDictation, tape, true},
		{user("other", pipeline.RoleAuthor), pipeline.SplitDictation, tape, false},
		{user("doc", pipeline.RoleClinician), pipeline.SplitDictation, tape, false},
		{user("qa", pipeline.RoleQA), pipeline.SplitDictation, tape, false},
		{user("boss", pipeline.RoleAdmin), pipeline.SplitDictation, tape, true},
		{user("boss", pipeline.RoleAdmin), pipeline.ReadSound, tape, false},
		{user("typist", pipeline.RoleTranscriptionist), pipeline.SplitDictation, tape, true},
		{user("typist", pipeline.RoleTranscriptionist), pipeline.ReadSound, tape, true},
		{user("typist", pipeline.RoleTranscriptionist), pipeline.ReadSound, stopped, false},
		{user("typist", pipeline.RoleTranscriptionist), pipeline.ReadText, tape, false},
	} {
		if err := pipeline.May(c.who, c.may, &c.what); (err == nil) != c.ok {
			t.Errorf("%s %v %s of %s: %v", c.who.ID, c.who.Roles, c.may, c.what.Position, err)
		}
	}
}
