package web

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/auth"
	"dictation/pipeline/blob"
	"dictation/pipeline/intake"
	"dictation/pipeline/queue"
	"dictation/pipeline/review"
	"dictation/pipeline/spelling"
	"dictation/pipeline/store"
	"dictation/pipeline/transcribe/lexicon"
	"dictation/transcript"
)

const password = "correct horse battery"

// listed is the list of words that every site has.
var listed = sync.OnceValue(func() *spelling.List {
	l, err := spelling.Base(lexicon.Config{})
	if err != nil {
		panic(err)
	}
	return l
})

// hashed is the password's hash; making one costs 19 MiB and some time.
var hashed = sync.OnceValues(func() (string, error) {
	return auth.NewHasher(1).Hash(context.Background(), password)
})

// account is somebody who may sign in.
type account struct {
	pipeline.User
	token string
}

func (a account) actor() store.Actor { return store.Actor{ID: a.ID, Remote: "127.0.0.1"} }

// site is a server over real rooms with one account per role (named like the
// role), a second author and typist, two patients and a visit of the first.
type site struct {
	*Server
	t        testing.TB
	url      string
	nats     *nats.Conn
	dsn      string // of the database
	accounts map[string]account
	patients [2]pipeline.Patient
	visit    pipeline.Encounter
	key      ed25519.PrivateKey
}

func newSite(t testing.TB, opts Options) *site {
	t.Helper()
	x := &site{t: t, accounts: make(map[string]account), nats: localtest.NATS(t)}
	x.key = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	var err error
	if x.Server, err = New(x.rooms(), opts); err != nil {
		t.Fatal(err)
	}
	for _, r := range pipeline.Roles {
		x.account(string(r), r)
	}
	x.account("author2", pipeline.RoleAuthor)
	x.account("transcriptionist2", pipeline.RoleTranscriptionist)
	x.people()
	web := httptest.NewServer(x.Handler())
	t.Cleanup(web.Close)
	x.url = web.URL
	return x
}

// in is the site for a subtest.
func (x *site) in(t testing.TB) *site {
	y := *x
	y.t = t
	return &y
}

func (x *site) rooms() Rooms {
	x.t.Helper()
	ctx := x.t.Context()
	x.dsn = localtest.Database(x.t)
	db, err := store.Open(ctx, x.dsn)
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(db.Close)
	b := localtest.S3(x.t)
	bytes, err := blob.Open(ctx, blob.Config{
		Endpoint: b.Endpoint, Region: b.Region, AccessKey: b.AccessKey, SecretKey: b.SecretKey, Bucket: b.Work, Intake: b.Intake,
	})
	if err != nil {
		x.t.Fatal(err)
	}
	q, err := queue.Open(ctx, x.nats, queue.Options{})
	if err != nil {
		x.t.Fatal(err)
	}
	return Rooms{
		Store: db, Blob: bytes, Queue: q, Auth: auth.New(db, auth.Options{}),
		Intake: intake.New(db, bytes, q, intake.Options{MaxBytes: 8 << 20}),
		Desk:   review.New(db, q, x.key, review.Options{}),

		Spelling: spelling.New(db, listed, time.Now),
	}
}

func (x *site) account(name string, roles ...pipeline.Role) {
	x.t.Helper()
	hash, err := hashed()
	if err != nil {
		x.t.Fatal(err)
	}
	u, err := x.Store.AddUser(x.t.Context(), store.Actor{ID: "test"}, pipeline.User{Username: name, Name: "Dr " + name, Roles: roles}, hash)
	if err != nil {
		x.t.Fatal(err)
	}
	token, err := x.Auth.NewToken(x.t.Context(), store.Actor{ID: "test"}, u.ID, "test")
	if err != nil {
		x.t.Fatal(err)
	}
	x.accounts[name] = account{u, token}
}

func (x *site) people() {
	x.t.Helper()
	for i, p := range []pipeline.Patient{
		{MRN: "MRN-1001", Family: "Rosenfeld", Given: "Ada Maria", BirthDate: time.Date(1971, 5, 4, 0, 0, 0, 0, time.UTC), Sex: "female"},
		{MRN: "MRN-1002", Family: "Adamski", Given: "Jan", BirthDate: time.Date(1950, 1, 2, 0, 0, 0, 0, time.UTC), Sex: "male"},
	} {
		id, err := x.Store.PutPatient(x.t.Context(), p)
		if err != nil {
			x.t.Fatal(err)
		}
		p.ID = id
		x.patients[i] = p
	}
	x.visit = pipeline.Encounter{
		Number: "V-77", PatientID: x.patients[0].ID, Class: "AMB", Reason: "Cough", Location: "Clinic A",
		Start: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), End: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC),
	}
	id, err := x.Store.PutEncounter(x.t.Context(), x.visit)
	if err != nil {
		x.t.Fatal(err)
	}
	x.visit.ID = id
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// do asks as the account (nobody when empty). body may be nil, a string sent as
// it is, or a value sent as JSON; header is pairs of names and values.
func (x *site) do(who, method, path string, body any, header ...string) answer {
	x.t.Helper()
	var r io.Reader
	contentType := ""
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		j, err := json.Marshal(b)
		if err != nil {
			x.t.Fatal(err)
		}
		r, contentType = bytes.NewReader(j), "application/json"
	}
	req, err := http.NewRequestWithContext(x.t.Context(), method, x.url+path, r)
	if err != nil {
		x.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if who != "" {
		req.Header.Set("Authorization", "Bearer "+x.accounts[who].token)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return x.send(req)
}

func (x *site) send(req *http.Request) answer {
	x.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		x.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	return answer{x.t, res.StatusCode, res.Header, b}
}

// want checks the status and reads the body into v, a pointer, when it is given.
func (a answer) want(status int, v ...any) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	for _, to := range v {
		reflect.ValueOf(to).Elem().SetZero() // nothing of an earlier answer stays
		if err := json.Unmarshal(a.body, to); err != nil {
			a.t.Fatalf("%v in %s", err, a.body)
		}
	}
	return a
}

