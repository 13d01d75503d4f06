package local

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/nats-io/nats.go/jetstream"
)

// victim is the name of the process that TestKilledParent kills.
const victim = "dictation-test-victim"

func TestMain(m *testing.M) {
	switch {
	case IsChild():
		os.Exit(ChildMain())
	case os.Args[0] == victim:
		os.Exit(victimMain(os.Args[1]))
	}
	os.Exit(m.Run())
}

// victimInfo is what the victim tells about itself.
type victimInfo struct {
	S3, Postgres int // process ids
}

// victimMain starts the servers, puts something into each and waits to be killed.
func victimMain(data string) int {
	ctx := context.Background()
	s, err := Start(ctx, Config{Data: data})
	if err == nil {
		err = put(ctx, s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	err = json.NewEncoder(os.Stdout).Encode(victimInfo{S3: s.S3.child.cmd.Process.Pid, Postgres: s.Postgres.child.cmd.Process.Pid})
	if err != nil {
		return 1
	}
	_, _ = bufio.NewReader(os.Stdin).ReadByte() // for ever
	return 1
}

const (
	testBucket = "sounds"
	testKey    = "in/one"
)

var testBytes = bytes.Repeat([]byte("a made-up recording "), 50_000)

// put stores one thing in each of the servers.
func put(ctx context.Context, s *Servers) error {
	c, err := client(s.S3)
	if err != nil {
		return err
	}
	if err := c.MakeBucket(ctx, testBucket, minio.MakeBucketOptions{}); err != nil {
		return err
	}
	if _, err := c.PutObject(ctx, testBucket, testKey, bytes.NewReader(testBytes), int64(len(testBytes)), minio.PutObjectOptions{}); err != nil {
		return err
	}
	db, err := pgx.Connect(ctx, s.Postgres.URL)
	if err != nil {
		return err
	}
	defer db.Close(ctx)
	if _, err := db.Exec(ctx, "CREATE TABLE rows (n int); INSERT INTO rows VALUES (7)"); err != nil {
		return err
	}
	js, done, err := stream(s)
	if err != nil {
		return err
	}
	defer done()
	if _, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "JOBS", Subjects: []string{"job.>"}}); err != nil {
		return err
	}
	_, err = js.Publish(ctx, "job.decode", []byte("id"))
	return err
}

// check reports whether what put stored is there.
func check(ctx context.Context, s *Servers) error {
	c, err := client(s.S3)
	if err != nil {
		return err
	}
	o, err := c.GetObject(ctx, testBucket, testKey, minio.GetObjectOptions{})
	if err != nil {
		return err
	}
	if got, err := io.ReadAll(o); err != nil || !bytes.Equal(got, testBytes) {
		return fmt.Errorf("the object has %d bytes: %w", len(got), err)
	}
	db, err := pgx.Connect(ctx, s.Postgres.URL)
	if err != nil {
		return err
	}
	defer db.Close(ctx)
	var n int
	if err := db.QueryRow(ctx, "SELECT n FROM rows").Scan(&n); err != nil || n != 7 {
		return fmt.Errorf("the row has %d: %w", n, err)
	}
	js, done, err := stream(s)
	if err != nil {
		return err
	}
	defer done()
	jobs, err := js.Stream(ctx, "JOBS")
	if err != nil {
		return err
	}
	_, err = jobs.GetMsg(ctx, 1)
	return err
}

func client(s *S3) (*minio.Client, error) {
	return minio.New(s.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""), Region: s.Region})
}

func stream(s *Servers) (jetstream.JetStream, func(), error) {
	conn, err := s.NATS.Connect()
	if err != nil {
		return nil, nil, err
	}
	js, err := jetstream.New(conn)
	return js, conn.Close, err
}

// room is a folder an unprivileged PostgreSQL can reach, which t.TempDir may not
// be; in memory where possible, because the tests wait for the disk otherwise.
func room(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "dictation-local-")
	if err != nil {
		dir, err = os.MkdirTemp("", "dictation-local-")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}
