package audio

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// MaxReport bounds the JSON of a [Report] in bytes: a day in which somebody
// speaks and rests twice a second stays below it.
const MaxReport = 32 << 20

// ReadReport reads the JSON object that a Report was stored as; fields it does
// not know are left out. It reads MaxReport bytes at most.
func ReadReport(r io.Reader) (Report, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxReport+1))
	if err == nil && len(b) > MaxReport {
		err = errors.New("it is too long")
	}
	var rep Report
	if err == nil {
		err = json.Unmarshal(b, &rep)
	}
	if err != nil {
		return Report{}, fmt.Errorf("read a report about a recording: %w", err)
	}
	return rep, nil
}
