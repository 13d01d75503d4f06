// Package folder delivers notes as files into a folder that another program
// empties: the text as NUMBER.txt and a [record.Manifest] as NUMBER.json.
//
// A reader takes a note when its .json is there: that comes last, and both come
// by renaming, so nothing is ever seen half written. The reader may move or
// delete what it took.
//
// So that a note is put there once, whatever dies when, its two files are first
// completed in a folder of their own below .dictation, named by the delivery key,
// and then renamed out of it. What is no longer in there was handed over: the
// folder stays, empty but for its receipt, and is the memory of that.
package folder

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// journal is the folder of what is on its way, inside the destination.
const journal = ".dictation"

// The files of one delivery inside its journal folder.
const (
	textFile     = "text"
	manifestFile = "manifest"
	receiptFile  = "receipt"
)

// System is a folder. It is safe for concurrent use, also by several processes.
type System struct{ name, dir string }

var _ record.Withdrawer = (*System)(nil)

// New makes a destination of a folder, which must exist.
func New(name, dir string) (*System, error) {
	if dir == "" || !filepath.IsAbs(dir) {
		return nil, pipeline.Errorf(pipeline.Invalid, "A folder destination needs the full path of its folder.")
	}
	return &System{name, dir}, nil
}

// Name implements [record.System].
func (s *System) Name() string { return s.name }

// Attach implements [record.System].
func (s *System) Attach(ctx context.Context, doc record.Document) (record.Receipt, error) {
	payload, err := s.Prepare(doc)
	if err != nil {
		return record.Receipt{}, err
	}
	return s.Send(ctx, doc, payload)
}

// Prepare implements [record.Preparer]: the manifest on one line, then the text.
func (s *System) Prepare(doc record.Document) ([]byte, error) { return prepare(doc, "") }

// PrepareWithdrawal implements [record.Withdrawer].
func (s *System) PrepareWithdrawal(doc record.Document, reason string) ([]byte, error) {
	return prepare(doc, reason)
}

func prepare(doc record.Document, withdrawn string) ([]byte, error) {
	if err := doc.Check(); err != nil {
		return nil, err
	}
	if strings.ContainsFunc(doc.Key, func(r rune) bool { return !strings.ContainsRune(safe, r) }) {
		return nil, pipeline.Errorf(pipeline.Invalid, "The document's number holds characters that cannot be in a file's name; it was not delivered.")
	}
	m := record.NewManifest(doc, withdrawn)
	text := m.Text
	m.Text = ""
	line, err := m.JSON()
	return append(append(line, '\n'), text...), err
}

// safe are the characters of a file's name.
const safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_@"

// receipt is what is remembered of a delivery.
type receipt struct {
	SHA256 string    `json:"sha256"` // of what was prepared
	At     time.Time `json:"at"`
}

// Send implements [record.Preparer].
func (s *System) Send(ctx context.Context, doc record.Document, payload []byte) (record.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return record.Receipt{}, pipeline.Wrap(pipeline.Unavailable, errors.Join(record.ErrNotSent, err), "The note was not delivered yet because the work was interrupted. It will be tried again.")
	}
	r, err := s.place(doc.Key, payload)
	var e *pipeline.Error
	if err != nil && !errors.As(err, &e) {
		err = pipeline.Wrap(pipeline.Unavailable, err, "The folder of the destination cannot be written. The note will be delivered when it can.")
	}
	return record.Receipt{RecordID: fileName(doc.Key), At: r.At}, err
}

// fileName is what the files of a key are called: its document number, and the
// whole key where it is no plain delivery of this destination.
func fileName(key string) string {
	number, rest, _ := strings.Cut(key, "@")
	if _, act, ok := strings.Cut(rest, "_"); ok {
		return number + "_" + act
	}
	return number
}

func (s *System) place(key string, payload []byte) (receipt, error) {
	own := filepath.Join(s.dir, journal, key)
	kept, err := readReceipt(own)
	if errors.Is(err, fs.ErrNotExist) {
		kept, err = s.ready(own, payload)
	}
	if err != nil {
		return receipt{}, err
	}
	if kept.SHA256 != pipeline.TextHash(string(payload)) {
		return receipt{}, pipeline.Errorf(pipeline.Invalid, "Another text was delivered to this folder under the same key. A person must look which is right.")
	}
	name := filepath.Join(s.dir, fileName(key))
	for _, f := range [][2]string{{textFile, name + ".txt"}, {manifestFile, name + ".json"}} {
		err := os.Rename(filepath.Join(own, f[0]), f[1])
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // not there: handed over before
			return receipt{}, err
		}
	}
	return kept, errors.Join(syncDir(s.dir), syncDir(own))
}

// ready completes the files in a folder beside and gives it its name at once.
func (s *System) ready(own string, payload []byte) (receipt, error) {
	// The destination itself is not made: where a network folder is not mounted,
	// notes must not vanish below it.
	if err := os.Mkdir(filepath.Dir(own), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return receipt{}, err
	}
	temp, err := os.MkdirTemp(filepath.Dir(own), "new-")
	if err != nil {
		return receipt{}, err
	}
	defer os.RemoveAll(temp)
	kept := receipt{SHA256: pipeline.TextHash(string(payload)), At: time.Now().UTC().Truncate(time.Second)}
	note, err := json.Marshal(kept)
	if err != nil {
		return receipt{}, err
	}
	manifest, text, _ := bytes.Cut(payload, []byte("\n"))
	files := map[string][]byte{manifestFile: manifest, receiptFile: note}
	if len(text) > 0 {
		files[textFile] = text
	}
	for name, content := range files {
		if err := writeSynced(filepath.Join(temp, name), content); err != nil {
			return receipt{}, err
		}
	}
	if err := syncDir(temp); err != nil {
		return receipt{}, err
	}
	if err := os.Rename(temp, own); err != nil {
		if earlier, readErr := readReceipt(own); readErr == nil { // another process was first
			return earlier, nil
		}
		return receipt{}, err
	}
	return kept, syncDir(filepath.Dir(own))
}

func readReceipt(own string) (r receipt, err error) {
	b, err := os.ReadFile(filepath.Join(own, receiptFile))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(b, &r)
}

func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
