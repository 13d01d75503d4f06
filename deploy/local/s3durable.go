package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3response"
)

// durable is the library's folder backend with the disk syncs it leaves out: an
// object that was acknowledged is there after a power cut.
type durable struct {
	*posix.Posix
	sidecar string // where attributes live when the file system has none
}

var _ backend.Backend = (*durable)(nil)

// openDurable opens the buckets below root and clears what a kill left behind.
// It changes the working directory of the process.
func openDurable(root string) (*durable, error) {
	d := &durable{}
	buckets := filepath.Join(root, "buckets")
	if err := makeFolder(buckets, 0o700); err != nil {
		return nil, err
	}
	opts := posix.PosixOpts{
		CopyObjectThreshold: 5 << 30,
		ForceNoObjLockFile:  true, // no other process publishes here
	}
	opts.SetNewDirPerm(0o700)
	opts.SetNewFilePerm(0o600)
	attributes := meta.MetadataStorer(meta.XattrMeta{})
	if err := (meta.XattrMeta{}).Test(buckets); err != nil {
		d.sidecar = filepath.Join(root, "attributes")
		if err := makeFolder(d.sidecar, 0o700); err != nil {
			return nil, err
		}
		if attributes, err = meta.NewSideCar(d.sidecar); err != nil {
			return nil, err
		}
		opts.SideCarDir = d.sidecar
	}
	store, err := posix.New(buckets, attributes, opts)
	if err != nil {
		return nil, err
	}
	d.Posix = store
	return d, clearLeftovers(buckets, attributes)
}

// PutObject acknowledges when data, attributes and directory entries are on the
// disk. The data is synced before the object gets its name, so that no name
// ever points to half an object.
func (d *durable) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	out, err := d.PutObjectWithPostFunc(ctx, in, (*os.File).Sync)
	if err != nil {
		return out, err
	}
	return out, d.sync(*in.Bucket, *in.Key)
}

// CompleteMultipartUpload acknowledges when the whole object is on the disk.
func (d *durable) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, string, error) {
	out, version, err := d.Posix.CompleteMultipartUpload(ctx, in)
	if err != nil {
		return out, version, err
	}
	return out, version, d.sync(*in.Bucket, *in.Key)
}

// CopyObject acknowledges when the copy is on the disk.
func (d *durable) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	out, err := d.Posix.CopyObject(ctx, in)
	if err != nil {
		return out, err
	}
	return out, d.sync(*in.Bucket, *in.Key)
}

// CreateBucket acknowledges when the bucket's entry and attributes are on the disk.
func (d *durable) CreateBucket(ctx context.Context, in *s3.CreateBucketInput, acl []byte) error {
	if err := d.Posix.CreateBucket(ctx, in, acl); err != nil {
		return err
	}
	return d.sync(*in.Bucket, "")
}

// sync brings the object, its attributes and every directory above it to the
// disk. Paths are relative to the buckets' folder, the working directory.
func (d *durable) sync(bucket, key string) error {
	object := filepath.Join(bucket, key)
	if d.sidecar != "" {
		attributes := filepath.Join(d.sidecar, object)
		if err := errors.Join(syncTree(attributes), syncUp(filepath.Dir(attributes), d.sidecar)); err != nil {
			return fmt.Errorf("sync attributes: %w", err)
		}
	}
	top := bucket
	if key == "" {
		top = "."
	}
	return syncUp(object, top)
}

// syncUp syncs path and the directories above it, up to top.
func syncUp(path, top string) error {
	for ; ; path = filepath.Dir(path) {
		if err := syncPath(path); err != nil {
			return fmt.Errorf("sync: %w", err)
		}
		if path == top || path == filepath.Dir(path) {
			return nil
		}
	}
}

// syncTree syncs everything below dir.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncPath(path)
	})
}

// leftoverAge is how long an upload that was never completed is kept; a client
// may still come back for it.
const leftoverAge = 24 * time.Hour

// clearLeftovers removes what a kill in the middle of a request leaves: bucket
// folders without owner, which would answer every request with an error, and
// pieces of uploads.
func clearLeftovers(buckets string, attributes meta.MetadataStorer) error {
	entries, err := os.ReadDir(buckets)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue // the library's own
		}
		if _, err := attributes.RetrieveAttribute(nil, e.Name(), "", "acl"); errors.Is(err, meta.ErrNoSuchKey) {
			// Fails when the folder holds something, and then it stays.
			_ = os.Remove(filepath.Join(buckets, e.Name()))
			continue
		}
		temporary := filepath.Join(buckets, e.Name(), posix.MetaTmpDir)
		errs = append(errs,
			clearUploads(temporary, "*.*", time.Now().Add(-leftoverAge)),
			clearUploads(temporary, "multipart/*/*", time.Now().Add(-leftoverAge)),
			// Being put together when the server died: the library would answer
			// a second try with success although there is no object.
			clearUploads(temporary, "multipart/*/*.inprogress", time.Now()))
	}
	return errors.Join(errs...)
}

// clearUploads removes the pieces of uploads that nobody has touched since then.
func clearUploads(dir, pattern string, since time.Time) error {
	pieces, err := fs.Glob(os.DirFS(dir), pattern)
	if err != nil {
		return err
	}
	for _, piece := range pieces {
		path := filepath.Join(dir, piece)
		if info, err := os.Lstat(path); err != nil || info.ModTime().After(since) {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}
