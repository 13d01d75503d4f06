package learn

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/transcribe/lexicon"
)

// Texts is what a model is made of.
type Texts struct {
	Base     iter.Seq[string] // spoken sentences, a space between words; nil: none
	BaseName string           // what the base is and its version
	Notes    iter.Seq[string] // signed notes as written; nil: none
}

// Build makes a model of texts in a new folder below dir, named by its version.
// The folder appears whole or not at all.
func Build(ctx context.Context, t Texts, lx *lexicon.Lexicon, dir string, now time.Time) (Model, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Model{}, pipeline.Wrap(pipeline.Unavailable, err, "The folder %s for speech models cannot be made.", dir)
	}
	temp, err := os.MkdirTemp(dir, ".building-")
	if err != nil {
		return Model{}, pipeline.Wrap(pipeline.Unavailable, err, "The folder %s for speech models cannot be written to.", dir)
	}
	defer os.RemoveAll(temp)
	m, err := build(ctx, t, lx, temp)
	if err != nil {
		return Model{}, err
	}
	m.Made = now.UTC().Truncate(time.Second)
	m.Version = now.UTC().Format(time.DateOnly) + "-" + m.hash()[:8]
	if err := writeManifest(temp, m); err != nil {
		return Model{}, err
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return Model{}, err
	}
	return place(temp, dir, m)
}

// place gives a finished folder its name. Where one of the same version is
// there, whole, that is it: the same files were made before, or by another
// process meanwhile.
func place(temp, dir string, m Manifest) (Model, error) {
	final := filepath.Join(dir, m.Version)
	err := os.Rename(temp, final)
	if err != nil {
		if old, bad := readManifest(final); bad == nil {
			return old, nil
		}
		err = errors.Join(os.RemoveAll(final), os.Rename(temp, final))
	}
	if err := errors.Join(err, syncDir(dir)); err != nil {
		return Model{}, pipeline.Wrap(pipeline.Unavailable, err, "The new speech model cannot be put into %s.", dir)
	}
	return Model{Manifest: m, Dir: final}, nil
}

// hash is that of all files.
func (m Manifest) hash() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		fmt.Fprintln(h, name, m.Files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func build(ctx context.Context, t Texts, lx *lexicon.Lexicon, dir string) (Manifest, error) {
	read, err := count(ctx, t)
	if err != nil {
		return Manifest{}, err
	}
	found, err := lx.Pronounce(ctx, read.words())
	if err != nil {
		return Manifest{}, err
	}
	lm, m, err := read.estimate(found.Unknown)
	if err != nil {
		return Manifest{}, pipeline.Wrap(pipeline.Invalid, err, "There is no text to make a speech model of.")
	}
	if err := ctx.Err(); err != nil {
		return Manifest{}, err
	}
	for w := range found.Ways {
		if !lm.Has(w) {
			delete(found.Ways, w)
		}
	}
	m.Base, m.Read, m.Unheard, m.Readers = t.BaseName, found.Read, len(found.Unknown), lx.Readers()
	err = errors.Join(
		writeFile(filepath.Join(dir, languageModel), lm.WriteARPA),
		writeFile(filepath.Join(dir, dictionary), func(w io.Writer) error { return lexicon.Write(w, found.Ways) }),
	)
	if err != nil {
		return Manifest{}, err
	}
	compact(ctx, dir)
	m.Files, err = hashes(dir)
	return m, err
}

// compactTime bounds the conversion of the language model.
const compactTime = time.Minute

// compact adds the binary form of the language model, which the engine loads in
// a tenth of the time, if CMU Sphinx's own tool (Debian's sphinxbase-utils) is
// there. Without it the text form does.
func compact(ctx context.Context, dir string) {
	ctx, cancel := context.WithTimeout(ctx, compactTime)
	defer cancel()
	out := filepath.Join(dir, compactModel)
	cmd := exec.CommandContext(ctx, "sphinx_lm_convert", "-i", filepath.Join(dir, languageModel), "-ifmt", "arpa", "-o", out, "-ofmt", "bin")
	cmd.Env = []string{"LC_ALL=C"}
	if err := cmd.Run(); err != nil {
		_ = os.Remove(out) // a half of it is worse than none
		return
	}
	_ = os.Remove(filepath.Join(dir, languageModel)) // five times as large, and needed no more
}

func hashes(dir string) (map[string]string, error) {
	files := map[string]string{}
	for _, name := range []string{languageModel, compactModel, dictionary} {
		f, err := os.Open(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		files[name] = hex.EncodeToString(h.Sum(nil))
	}
	return files, nil
}

// needed are words a model has whatever the text: the commands, the letters,
// the numbers.
func needed(commands []string) []string {
	words := strings.Fields("zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen " +
		"sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million point percent")
	for _, c := range commands {
		words = append(words, strings.Fields(c)...)
	}
	for r := 'a'; r <= 'z'; r++ {
		words = append(words, string(r)+".")
	}
	slices.Sort(words)
	return slices.Compact(words)
}
