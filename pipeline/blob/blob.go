package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"dictation/pipeline"
)

// Config says where the S3 server is and how to sign in.
type Config struct {
	Endpoint  string // host:port
	Region    string
	AccessKey string
	SecretKey string
	TLS       bool
	Bucket    string // work bucket
	Intake    string // bucket other programs drop files into
}

// Store is a connection to the two buckets. It is safe for concurrent use.
type Store struct {
	client   *minio.Client
	cfg      Config
	unsigned bool      // payload hashes may be left out: loopback or TLS guards the bytes
	heads    sync.Pool // *bytes.Buffer of up to single bytes
}

// Open connects and makes the buckets that are missing.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	transport := &http.Transport{
		MaxIdleConns:        64,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     90 * time.Second,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		DisableCompression:  true,
		// A server that takes a request and never answers must not hold a job for ever.
		ResponseHeaderTimeout: time.Minute,
	}
	client, err := minio.New(cfg.Endpoint, &minio.Options{
		Creds:        credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""),
		Secure:       cfg.TLS,
		Region:       cfg.Region,
		Transport:    transport,
		BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		return nil, fmt.Errorf("open object store %s: %w", cfg.Endpoint, err)
	}
	s := &Store{client: client, cfg: cfg, unsigned: cfg.TLS || loopback(cfg.Endpoint)}
	s.heads.New = func() any { return new(bytes.Buffer) }
	for _, b := range []string{cfg.Bucket, cfg.Intake} {
		if err := s.makeBucket(ctx, b); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Store) makeBucket(ctx context.Context, name string) error {
	err := s.client.MakeBucket(ctx, name, minio.MakeBucketOptions{Region: s.cfg.Region})
	switch minio.ToErrorResponse(err).Code {
	case "BucketAlreadyOwnedByYou", "BucketAlreadyExists":
		return nil
	}
	return kind(err, "make bucket "+name)
}

// loopback reports whether the endpoint is this machine.
func loopback(endpoint string) bool {
	host, _, err := net.SplitHostPort(endpoint)
	if err != nil {
		host = endpoint
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Ping asks the server for the work bucket.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.client.BucketExists(ctx, s.cfg.Bucket)
	return kind(err, "ask for bucket")
}

const (
	// single is the largest object of unknown length that is put in one request.
	single = 5 << 20
	// part is the size of one part of a larger object; one part is in memory at a time.
	part = 16 << 20
	// most is what S3 takes in one request. An object whose length is known is
	// put so, straight from its reader.
	most = 5 << 30
)

// Put streams r into the work bucket under key and returns the object with the
// SHA-256 of what was read. size is the number of bytes, or -1 when not known.
// When Put returns, the server has the whole object.
func (s *Store) Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) (pipeline.Object, error) {
	hash := sha256.New()
	count := &counter{}
	body := io.TeeReader(whole{r}, io.MultiWriter(hash, count))
	if size < 0 {
		head := s.heads.Get().(*bytes.Buffer)
		defer s.heads.Put(head)
		head.Reset()
		if _, err := head.ReadFrom(io.LimitReader(body, single+1)); err != nil {
			return pipeline.Object{}, err
		}
		if head.Len() <= single {
			size, body = int64(head.Len()), bytes.NewReader(head.Bytes())
		} else {
			body = io.MultiReader(bytes.NewReader(head.Bytes()), body)
		}
	}
	_, err := s.client.PutObject(ctx, s.cfg.Bucket, key, body, size, minio.PutObjectOptions{
		ContentType:          contentType,
		PartSize:             uint64(max(part, min(size, most))),
		NumThreads:           1,
		DisableContentSha256: s.unsigned,
	})
	if err != nil {
		return pipeline.Object{}, kind(err, "put "+key)
	}
	return pipeline.Object{Key: key, SHA256: hex.EncodeToString(hash.Sum(nil)), Size: count.n}, nil
}

// whole keeps a reader that was cut off from being taken for one that ended:
// the client library takes io.ErrUnexpectedEOF for the end of the last part.
type whole struct{ io.Reader }

func (w whole) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("the bytes were cut off: %w", errCut)
	}
	return n, err
}

var errCut = errors.New("connection ended too early")

// counter counts the bytes written to it.
type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

// Reader is an open object: it reads and seeks by ranged requests.
type Reader struct {
	*minio.Object
	Size int64
	Type string // content type
}

// Get opens an object of the work bucket. Seeking is cheap until the next Read.
func (s *Store) Get(ctx context.Context, key string) (*Reader, error) {
	return s.open(ctx, s.cfg.Bucket, key)
}

func (s *Store) open(ctx context.Context, bucket, key string) (*Reader, error) {
	obj, err := s.client.GetObject(ctx, bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, kind(err, "get "+key)
	}
	info, err := obj.Stat()
	if err != nil {
		return nil, errors.Join(kind(err, "get "+key), obj.Close())
	}
	return &Reader{Object: obj, Size: info.Size, Type: info.ContentType}, nil
}

// Read opens an object of the work bucket to be read once from its beginning,
// in a single request.
func (s *Store) Read(ctx context.Context, key string) (io.ReadCloser, error) {
	r, _, _, err := minio.Core{Client: s.client}.GetObject(ctx, s.cfg.Bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, kind(err, "read "+key)
	}
	return r, nil
}

// Delete removes an object of the work bucket; one that is gone already is no error.
func (s *Store) Delete(ctx context.Context, key string) error {
	return kind(s.client.RemoveObject(ctx, s.cfg.Bucket, key, minio.RemoveObjectOptions{}), "delete "+key)
}

// kind gives an S3 error its Kind. Keys hold ids only, so they may be named.
func kind(err error, what string) error {
	var ours *pipeline.Error
	if err == nil || errors.As(err, &ours) { // ours: of the reader whose bytes were put
		return err
	}
	// An address holds the object's key, and a dropped file's may hold a name.
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err
	}
	resp := minio.ToErrorResponse(err)
	switch {
	case resp.Code == "NoSuchKey", resp.StatusCode == http.StatusNotFound:
		return &pipeline.Error{Kind: pipeline.NotFound, Message: "The recording is not in the object store.", Err: fmt.Errorf("%s: %w", what, err)}
	case resp.StatusCode >= 500, resp.StatusCode == 0, strings.Contains(resp.Code, "SlowDown"):
		return &pipeline.Error{Kind: pipeline.Unavailable, Message: "The object store does not answer.", Err: fmt.Errorf("%s: %w", what, err)}
	}
	return fmt.Errorf("%s: %w", what, err)
}
