package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/blob"
)

func TestMain(m *testing.M) { localtest.Main(m) }

func open(t *testing.T) (*blob.Store, localtest.Bucket) {
	t.Helper()
	at := localtest.S3(t)
	s, err := blob.Open(t.Context(), config(at))
	if err != nil {
		t.Fatal(err)
	}
	return s, at
}

func config(at localtest.Bucket) blob.Config {
	return blob.Config{Endpoint: at.Endpoint, Region: at.Region, AccessKey: at.AccessKey, SecretKey: at.SecretKey, Bucket: at.Work, Intake: at.Intake}
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

func TestPutAndGet(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	// Below and above one request of unknown length, and several parts.
	for _, n := range []int{0, 1, 5<<20 - 1, 5 << 20, 5<<20 + 1, 33 << 20} {
		want := noise(n)
		sum := sha256.Sum256(want)
		for _, size := range []int64{-1, int64(n)} {
			obj, err := s.Put(t.Context(), "k", iotest.HalfReader(bytes.NewReader(want)), size, "audio/wav")
			if err != nil {
				t.Fatal(n, size, err)
			}
			if obj.Size != int64(n) || obj.SHA256 != hex.EncodeToString(sum[:]) {
				t.Errorf("%d bytes, said %d: stored %d, SHA-256 %s", n, size, obj.Size, obj.SHA256)
			}
			r, err := s.Get(t.Context(), "k")
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, want) || r.Size != int64(n) {
				t.Errorf("%d bytes came back as %d, %v", n, len(got), err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			once, err := s.Read(t.Context(), "k")
			if err != nil {
				t.Fatal(err)
			}
			got, err = io.ReadAll(once)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes read once as %d, %v", n, len(got), err)
			}
			if err := once.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestSeek(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	want := noise(1 << 20)
	if _, err := s.Put(t.Context(), "k", bytes.NewReader(want), int64(len(want)), ""); err != nil {
		t.Fatal(err)
	}
	r, err := s.Get(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, at := range []int64{500_000, 0, 1<<20 - 10} {
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 10)
		if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, want[at:at+10]) {
			t.Errorf("at %d: %v", at, err)
		}
	}
}

func TestBrokenUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	broken := errors.New("connection lost")
	r := io.MultiReader(bytes.NewReader(noise(20<<20)), iotest.ErrReader(broken))
	if _, err := s.Put(t.Context(), "k", r, -1, ""); !errors.Is(err, broken) {
		t.Errorf("the cause is lost: %v", err)
	}
	if _, err := s.Get(t.Context(), "k"); pipeline.KindOf(err) != pipeline.NotFound {
		t.Errorf("half an object is there: %v", err)
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	s, at := open(t)
	if _, err := s.Get(t.Context(), "nothing"); err == nil || pipeline.KindOf(err) != pipeline.NotFound {
		t.Errorf("missing: %v", err)
	}
	if _, err := s.Read(t.Context(), "nothing"); err == nil || pipeline.KindOf(err) != pipeline.NotFound {
		t.Errorf("missing, read once: %v", err)
	}
	if err := s.Delete(t.Context(), "nothing"); err != nil {
		t.Errorf("deleting what is gone: %v", err)
	}
	away := config(at)
	away.Endpoint = "127.0.0.1:1"
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := blob.Open(ctx, away); err == nil || pipeline.KindOf(err) != pipeline.Unavailable {
		t.Errorf("no server: %v", err)
	}
	wrong := config(at)
	wrong.SecretKey = "wrong"
	if _, err := blob.Open(t.Context(), wrong); err == nil {
		t.Error("a wrong secret opens the door")
	}
}

func TestDrops(t *testing.T) {
	t.Parallel()
	s, at := open(t)
	c, err := minio.New(at.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(at.AccessKey, at.SecretKey, ""), Region: at.Region})
	if err != nil {
		t.Fatal(err)
	}
	body := noise(1000)
	_, err = c.PutObject(t.Context(), at.Intake, "ward 3/ä b.wav", bytes.NewReader(body), int64(len(body)), minio.PutObjectOptions{UserMetadata: map[string]string{"Patient-MRN": "M1", "worktype": "letter"}})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for d, err := range s.Drops(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, d.Key)
	}
	if len(keys) != 1 || keys[0] != "ward 3/ä b.wav" {
		t.Fatalf("drops %q", keys)
	}
	d, err := s.Drop(t.Context(), keys[0])
	if err != nil || d.Size != 1000 || d.Metadata["patient-mrn"] != "M1" || d.Metadata["worktype"] != "letter" {
		t.Errorf("%+v, %v", d, err)
	}
	r, err := s.OpenDrop(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, body) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	// Another file under the same name is not read as this one.
	if _, err := c.PutObject(t.Context(), at.Intake, keys[0], bytes.NewReader(body[1:]), 999, minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenDrop(t.Context(), d); err == nil {
		t.Error("the bytes of another file were opened")
	}
	if err := s.DeleteDrop(t.Context(), keys[0]); err != nil {
		t.Error(err)
	}
}

// A connection that breaks in the middle is not the end of the recording.
func TestCutOffIsNotTheEnd(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	for _, n := range []int{1 << 20, 20 << 20} {
		cut := io.MultiReader(bytes.NewReader(noise(n)), iotest.ErrReader(io.ErrUnexpectedEOF))
		if _, err := s.Put(t.Context(), "k", cut, -1, ""); err == nil {
			t.Errorf("%d bytes of a longer recording were stored as the whole", n)
		}
	}
}
