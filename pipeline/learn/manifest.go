package learn

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"dictation/pipeline"
)

// The files of a model.
const (
	languageModel = "lm.arpa"
	compactModel  = "lm.bin" // the same, loaded in a tenth of the time; where the tool for it is installed
	dictionary    = "words.dict"
	manifestFile  = "manifest.json"
)

// Model is a version in its folder.
type Model struct {
	Manifest
	Dir string
}

// LanguageModel is the path of the language model.
func (m Model) LanguageModel() string {
	name := languageModel
	if _, ok := m.Files[compactModel]; ok {
		name = compactModel
	}
	return filepath.Join(m.Dir, name)
}

// Dictionary is the path of the pronunciations.
func (m Model) Dictionary() string { return filepath.Join(m.Dir, dictionary) }

// Manifest says what a model is made of and how good it was found.
type Manifest struct {
	Version string    `json:"version"` // day and part of the files' hash: "2026-11-23-3fa9c1b2"
	Made    time.Time `json:"made"`

	Base      string  `json:"base"` // name of the text shipped with the program; empty: none
	BaseWords int     `json:"base_words"`
	Notes     int     `json:"notes"` // signed notes
	NoteWords int     `json:"note_words"`
	NoteShare float64 `json:"note_share"` // of the notes in every probability, 0 to 1

	Vocabulary int     `json:"vocabulary"`
	Bigrams    int     `json:"bigrams"`
	Trigrams   int     `json:"trigrams"`
	Perplexity float64 `json:"perplexity"` // on text held back: how many words it hesitates between
	Strange    float64 `json:"strange"`    // share of that text's words it does not know

	Read    int      `json:"read"`    // words whose sound a program worked out
	Unheard int      `json:"unheard"` // words left out, as nobody knows how they sound
	Readers []string `json:"readers"` // these programs

	Trial *Trial            `json:"trial,omitempty"`
	Files map[string]string `json:"files"` // name → SHA-256, hex
}

// readManifest reads the manifest of a folder and checks that its files are
// there.
func readManifest(dir string) (Model, error) {
	b, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return Model{}, pipeline.Wrap(pipeline.NotFound, err, "There is no speech model in %s.", dir)
	}
	m := Model{Dir: dir}
	if err := json.Unmarshal(b, &m.Manifest); err != nil {
		return Model{}, pipeline.Wrap(pipeline.Internal, err, "The description of the speech model in %s is damaged; build it again.", dir)
	}
	for name := range m.Files {
		if _, err := os.Stat(filepath.Join(dir, filepath.Base(name))); err != nil {
			return Model{}, pipeline.Wrap(pipeline.Internal, err, "The speech model in %s is not whole; build it again.", dir)
		}
	}
	return m, nil
}

func writeManifest(dir string, m Manifest) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, manifestFile), func(w io.Writer) error {
		_, err := w.Write(append(b, '\n'))
		return err
	})
}

// writeFile writes a file that is not there yet, down to the disk.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		_ = f.Close()
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// record writes a manifest anew, with what a trial found.
func record(m Model) error {
	temp, err := os.MkdirTemp(m.Dir, ".manifest-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if err := writeManifest(temp, m.Manifest); err != nil {
		return err
	}
	return os.Rename(filepath.Join(temp, manifestFile), filepath.Join(m.Dir, manifestFile))
}
