package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"dictation/pipeline/transcribe"
)

// said is a word or segment as the program writes it.
type said struct {
	Text       string   `json:"text"`
	Start      *float64 `json:"start"` // seconds
	End        *float64 `json:"end"`
	Confidence *float64 `json:"confidence"`
}

// Limits of an answer.
const (
	answerBytes       = 1 << 20
	answerSecondBytes = 1 << 10
)

// errAnswer is in the chain of what is wrong with an answer.
var errAnswer = errors.New("the program's answer")

var errTooLong = errors.New("it is longer than any transcript")

// parse reads the program's output, which is one object and nothing more.
func parse(r io.Reader, length time.Duration) (transcribe.Answer, error) {
	limited := &io.LimitedReader{R: r, N: answerBytes + int64(length.Seconds()*answerSecondBytes)}
	dec := json.NewDecoder(limited)
	a, err := read(dec, transcribe.MostWords(length))
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = errors.New("there is more than one JSON object")
		}
	}
	if limited.N <= 0 {
		err = errTooLong
	}
	if err != nil {
		return transcribe.Answer{}, fmt.Errorf("%w: %w", errAnswer, err)
	}
	return a, nil
}

// read reads the object element by element, and no more than so many in a list.
func read(dec *json.Decoder, most int) (a transcribe.Answer, err error) {
	given := false
	err = transcribe.ReadObject(dec, func(name string) (err error) {
		some := false
		switch name {
		case "text":
			var text *string
			err = transcribe.ReadValue(dec, &text)
			if some = text != nil; some {
				a.Text = *text
			}
		case "words":
			a.Words, some, err = list(dec, most)
		case "segments":
			a.Segments, some, err = list(dec, most)
		default:
			err = transcribe.ReadValue(dec, nil)
		}
		given = given || some
		return err
	})
	if err == nil && !given {
		err = errors.New("it has neither text nor words")
	}
	return a, err
}

// list reads words or segments; given is false for null.
func list(dec *json.Decoder, most int) (all []transcribe.Said, given bool, err error) {
	given, err = transcribe.ReadList(dec, func() error {
		if most--; most < 0 {
			return errTooLong
		}
		var s said
		if err := transcribe.ReadValue(dec, &s); err != nil {
			return err
		}
		if text := strings.TrimSpace(s.Text); text != "" {
			all = append(all, s.said(text))
		}
		return nil
	})
	return all, given, err
}

func (s said) said(text string) transcribe.Said {
	w := transcribe.Said{Text: text, Start: seconds(s.Start), End: seconds(s.End)}
	if c := s.Confidence; c != nil && *c >= 0 && *c <= 1 {
		w.Confidence = c
	}
	return w
}

// seconds is a time; below zero where there is none that can be one.
func seconds(s *float64) time.Duration {
	const day = 24 * 60 * 60
	if s == nil || *s < 0 || *s > day {
		return -1
	}
	return time.Duration(*s * float64(time.Second)).Round(time.Millisecond)
}
