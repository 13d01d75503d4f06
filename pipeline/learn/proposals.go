package learn

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"dictation/pipeline"
)

// pairsFile keeps what was heard and signed as something else, beside the models.
const pairsFile = "pairs.json"

// SavePairs keeps pairs, in place of those kept before, to be proposed in drafts.
func (s *Shelf) SavePairs(pairs []Pair) (err error) {
	b, err := json.Marshal(pairs)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, ".pairs-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(s.dir, pairsFile))
}

// Pairs reads the pairs that were kept last; none is no error.
func (s *Shelf) Pairs() (pairs []Pair, err error) {
	b, err := os.ReadFile(filepath.Join(s.dir, pairsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &pairs)
	}
	return pairs, pipeline.Wrap(pipeline.Internal, err, "What was learned about corrections cannot be read (%s). \"dictation learn\" makes it again.", pairsFile)
}
