package blob

import (
	"context"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

// Dropped is a file that another program put into the intake bucket.
type Dropped struct {
	Key      string
	ETag     string
	Size     int64
	Modified time.Time
	Metadata map[string]string // lower-case names without the x-amz-meta- prefix
}

// Drops lists the files in the intake bucket, oldest key first, without metadata.
func (s *Store) Drops(ctx context.Context) iter.Seq2[Dropped, error] {
	return func(yield func(Dropped, error) bool) {
		for o := range s.client.ListObjectsIter(ctx, s.cfg.Intake, minio.ListObjectsOptions{Recursive: true}) {
			d := Dropped{Key: o.Key, ETag: o.ETag, Size: o.Size, Modified: o.LastModified}
			if !yield(d, kind(o.Err, "list the intake bucket")) || o.Err != nil {
				return
			}
		}
	}
}

// Drop reads one file's size, tag and metadata.
func (s *Store) Drop(ctx context.Context, key string) (Dropped, error) {
	info, err := s.client.StatObject(ctx, s.cfg.Intake, key, minio.StatObjectOptions{})
	if err != nil {
		return Dropped{}, kind(err, "stat a dropped file")
	}
	meta := make(map[string]string, len(info.UserMetadata))
	for k, v := range info.UserMetadata {
		meta[strings.ToLower(k)] = v
	}
	return Dropped{Key: key, ETag: info.ETag, Size: info.Size, Modified: info.LastModified, Metadata: meta}, nil
}

// OpenDrop opens the bytes that belong to drop: a file put under the same name
// since is refused, not read with the other's metadata.
func (s *Store) OpenDrop(ctx context.Context, drop Dropped) (io.ReadCloser, error) {
	var opts minio.GetObjectOptions
	if err := opts.SetMatchETag(drop.ETag); err != nil {
		return nil, err
	}
	r, _, _, err := minio.Core{Client: s.client}.GetObject(ctx, s.cfg.Intake, drop.Key, opts)
	if err != nil {
		return nil, kind(err, "open a dropped file")
	}
	return r, nil
}

// DeleteDrop removes a dropped file after it has become a dictation.
func (s *Store) DeleteDrop(ctx context.Context, key string) error {
	return kind(s.client.RemoveObject(ctx, s.cfg.Intake, key, minio.RemoveObjectOptions{}), "delete a dropped file")
}
