// Package folder delivers notes as files into a folder that another program
// empties: the text as NUMBER.txt and a [record.Manifest] as NUMBER.json.
//
// A reader takes a note when its .json is there: that comes last, and both come
// by renaming, so nothing is ever seen half written. The reader may move or
// delete what it took. By option a note comes as NUMBER.pdf as well; a letter to
// somebody outside ([record.Document.To]) comes as pages and manifest alone.
//
// So that a note is put there once, whatever dies when, its two files are first
// completed in a folder of their own below .dictation, named by the delivery key,
// and then renamed out of it. What is no longer in there was handed over: the
// folder stays, empty but for its receipt, and is the memory of that.
package folder

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
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
	pagesFile    = "pages"
	manifestFile = "manifest"
	receiptFile  = "receipt"
)

// System is a folder. It is safe for concurrent use, also by several processes.
type System struct {
	name  string
	print Print
	files Files
}

// Print makes pages of a document.
type Print func(record.Document) ([]byte, error)

var _ record.Withdrawer = (*System)(nil)

// New makes a destination of a folder, which must exist. With print, notes come as
// PDF, too; letters need it.
func New(name, dir string, print Print) (*System, error) {
	if dir == "" || !filepath.IsAbs(dir) {
		return nil, pipeline.Errorf(pipeline.Invalid, "A folder destination needs the full path of its folder.")
	}
	return &System{name, print, local(dir)}, nil
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

// Prepare implements [record.Preparer].
func (s *System) Prepare(doc record.Document) ([]byte, error) { return Prepare(doc, "", s.print) }

// PrepareWithdrawal implements [record.Withdrawer].
func (s *System) PrepareWithdrawal(doc record.Document, reason string) ([]byte, error) {
	return Prepare(doc, reason, nil)
}

// Prepare writes what Place will hand over: the manifest on one line, the pages as
// long as it says, then the text. With a reason it is a withdrawal.
func Prepare(doc record.Document, withdrawn string, print Print) ([]byte, error) {
	if err := doc.Check(); err != nil {
		return nil, err
	}
	if strings.ContainsFunc(doc.Key, func(r rune) bool { return !strings.ContainsRune(safe, r) }) {
		return nil, pipeline.Errorf(pipeline.Invalid, "The document's number holds characters that cannot be in a file's name; it was not delivered.")
	}
	m, err := record.NewManifest(doc, withdrawn).WithPages(doc, print)
	if err != nil {
		return nil, err
	}
	text := m.Text
	m.Text = ""
	if doc.To != nil {
		text = "" // a letter is read as pages
	}
	var pages []byte
	if m.PDF != nil {
		pages, m.PDF.Data = m.PDF.Data, nil
	}
	line, err := m.JSON()
	return slices.Concat(line, []byte{'\n'}, pages, []byte(text)), err
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
	r, err := Place(s.files, doc.Key, payload)
	if err != nil {
		err = away(err)
	}
	return r, err
}

// away is trouble with the folder, where it is not a sentence yet.
func away(err error) error {
	var e *pipeline.Error
	if errors.As(err, &e) {
		return err
	}
	return pipeline.Wrap(pipeline.Unavailable, err, "The folder of the destination cannot be written. The note will be delivered when it can.")
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

// Place hands over what Prepare wrote under a key, once, whatever was done under it
// before. Any error but one of Kind Invalid is of the files: a second try goes on.
func Place(files Files, key string, payload []byte) (record.Receipt, error) {
	own := path.Join(journal, key)
	kept, err := readReceipt(files, own)
	if errors.Is(err, fs.ErrNotExist) {
		kept, err = ready(files, own, payload)
	}
	if err != nil {
		return record.Receipt{}, err
	}
	if kept.SHA256 != pipeline.TextHash(string(payload)) {
		return record.Receipt{}, pipeline.Errorf(pipeline.Invalid, "Another text was delivered to this folder under the same key. A person must look which is right.")
	}
	name := fileName(key)
	for _, f := range [][2]string{{textFile, name + ".txt"}, {pagesFile, name + ".pdf"}, {manifestFile, name + ".json"}} {
		err := files.Rename(path.Join(own, f[0]), f[1])
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // not there: handed over before
			return record.Receipt{}, err
		}
	}
	return record.Receipt{RecordID: name, At: kept.At}, errors.Join(files.Sync("."), files.Sync(own))
}

// ready completes the files in a folder beside and gives it its name at once.
func ready(files Files, own string, payload []byte) (receipt, error) {
	parts, err := split(payload)
	if err != nil {
		return receipt{}, err
	}
	// The destination itself is not made: where a network folder is not mounted,
	// notes must not vanish below it.
	if err := files.Mkdir(journal); err != nil && !errors.Is(err, fs.ErrExist) {
		return receipt{}, err
	}
	temp := path.Join(journal, "new-"+rand.Text())
	if err := files.Mkdir(temp); err != nil {
		return receipt{}, err
	}
	kept := receipt{SHA256: pipeline.TextHash(string(payload)), At: time.Now().UTC().Truncate(time.Second)}
	if parts[receiptFile], err = json.Marshal(kept); err != nil {
		return receipt{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if err := files.Write(path.Join(temp, name), parts[name]); err != nil {
			discard(files, temp, parts)
			return receipt{}, err
		}
	}
	if err := files.Sync(temp); err != nil {
		return receipt{}, err
	}
	if err := files.Rename(temp, own); err != nil {
		discard(files, temp, parts)
		if earlier, readErr := readReceipt(files, own); readErr == nil { // another process was first
			return earlier, nil
		}
		return receipt{}, err
	}
	return kept, files.Sync(journal)
}

// split gives the files of what was prepared.
func split(payload []byte) (map[string][]byte, error) {
	manifest, rest, _ := bytes.Cut(payload, []byte("\n"))
	var m record.Manifest
	if err := json.Unmarshal(manifest, &m); err != nil || m.PDF != nil && (m.PDF.Bytes < 0 || m.PDF.Bytes > len(rest)) {
		return nil, pipeline.Errorf(pipeline.Internal, "What was prepared for the folder cannot be read.")
	}
	parts := map[string][]byte{manifestFile: manifest}
	if m.PDF != nil {
		parts[pagesFile], rest = rest[:m.PDF.Bytes], rest[m.PDF.Bytes:]
	}
	if len(rest) > 0 {
		parts[textFile] = rest
	}
	return parts, nil
}

// discard clears away what was completed in vain; what is left does no harm.
func discard(files Files, temp string, parts map[string][]byte) {
	for name := range parts {
		_ = files.Remove(path.Join(temp, name))
	}
	_ = files.Remove(temp)
}

func readReceipt(files Files, own string) (r receipt, err error) {
	b, err := files.Read(path.Join(own, receiptFile))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(b, &r)
}