// wantProblem checks that the answer is a problem document whose sentence holds part.
func (a answer) wantProblem(status int, part string) problem {
	a.t.Helper()
	var p problem
	a.want(status, &p)
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		a.t.Errorf("Content-Type %q", ct)
	}
	if p.Status != status || p.Type != "about:blank" || p.Title == "" || p.Kind == "" || !strings.Contains(p.Detail, part) {
		a.t.Errorf("problem %+v, want status %d and %q in its sentence", p, status, part)
	}
	return p
}

// draftText is what the engine of the tests heard.
const draftText = "patient has no fever ___ take aspirin"

// received is a new dictation of the author on the first patient.
func (x *site) received(author string) pipeline.Dictation {
	x.t.Helper()
	a := x.accounts[author]
	d, err := x.Intake.Receive(x.t.Context(), a.actor(), intake.Request{
		Author: a.ID, PatientMRN: x.patients[0].MRN, Encounter: x.visit.Number, Worktype: "consultation",
		FileName: "memo.wav", Source: "api",
	}, strings.NewReader("the sound of "+author))
	if err != nil {
		x.t.Fatal(err)
	}
	return d
}

// work does a machine stage as a worker would.
func (x *site) work(d pipeline.Dictation, result pipeline.Result) pipeline.Dictation {
	x.t.Helper()
	d, err := x.Store.Claim(x.t.Context(), d.ID, d.Stage, "worker", time.Minute)
	if err != nil {
		x.t.Fatal(err)
	}
	d, err = x.Store.Complete(x.t.Context(), pipeline.Job{Dictation: d, Stage: d.Stage, Attempt: d.Attempt}, "worker", result)
	if err != nil {
		x.t.Fatal(err)
	}
	return d
}

// drafted waits for typing.
func (x *site) drafted(author string) pipeline.Dictation {
	x.t.Helper()
	return x.draftedFrom(author, "RIFF0123456789", 7000)
}

// draftedFrom waits for typing and has that sound, so many milliseconds of it.
func (x *site) draftedFrom(author, wav string, ms int64) pipeline.Dictation {
	x.t.Helper()
	d := x.received(author)
	canonical, err := x.Blob.Put(x.t.Context(), blob.CanonicalKey(d.ID), strings.NewReader(wav), -1, "audio/wav")
	if err != nil {
		x.t.Fatal(err)
	}
	peaks, err := x.Blob.Put(x.t.Context(), blob.PeaksKey(d.ID), strings.NewReader("peaks"), -1, "")
	if err != nil {
		x.t.Fatal(err)
	}
	d = x.work(d, pipeline.Result{Sound: &pipeline.Sound{Canonical: canonical, PeaksKey: peaks.Key, DurationMS: ms, Format: "WAV"}})
	var words []transcript.Word
	for i, w := range strings.Fields(draftText) {
		words = append(words, transcript.Word{Text: w, StartMS: int64(i) * 1000, EndMS: int64(i)*1000 + 900})
	}
	return x.work(d, pipeline.Result{Draft: &transcript.Draft{Engine: "test 1", Text: draftText, Words: words}})
}

// claimed is held by the transcriptionist.
func (x *site) claimed(author string) pipeline.Dictation {
	x.t.Helper()
	d, err := x.Desk.Claim(x.t.Context(), x.accounts["transcriptionist"].User, x.accounts["transcriptionist"].actor(), x.drafted(author).ID)
	if err != nil {
		x.t.Fatal(err)
	}
	return d
}

const noteText = "The patient has no fever. Take aspirin."

// typed waits for the signature.
func (x *site) typed(author string) pipeline.Dictation {
	x.t.Helper()
	d := x.claimed(author)
	by := x.accounts["transcriptionist"].actor()
	n, err := x.Desk.Save(x.t.Context(), by, d.ID, d.TextN, noteText)
	if err != nil {
		x.t.Fatal(err)
	}
	if d, err = x.Desk.Complete(x.t.Context(), by, d.ID, n); err != nil {
		x.t.Fatal(err)
	}
	return d
}

// delivered is signed by its author and in the chart.
func (x *site) delivered(author string) (pipeline.Dictation, pipeline.ChartDocument) {
	x.t.Helper()
	d, a := x.typed(author), x.accounts[author]
	note, err := x.Desk.Sign(x.t.Context(), a.User, a.actor(), d.ID, d.TextN)
	if err != nil {
		x.t.Fatal(err)
	}
	doc, err := x.Store.AttachDocument(x.t.Context(), note.DocumentNumber+"@chart", note)
	if err != nil {
		x.t.Fatal(err)
	}
	d, err = x.Store.Dictation(x.t.Context(), d.ID)
	if err != nil {
		x.t.Fatal(err)
	}
	return x.work(d, pipeline.Result{Delivery: &pipeline.Delivery{Destination: "chart", Key: doc.Key, RecordID: doc.ID, At: doc.AttachedAt}}), doc
}

// audited counts the audit entries of an action by somebody on a dictation or patient.
func (x *site) audited(who, action, dictation, patient string) (n int) {
	x.t.Helper()
	entries, err := x.Store.Audit(x.t.Context(), dictation, 0, 500)
	if err != nil {
		x.t.Fatal(err)
	}
	for _, e := range entries {
		if e.Actor == x.accounts[who].ID && e.Action == action && (patient == "" || e.Patient == patient) {
			n++
		}
	}
	return n
}
