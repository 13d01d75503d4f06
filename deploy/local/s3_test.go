package local

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
)

func startS3(t *testing.T, dir string) *S3 {
	t.Helper()
	s, err := StartS3(t.Context(), S3Config{Dir: dir, AccessKey: "test", SecretKey: "for tests only"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestS3SurvivesKill kills the server among writers: what it acknowledged is
// whole afterwards, and nothing else has a name.
func TestS3SurvivesKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startS3(t, dir)
	c, err := client(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.MakeBucket(t.Context(), testBucket, minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	acked := writeUntilKilled(t, c, s.child)

	s = startS3(t, dir)
	if c, err = client(s); err != nil {
		t.Fatal(err)
	}
	stored := map[string]bool{}
	for o := range c.ListObjects(t.Context(), testBucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		stored[o.Key] = true
		if got := hashOf(t, c, o.Key); "in/"+got != o.Key {
			t.Errorf("%s holds something else, acknowledged: %v", o.Key, acked[o.Key])
		}
	}
	for key := range acked {
		if !stored[key] {
			t.Errorf("%s was acknowledged and is gone", key)
		}
	}
	t.Logf("%d acknowledged, %d stored", len(acked), len(stored))
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// writeUntilKilled has four writers put objects named by their hash, kills the
// server after the twentieth, and returns the acknowledged names.
func writeUntilKilled(t *testing.T, c *minio.Client, child *process) map[string]bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	acked := map[string]bool{}
	var writers sync.WaitGroup
	for seed := range uint64(4) {
		writers.Go(func() {
			source := rand.NewChaCha8([32]byte{byte(seed)})
			for ctx.Err() == nil {
				body := make([]byte, 1+source.Uint64()%(6<<20)) // some in one piece, some in parts
				_, _ = source.Read(body)
				sum := sha256.Sum256(body)
				key := "in/" + hex.EncodeToString(sum[:])
				_, err := c.PutObject(ctx, testBucket, key, bytes.NewReader(body), int64(len(body)), minio.PutObjectOptions{PartSize: 5 << 20, DisableContentSha256: true})
				if err != nil {
					return
				}
				mu.Lock()
				acked[key] = true
				if len(acked) == 20 {
					_ = child.cmd.Process.Kill()
				}
				mu.Unlock()
			}
		})
	}
	<-child.done
	cancel()
	writers.Wait()
	return acked
}

func hashOf(t *testing.T, c *minio.Client, key string) string {
	t.Helper()
	o, err := c.GetObject(t.Context(), testBucket, key, minio.GetObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	h := sha256.New()
	if _, err := io.Copy(h, o); err != nil {
		t.Errorf("%s: %v", key, err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// TestS3Leftovers plants what kills can leave behind and starts the server on it.
func TestS3Leftovers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startS3(t, dir)
	c, err := client(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.MakeBucket(t.Context(), testBucket, minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	buckets := filepath.Join(dir, "buckets")
	temporary := filepath.Join(buckets, testBucket, ".sgwtmp")
	old := time.Now().Add(-2 * leftoverAge)
	pieces := []struct {
		path string
		time time.Time
		kept bool
	}{
		{"0123.old", old, false},
		{"0123.new", time.Now(), true},
		{"multipart/0123/old", old, false},
		{"multipart/0123/new", time.Now(), true},
		{"multipart/0123/new.4567-2.inprogress", time.Now().Add(-time.Second), false},
	}
	for _, p := range pieces {
		path := filepath.Join(temporary, p.path)
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, p.time, p.time); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(buckets, "halfmade"), 0o700); err != nil {
		t.Fatal(err)
	}

	s = startS3(t, dir)
	for _, p := range pieces {
		if _, err := os.Stat(filepath.Join(temporary, p.path)); (err == nil) != p.kept {
			t.Errorf("%s: kept %v, want %v", p.path, err == nil, p.kept)
		}
	}
	if c, err = client(s); err != nil {
		t.Fatal(err)
	}
	if err := c.MakeBucket(t.Context(), "halfmade", minio.MakeBucketOptions{}); err != nil {
		t.Errorf("a bucket whose making was cut short cannot be made again: %v", err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestS3EndsWithParent closes the child's input, as the kernel does when the
// parent dies.
func TestS3EndsWithParent(t *testing.T) {
	t.Parallel()
	s := startS3(t, t.TempDir())
	if err := s.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	<-s.child.done
	if s.child.err != nil {
		t.Error(s.child.err)
	}
}
