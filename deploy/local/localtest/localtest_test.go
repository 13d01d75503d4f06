package localtest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/nats-io/nats.go/jetstream"

	"dictation/deploy/local/localtest"
)

func TestMain(m *testing.M) { localtest.Main(m, prepare) }

func prepare(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE TABLE sheep (name text PRIMARY KEY); INSERT INTO sheep VALUES ('Dolly')")
	return err
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		t.Run(fmt.Sprint("copy ", i), func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			start := time.Now()
			conn, err := pgx.Connect(ctx, localtest.Database(t))
			t.Log(time.Since(start))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(ctx)
			if _, err := conn.Exec(ctx, "INSERT INTO sheep VALUES ('Shaun')"); err != nil {
				t.Fatal(err)
			}
			var n int
			if err := conn.QueryRow(ctx, "SELECT count(*) FROM sheep").Scan(&n); err != nil || n != 2 {
				t.Errorf("%d sheep, %v; want the template's and our own", n, err)
			}
		})
	}
}

func TestNATS(t *testing.T) {
	t.Parallel()
	for i := range 3 {
		t.Run(fmt.Sprint("server ", i), func(t *testing.T) {
			t.Parallel()
			js, err := jetstream.New(localtest.NATS(t))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}}); err != nil {
				t.Fatal(err)
			}
			ack, err := js.Publish(t.Context(), "s", nil)
			if err != nil || ack.Sequence != 1 {
				t.Errorf("sequence %v, %v; want a stream of our own", ack, err)
			}
		})
	}
}

func TestS3(t *testing.T) {
	t.Parallel()
	for i := range 3 {
		t.Run(fmt.Sprint("bucket ", i), func(t *testing.T) {
			t.Parallel()
			b := localtest.S3(t)
			c, err := minio.New(b.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(b.AccessKey, b.SecretKey, ""), Region: b.Region})
			if err != nil {
				t.Fatal(err)
			}
			ctx := t.Context()
			if err := c.MakeBucket(ctx, b.Work, minio.MakeBucketOptions{}); err != nil {
				t.Fatal(err)
			}
			want := []byte("sound")
			if _, err := c.PutObject(ctx, b.Work, "in/a b/ü", bytes.NewReader(want), int64(len(want)), minio.PutObjectOptions{}); err != nil {
				t.Fatal(err)
			}
			o, err := c.GetObject(ctx, b.Work, "in/a b/ü", minio.GetObjectOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(o); err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
