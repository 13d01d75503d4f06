package openai

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline/transcribe"
)

// answer is what the servers send, as far as it is used.
type answer struct {
	Text     *string
	Words    []word
	Segments []segment
}

type segment struct {
	Text       string
	Start, End number
	Words      []word
}

type word struct {
	Word        string `json:"word"`
	Start       number `json:"start"`
	End         number `json:"end"`
	Probability number `json:"probability"`
	Confidence  number `json:"confidence"`
}

// number is a JSON number, or a string that holds one, or nothing of use.
type number struct {
	value float64
	given bool
}

// UnmarshalJSON implements json.Unmarshaler. It never fails: a number that
// cannot be read is one that was not given.
func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.TrimSpace(strings.Trim(string(b), `"`)), 64)
	*n = number{v, err == nil && !math.IsInf(v, 0) && !math.IsNaN(v)}
	return nil
}

// Limits of an answer: beside its words there are tokens and scores.
const (
	answerBytes       = 1 << 20
	answerSecondBytes = 2 << 10
	tokensPerWord     = 4 // for servers whose words are tokens
)

var errTooLong = errors.New("the answer is longer than any transcript")

// readAnswer reads an answer to its end and no farther than a recording of this
// length can need.
func readAnswer(r io.Reader, length time.Duration) (answer, error) {
	limited := &io.LimitedReader{R: r, N: answerBytes + int64(length.Seconds()*answerSecondBytes)}
	reading := reader{Decoder: json.NewDecoder(limited), left: tokensPerWord * transcribe.MostWords(length)}
	a, err := reading.answer()
	switch {
	case limited.N <= 0:
		return a, errTooLong
	case err != nil:
		return a, fmt.Errorf("read the answer: %w", err)
	case a.Text == nil && a.Segments == nil && a.Words == nil:
		return a, errors.New("the answer has neither text nor words")
	}
	return a, nil
}

// reader reads an answer element by element.
type reader struct {
	*json.Decoder
	left int // words and segments that may still come
}

func (r *reader) answer() (a answer, err error) {
	err = transcribe.ReadObject(r.Decoder, func(name string) (err error) {
		switch name {
		case "text":
			return transcribe.ReadValue(r.Decoder, &a.Text)
		case "words":
			a.Words, err = list(r, r.word)
			return err
		case "segments":
			a.Segments, err = list(r, r.segment)
			return err
		}
		return transcribe.ReadValue(r.Decoder, nil)
	})
	return a, err
}

func (r *reader) word() (w word, err error) {
	err = transcribe.ReadValue(r.Decoder, &w)
	return w, err
}

func (r *reader) segment() (s segment, err error) {
	err = transcribe.ReadObject(r.Decoder, func(name string) (err error) {
		switch name {
		case "text":
			return transcribe.ReadValue(r.Decoder, &s.Text)
		case "start":
			return transcribe.ReadValue(r.Decoder, &s.Start)
		case "end":
			return transcribe.ReadValue(r.Decoder, &s.End)
		case "words":
			s.Words, err = list(r, r.word)
			return err
		}
		return transcribe.ReadValue(r.Decoder, nil)
	})
	return s, err
}

// list reads elements as long as there may be more; nil for null.
func list[T any](r *reader, element func() (T, error)) ([]T, error) {
	all := []T{}
	given, err := transcribe.ReadList(r.Decoder, func() error {
		if r.left--; r.left < 0 {
			return errTooLong
		}
		e, err := element()
		all = append(all, e)
		return err
	})
	if !given {
		return nil, err
	}
	return all, err
}

// said turns the answer into what package transcribe makes the best of.
func (a answer) said(length time.Duration) transcribe.Answer {
	unit := a.unit(length)
	var out transcribe.Answer
	if a.Text != nil {
		out.Text = *a.Text
	}
	words := a.Words
	for _, s := range a.Segments {
		out.Segments = append(out.Segments, transcribe.Said{Text: s.Text, Start: s.Start.time(unit), End: s.End.time(unit)})
		if len(a.Words) == 0 {
			words = append(words, s.Words...)
		}
	}
	out.Words = joinTokens(words, unit)
	dropPlaceholders(out.Words)
	return out
}

// unit is what the answer counts time in. It is seconds but for servers that
// write their own clock's ticks: then the times lie far beyond the sound.
func (a answer) unit(length time.Duration) time.Duration {
	last := 0.0
	for _, s := range a.Segments {
		last = max(last, s.End.value)
	}
	for _, w := range a.Words {
		last = max(last, w.End.value)
	}
	const far = 10 // times the sound; a few seconds more for short ones
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if last*unit.Seconds() <= far*(length.Seconds()+3) {
			return unit
		}
	}
	return time.Nanosecond
}

// notGiven stands for a time that was not given.
const notGiven = -1

func (n number) time(unit time.Duration) time.Duration {
	at := n.value * float64(unit)
	if !n.given || n.value < 0 || at > math.MaxInt64/2 {
		return notGiven
	}
	return time.Duration(at).Round(time.Millisecond)
}

// share is a probability, nil where there is none: some servers write -1.
func (n number) share() *float64 {
	if !n.given || n.value < 0 || n.value > 1 {
		return nil
	}
	return &n.value
}

func (w word) said(unit time.Duration) transcribe.Said {
	s := transcribe.Said{Text: w.Word, Start: w.Start.time(unit), End: w.End.time(unit), Confidence: w.Probability.share()}
	if s.Confidence == nil {
		s.Confidence = w.Confidence.share()
	}
	return s
}

// joinTokens makes words of tokens: where any begins with a space, one that
// does not goes on with the word before, also across segments, which some
// servers part in the middle of a word. Where none does, all are words.
func joinTokens(words []word, unit time.Duration) []transcribe.Said {
	tokens := false
	for _, w := range words {
		tokens = tokens || strings.HasPrefix(w.Word, " ")
	}
	var out []transcribe.Said
	for _, w := range words {
		s := w.said(unit)
		text := strings.TrimSpace(s.Text)
		switch {
		case text == "" || special(text):
			continue
		case tokens && !strings.HasPrefix(s.Text, " ") && len(out) > 0:
			last := &out[len(out)-1]
			*last = goOn(*last, s)
			continue
		}
		s.Text = text
		out = append(out, s)
	}
	return out
}

// goOn lengthens a word by a token. A word is as sure as its least sure token.
func goOn(w, token transcribe.Said) transcribe.Said {
	w.Text += strings.TrimRight(token.Text, " \n")
	w.End = token.End
	if w.Confidence == nil || token.Confidence == nil || *token.Confidence < *w.Confidence {
		w.Confidence = token.Confidence
	}
	return w
}

// special reports whether a token is a mark of the model's own: "[_BEG_]",
// "[_TT_150]", "<|endoftext|>".
func special(text string) bool {
	return strings.HasPrefix(text, "[_") && strings.HasSuffix(text, "]") || strings.HasPrefix(text, "<|") && strings.HasSuffix(text, "|>")
}

// dropPlaceholders takes away confidences that are all nought: a server that
// fills in a field is not one that doubts every word.
func dropPlaceholders(words []transcribe.Said) {
	for _, w := range words {
		if w.Confidence != nil && *w.Confidence > 0 {
			return
		}
	}
	for i := range words {
		words[i].Confidence = nil
	}
}
