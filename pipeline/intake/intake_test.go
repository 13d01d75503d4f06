package intake_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/intake"
	"dictation/pipeline/queue"
	"dictation/pipeline/store"
)

func TestMain(m *testing.M) {
	localtest.Main(m, func(ctx context.Context, url string) error {
		s, err := store.Open(ctx, url)
		if err != nil {
			return err
		}
		defer s.Close()
		_, err = s.Migrate(ctx)
		return err
	})
}

type house struct {
	*intake.Intake
	store  *store.Store
	blob   *blob.Store
	s3     *minio.Client
	bucket string
	work   string
	author string
}

const limit = 1 << 20

func setup(t *testing.T) house {
	t.Helper()
	s, err := store.Open(t.Context(), localtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	at := localtest.S3(t)
	b, err := blob.Open(t.Context(), blob.Config{
		Endpoint: at.Endpoint, Region: at.Region, AccessKey: at.AccessKey, SecretKey: at.SecretKey, Bucket: at.Work, Intake: at.Intake,
	})
	if err != nil {
		t.Fatal(err)
	}
	q, err := queue.Open(t.Context(), localtest.NATS(t), queue.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := minio.New(at.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(at.AccessKey, at.SecretKey, ""), Region: at.Region})
	if err != nil {
		t.Fatal(err)
	}
	h := house{intake.New(s, b, q, intake.Options{MaxBytes: limit}), s, b, c, at.Intake, at.Work, ""}
	h.people(t)
	return h
}

func (h *house) people(t *testing.T) {
	t.Helper()
	u, err := h.store.AddUser(t.Context(), store.Actor{ID: "test"}, pipeline.User{Username: "author", Name: "A", Roles: []pipeline.Role{pipeline.RoleAuthor}}, "h")
	if err != nil {
		t.Fatal(err)
	}
	h.author = u.ID
	for _, mrn := range []string{"M1", "M2"} {
		p, err := h.store.PutPatient(t.Context(), pipeline.Patient{MRN: mrn, Family: "F", BirthDate: time.Now(), Sex: "other"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.store.PutEncounter(t.Context(), pipeline.Encounter{Number: "V" + mrn, PatientID: p, Class: "AMB", Location: "Ward", Start: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
}

func (h house) request() intake.Request {
	return intake.Request{Author: h.author, PatientMRN: "M1", Encounter: "VM1", Worktype: "Consultation", Priority: "STAT", FileName: "a.wav", Source: "api"}
}

func (h house) count(t *testing.T) int {
	t.Helper()
	list, err := h.store.Dictations(t.Context(), store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestReceipt(t *testing.T) {
	t.Parallel()
	h := setup(t)
	body := []byte("not a recording, but kept")
	req := h.request()
	req.Ref = "once"
	d, err := h.Receive(t.Context(), store.Actor{ID: h.author}, req, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	if d.JobNumber == "" || d.Original.SHA256 != hex.EncodeToString(sum[:]) || d.Facility != "Ward" || d.Priority != pipeline.STAT {
		t.Errorf("receipt %+v", d)
	}
	r, err := h.blob.Get(t.Context(), d.Original.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, body) {
		t.Errorf("stored %q, %v", got, err)
	}
	again, err := h.Receive(t.Context(), store.Actor{ID: h.author}, req, bytes.NewReader(body))
	if err != nil || again.ID != d.ID || h.count(t) != 1 {
		t.Errorf("sent again it became %s, %d rows, %v", again.JobNumber, h.count(t), err)
	}
	if _, err := h.Receive(t.Context(), store.Actor{ID: h.author}, req, strings.NewReader("another")); pipeline.KindOf(err) != pipeline.Conflict {
		t.Errorf("other bytes under the same key: %v", err)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	h := setup(t)
	broken := errors.New("connection lost")
	for name, c := range map[string]struct {
		change func(*intake.Request)
		body   io.Reader
		kind   pipeline.Kind
	}{
		"no patient":        {func(r *intake.Request) { r.PatientMRN = "" }, nil, pipeline.Invalid},
		"unknown patient":   {func(r *intake.Request) { r.PatientMRN = "M9" }, nil, pipeline.Invalid},
		"another's visit":   {func(r *intake.Request) { r.Encounter = "VM2" }, nil, pipeline.Invalid},
		"unknown visit":     {func(r *intake.Request) { r.Encounter = "V9" }, nil, pipeline.Invalid},
		"unknown worktype":  {func(r *intake.Request) { r.Worktype = "poem" }, nil, pipeline.Invalid},
		"unknown priority":  {func(r *intake.Request) { r.Priority = "soon" }, nil, pipeline.Invalid},
		"over the limit":    {func(*intake.Request) {}, bytes.NewReader(make([]byte, limit+1)), pipeline.TooLarge},
		"connection broken": {func(*intake.Request) {}, iotest.ErrReader(broken), pipeline.Internal},
	} {
		req := h.request()
		c.change(&req)
		if c.body == nil {
			c.body = strings.NewReader("x")
		}
		if _, err := h.Receive(t.Context(), store.Actor{ID: h.author}, req, c.body); err == nil || pipeline.KindOf(err) != c.kind {
			t.Errorf("%s: %v, want kind %s", name, err, c.kind)
		}
	}
	if _, err := h.Receive(t.Context(), store.Actor{ID: h.author}, h.request(), bytes.NewReader(make([]byte, limit))); err != nil {
		t.Errorf("just at the limit: %v", err)
	}
	if n := h.count(t); n != 1 {
		t.Errorf("%d dictations, want the good one only", n)
	}
}

func (h house) drop(t *testing.T, key, body string, meta map[string]string) {
	t.Helper()
	if _, err := h.s3.PutObject(t.Context(), h.bucket, key, strings.NewReader(body), int64(len(body)), minio.PutObjectOptions{UserMetadata: meta}); err != nil {
		t.Fatal(err)
	}
}

func TestDroppedFiles(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.drop(t, "ward/one.wav", "one", map[string]string{"patient-mrn": "M1", "author": "author", "worktype": "letter", "priority": "stat"})
	h.drop(t, "who.wav", "who", nil)
	h.drop(t, "wrong.wav", "wrong", map[string]string{"patient-mrn": "M1", "author": "author", "worktype": "letter", "encounter": "VM2"})
	for _, want := range []int{3, 0} {
		if n, err := h.Scan(t.Context()); err != nil || n != want {
			t.Fatalf("%d received, want %d, %v", n, want, err)
		}
	}
	list, err := h.store.Dictations(t.Context(), store.Filter{})
	if err != nil || len(list) != 3 {
		t.Fatalf("%d dictations, %v", len(list), err)
	}
	for _, d := range list {
		switch d.Original.Name {
		case "one.wav":
			if d.AuthorID != h.author || d.PatientID == "" || d.Priority != pipeline.STAT || d.State != pipeline.Pending || d.Source != "bucket" {
				t.Errorf("%+v", d)
			}
		case "who.wav": // recognised like any; nobody's before a person says whose
			if d.State != pipeline.Pending || d.PatientID != "" || d.AuthorID != "" || !d.AsksFor("patient") || !d.AsksFor("author") || !d.AsksFor("worktype") {
				t.Errorf("%s asks %v", d.Position, d.Questions)
			}
		case "wrong.wav":
			if d.State != pipeline.Pending || d.EncounterID != "" || !slices.Equal(d.Questions, []pipeline.Question{pipeline.VisitOther, pipeline.PatientOther}) {
				t.Errorf("%s asks %v", d.Position, d.Questions)
			}
		}
	}
	// The same name with new bytes is a new recording.
	h.drop(t, "ward/one.wav", "two", map[string]string{"patient-mrn": "M1", "author": "author", "worktype": "letter"})
	if n, err := h.Scan(t.Context()); err != nil || n != 1 || h.count(t) != 4 {
		t.Errorf("%d received, %d in all, %v", n, h.count(t), err)
	}
}

// One wrong word of the metadata does not hide the others.
func TestDroppedFileKeepsWhatItSaid(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.drop(t, "x.wav", "x", map[string]string{"patient-mrn": "M1", "author": "author", "worktype": "consultaton", "priority": "stat"})
	if n, err := h.Scan(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	list, err := h.store.Dictations(t.Context(), store.Filter{})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if d := list[0]; d.State != pipeline.Pending || d.PatientID == "" || d.Priority != pipeline.STAT || !slices.Equal(d.Questions, []pipeline.Question{pipeline.WorktypeUnknown}) {
		t.Errorf("%s patient %q %s: %v", d.Position, d.PatientID, d.Priority, d.Questions)
	}
	if st, open, err := h.store.Stray(t.Context(), list[0].ID); err != nil || !open || st.Claims.Worktype != "consultaton" || st.Claims.PatientMRN != "M1" {
		t.Errorf("in the queue %v with %+v, %v", open, st.Claims, err)
	}
	if err := h.store.Identify(t.Context(), store.Actor{ID: h.author}, list[0].ID, store.Identity{PatientID: list[0].PatientID, Worktype: pipeline.Consultation}); err != nil {
		t.Fatal(err)
	}
	d, err := h.store.Dictation(t.Context(), list[0].ID)
	if err != nil || d.Worktype != pipeline.Consultation || d.State != pipeline.Pending || d.Unidentified() {
		t.Errorf("%s %s %v, %v", d.Worktype, d.Position, d.Questions, err)
	}
}
