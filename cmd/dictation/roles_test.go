package main

import (
	"bufio"
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"dictation/deploy/local"
)

// Every role as a process of its own, against servers named in the environment.
func TestSeparateProcesses(t *testing.T) {
	srv, err := local.Start(t.Context(), local.Config{Data: dataDir(t), NATSListen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := closeServers(t.Context(), srv); err != nil {
			t.Error(err)
		}
	})
	env := []string{
		"DICTATION_DATABASE_URL=" + srv.Postgres.URL, "DICTATION_NATS_URL=" + srv.NATS.URL,
		"DICTATION_S3_ENDPOINT=" + srv.S3.Endpoint, "DICTATION_S3_REGION=" + srv.S3.Region,
		"DICTATION_S3_ACCESS_KEY=" + srv.S3.AccessKey, "DICTATION_S3_SECRET_KEY=" + srv.S3.SecretKey,
		"DICTATION_SIGNING_KEY=" + newSigningKey(), "DICTATION_DATA=" + dataDir(t),
	}
	if out, err := program(t, env, "serve").CombinedOutput(); err == nil || !strings.Contains(string(out), "dictation migrate") {
		t.Errorf("serve on an empty database: %v\n%s", err, out)
	}
	once(t, env, "migrate")
	once(t, env, "seed")
	p := people{
		author: token(t, env, "author"), typist: token(t, env, "transcriptionist"), password: "a long enough password",
	}
	p.clinician = token(t, env, "clinician", p.password)
	url := strings.TrimPrefix(role(t, env, "serve", "--listen", "127.0.0.1:0"), "ready ")
	for _, stage := range []string{"decode", "transcribe", "deliver"} {
		role(t, env, "worker", "--stage="+stage)
	}
	role(t, env, "sweep")
	p.day(t, url, append(env, "DICTATION_SERVER="+url, "DICTATION_TOKEN="+p.author), srv)
}

// people are the accounts of the test.
type people struct{ author, typist, clinician, password string }

// day drops a file into the bucket and uploads another; both get drafts, one is
// signed and delivered.
func (p people) day(t *testing.T, url string, env []string, srv *local.Servers) {
	t.Helper()
	sound, err := os.ReadFile(human)
	if err != nil {
		t.Fatal(err)
	}
	s3, err := minio.New(srv.S3.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(srv.S3.AccessKey, srv.S3.SecretKey, ""), Region: srv.S3.Region})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s3.PutObject(t.Context(), "dictation-intake", "from/ward.wav", bytes.NewReader(sound), int64(len(sound)), minio.PutObjectOptions{
		UserMetadata: map[string]string{"patient-mrn": "700101", "author": "author", "worktype": "letter"},
	})
	if err != nil {
		t.Fatal(err)
	}
	once(t, env, "upload", human, "--patient", "700101", "--worktype", "letter", "--wait")

	typist := &client{server: url, token: p.typist, http: localClient()}
	doctor := &client{server: url, token: p.clinician, http: localClient()}
	var d dictation
	typist.must(t, http.MethodPost, "/api/v1/worklist/next", nil, &d)
	typist.must(t, http.MethodPost, "/api/v1/dictations/"+d.ID+"/complete", map[string]int{"version": 1}, nil)
	doctor.must(t, http.MethodPost, "/api/v1/dictations/"+d.ID+"/sign", map[string]any{"version": 1, "password": p.password}, nil)
	s := &system{t: t, url: url, log: &buffer{}}
	author := &client{server: url, token: p.author, http: localClient()}
	s.waitAs(author, d.ID, func(d dictation) bool { return d.State == "finished" })

	var list struct {
		Dictations []dictation `json:"dictations"`
	}
	author.must(t, http.MethodGet, "/api/v1/dictations", nil, &list)
	if len(list.Dictations) != 2 {
		t.Fatalf("%d dictations, want the uploaded and the dropped one", len(list.Dictations))
	}
	for _, d := range list.Dictations {
		s.waitAs(author, d.ID, func(d dictation) bool { return d.Stage == "review" || d.State == "finished" })
	}
	if out := once(t, env, "audit", "verify"); !strings.Contains(out, "The audit is whole") {
		t.Errorf("audit:\n%s", out)
	}
}

// once runs a command that has to succeed and gives its output.
func once(t *testing.T, env []string, args ...string) string {
	t.Helper()
	out, err := program(t, env, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("dictation %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// token makes an account named like its role, with the password if one is given.
func token(t *testing.T, env []string, name string, password ...string) string {
	t.Helper()
	args := []string{"user", "add", name, "--role", name, "--token"}
	if len(password) > 0 {
		args = append(args, "--password-stdin")
	}
	cmd := program(t, env, args...)
	cmd.Stdin = strings.NewReader(strings.Join(password, "") + "\n")
	out, err := cmd.CombinedOutput()
	found := regexp.MustCompile(`(?m)^token (\S+)$`).FindSubmatch(out)
	if err != nil || found == nil {
		t.Fatalf("user add: %v\n%s", err, out)
	}
	return string(found[1])
}

// role starts a role, waits for its ready line and gives it; the role is stopped
// with the test and has to end well.
func role(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := program(t, env, args...)
	log := &buffer{}
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopRole(t, cmd, args[0], log) })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "ready") {
		t.Fatalf("%s said %q, %v:\n%s", args[0], line, err, log)
	}
	return strings.TrimSpace(line)
}

func stopRole(t *testing.T, cmd *exec.Cmd, name string, log *buffer) {
	t.Helper()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%s ended with %v:\n%s", name, err, log)
	}
}
