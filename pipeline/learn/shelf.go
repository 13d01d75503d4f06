package learn

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe/lexicon"
)

// Shelf is a folder of models, one below it for each version, and which of
// them is in use. Processes may share one: every change is a file replaced.
type Shelf struct{ dir string }

// NewShelf is the shelf in a folder, which need not be there yet.
func NewShelf(dir string) *Shelf { return &Shelf{dir} }

// Dir is where new models are built.
func (s *Shelf) Dir() string { return s.dir }

const inUseFile = "in-use.json"

// inUse is the versions that were in use, the latest last. What was used before
// is what rolling back goes to.
type inUse struct {
	Versions []string `json:"versions"`
}

// maxHistory is how far back one can roll.
const maxHistory = 20

func (s *Shelf) inUse() (inUse, error) {
	var u inUse
	b, err := os.ReadFile(filepath.Join(s.dir, inUseFile))
	if errors.Is(err, fs.ErrNotExist) {
		return u, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &u)
	}
	if err != nil {
		return u, pipeline.Wrap(pipeline.Internal, err, "It cannot be read which speech model is in use (%s in %s). Choose one with: dictation model use VERSION", inUseFile, s.dir)
	}
	return u, nil
}

func (s *Shelf) setInUse(u inUse) error {
	u.Versions = u.Versions[max(0, len(u.Versions)-maxHistory):]
	b, err := json.Marshal(u)
	if err != nil {
		return err
	}
	// A name of its own: two processes may do this at a time, the later one wins.
	f, err := os.CreateTemp(s.dir, ".in-use-")
	if err != nil {
		return err
	}
	temp := f.Name()
	if err := f.Close(); err != nil {
		return err
	}
	if err := errors.Join(os.Remove(temp), writeFile(temp, func(w io.Writer) error { _, err := w.Write(append(b, '\n')); return err })); err != nil {
		return err
	}
	return errors.Join(os.Rename(temp, filepath.Join(s.dir, inUseFile)), syncDir(s.dir))
}

// Current is the model in use; false where there is none yet.
func (s *Shelf) Current() (Model, bool, error) {
	u, err := s.inUse()
	if err != nil || len(u.Versions) == 0 {
		return Model{}, false, err
	}
	m, err := s.Open(u.Versions[len(u.Versions)-1])
	if pipeline.KindOf(err) == pipeline.NotFound {
		return Model{}, false, nil
	}
	return m, err == nil, err
}

// Open finds a version by its name.
func (s *Shelf) Open(version string) (Model, error) {
	if version == "" || strings.HasPrefix(version, ".") || filepath.Base(version) != version {
		return Model{}, pipeline.Errorf(pipeline.Invalid, "%q is no version of the speech model; dictation model list shows them.", version)
	}
	return readManifest(filepath.Join(s.dir, version))
}

// List gives all models, the newest first.
func (s *Shelf) List() ([]Model, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, pipeline.Wrap(pipeline.Unavailable, err, "The folder %s of the speech models cannot be read.", s.dir)
	}
	var models []Model
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if m, err := readManifest(filepath.Join(s.dir, e.Name())); err == nil {
			models = append(models, m)
		}
	}
	slices.SortFunc(models, func(a, b Model) int { return b.Made.Compare(a.Made) })
	return models, nil
}

// Use puts a version to use: recordings that begin from now on are recognised
// with it.
func (s *Shelf) Use(version string) error {
	if _, err := s.Open(version); err != nil {
		return err
	}
	u, err := s.inUse()
	if err != nil {
		u = inUse{} // this is how a damaged file is put right
	}
	if n := len(u.Versions); n > 0 && u.Versions[n-1] == version {
		return nil
	}
	return s.setInUse(inUse{append(u.Versions, version)})
}

// Rollback goes back to the version used before.
func (s *Shelf) Rollback() (Model, error) {
	u, err := s.inUse()
	if err != nil {
		return Model{}, err
	}
	for n := len(u.Versions) - 1; n > 0; n-- {
		if m, err := s.Open(u.Versions[n-1]); err == nil {
			return m, s.setInUse(inUse{u.Versions[:n]})
		}
	}
	return Model{}, pipeline.Errorf(pipeline.Conflict, "There is no older version of the speech model to go back to.")
}

// Ensure gives the model in use. Where there is none, or only one made of
// another base and nothing learned, it first builds one of the base, and says so
// through say.
func (s *Shelf) Ensure(ctx context.Context, base Texts, lx *lexicon.Lexicon, now time.Time, say func(string)) (Model, error) {
	m, ok, err := s.Current()
	if err != nil {
		return Model{}, err
	}
	if ok && (m.Notes > 0 || m.Base == base.BaseName) {
		return m, nil
	}
	say("Making the medical speech model; this takes some seconds, once.")
	m, err = Build(ctx, Texts{Base: base.Base, BaseName: base.BaseName}, lx, s.dir, now)
	if err != nil {
		return Model{}, err
	}
	return m, s.Use(m.Version)
}
