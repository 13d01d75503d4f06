package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"dictation/deploy/local"
)

// baseline is the minimal program the product is held against: the same bytes
// put and got, the same number of row changes with the same durability, the
// same publishes and confirmed acks, and nothing else. It is the one place
// outside the rooms that speaks SQL, S3 and NATS, to owe nothing to them.
type baseline struct {
	pool   *pgxpool.Pool
	s3     *minio.Client
	nc     *nats.Conn
	js     jetstream.JetStream
	stages [2]jetstream.Consumer
	sound  []byte
	peaks  []byte
}

const baselineBucket = "baseline"

func newBaseline(ctx context.Context, srv *local.Servers) (b *baseline, err error) {
	b = &baseline{sound: benchSound(), peaks: make([]byte, 4<<10)}
	if b.pool, err = pgxpool.New(ctx, srv.Postgres.URL+"&pool_max_conns=16"); err != nil {
		return nil, err
	}
	if _, err := b.pool.Exec(ctx, "create table baseline (id uuid primary key, state text not null, version int not null, note text not null)"); err != nil {
		return nil, err
	}
	b.s3, err = minio.New(srv.S3.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(srv.S3.AccessKey, srv.S3.SecretKey, ""), Region: srv.S3.Region,
	})
	if err != nil {
		return nil, err
	}
	if err := b.s3.MakeBucket(ctx, baselineBucket, minio.MakeBucketOptions{}); err != nil {
		return nil, err
	}
	if b.nc, err = srv.NATS.Connect(); err != nil {
		return nil, err
	}
	return b, b.streams(ctx)
}

func (b *baseline) streams(ctx context.Context) (err error) {
	if b.js, err = jetstream.New(b.nc); err != nil {
		return err
	}
	_, err = b.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: "BASELINE", Subjects: []string{"baseline.>"}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage,
	})
	for i := range b.stages {
		if err != nil {
			return err
		}
		b.stages[i], err = b.js.CreateConsumer(ctx, "BASELINE", jetstream.ConsumerConfig{
			Durable: fmt.Sprintf("s%d", i), FilterSubject: fmt.Sprintf("baseline.%d.*", i), AckPolicy: jetstream.AckExplicitPolicy,
		})
	}
	return err
}

func (b *baseline) close() {
	b.nc.Close()
	b.pool.Close()
}

// one is a dictation from upload to draft. Each caller takes the messages of
// whichever dictation is next, as workers do.
func (b *baseline) one(ctx context.Context) error {
	id := uuid.NewString()
	if err := b.put(ctx, id+"/original", b.sound); err != nil {
		return err
	}
	if err := b.exec(ctx, true, "insert into baseline values ($1, 'received', 1, '')", id); err != nil {
		return err
	}
	if _, err := b.js.Publish(ctx, "baseline.0."+id, nil); err != nil {
		return err
	}
	return b.both(ctx)
}

func (b *baseline) both(ctx context.Context) error {
	err := b.stage(ctx, 0, func(id string) error {
		if err := b.get(ctx, id+"/original"); err != nil {
			return err
		}
		done := make(chan error, 1)
		go func() { done <- b.put(ctx, id+"/peaks", b.peaks) }()
		err := b.put(ctx, id+"/canonical", b.sound)
		if peaks := <-done; err == nil {
			err = peaks
		}
		return err
	})
	if err != nil {
		return err
	}
	// The empty engine does not listen, so the canonical sound is not read.
	return b.stage(ctx, 1, func(string) error { return nil })
}

// stage takes a message, claims the row, works, moves the row, publishes the
// next message and acks.
func (b *baseline) stage(ctx context.Context, n int, work func(id string) error) error {
	msg, err := b.stages[n].Next(jetstream.FetchMaxWait(30 * time.Second))
	if err != nil {
		return err
	}
	id := msg.Subject()[len("baseline.0."):]
	if err := b.exec(ctx, false, "update baseline set state = 'working', version = version + 1 where id = $1", id); err != nil {
		return err
	}
	if err := work(id); err != nil {
		return err
	}
	if err := b.exec(ctx, true, "update baseline set state = 'done', version = version + 1, note = 'x' where id = $1", id); err != nil {
		return err
	}
	if n == 0 {
		if _, err := b.js.Publish(ctx, "baseline.1."+id, nil); err != nil {
			return err
		}
	}
	return msg.DoubleAck(ctx)
}

// exec runs one statement, waiting for the disk or not.
func (b *baseline) exec(ctx context.Context, durable bool, sql, id string) error {
	tx, err := b.pool.Begin(ctx)
	if err != nil {
		return err
	}
	if !durable {
		if _, err := tx.Exec(ctx, "set local synchronous_commit = off"); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, sql, id); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

func (b *baseline) put(ctx context.Context, key string, body []byte) error {
	_, err := b.s3.PutObject(ctx, baselineBucket, key, bytes.NewReader(body), int64(len(body)), minio.PutObjectOptions{DisableContentSha256: true})
	return err
}

func (b *baseline) get(ctx context.Context, key string) error {
	o, err := b.s3.GetObject(ctx, baselineBucket, key, minio.GetObjectOptions{})
	if err != nil {
		return err
	}
	defer o.Close()
	_, err = io.Copy(io.Discard, o)
	return err
}
