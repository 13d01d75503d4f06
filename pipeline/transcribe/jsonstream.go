package transcribe

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ReadObject reads one JSON object, or null, from dec and calls field with each
// name; field reads the value. With [ReadList] it lets answers of engines be
// read element by element, so that one that runs on is stopped before it fills
// the memory. Errors hold none of the answer: it is what was dictated.
func ReadObject(dec *json.Decoder, field func(name string) error) error {
	some, err := open(dec, '{')
	if err != nil || !some {
		return err
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return broken(err)
		}
		if err := field(name.(string)); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return broken(err)
}

// ReadList reads one JSON array from dec; element reads each of its values.
// given is false for null.
func ReadList(dec *json.Decoder, element func() error) (given bool, err error) {
	given, err = open(dec, '[')
	if err != nil || !given {
		return given, broken(err)
	}
	for dec.More() {
		if err := element(); err != nil {
			return true, err
		}
	}
	_, err = dec.Token()
	return true, broken(err)
}

// ReadValue reads one JSON value from dec into v; nil passes over it.
func ReadValue(dec *json.Decoder, v any) error {
	if v == nil {
		v = &passed{}
	}
	err := dec.Decode(v)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("a %s cannot be read from the answer", wrong.Type)
	}
	return broken(err)
}

// passed is a value that nobody looks at.
type passed struct{}

// UnmarshalJSON implements json.Unmarshaler.
func (passed) UnmarshalJSON([]byte) error { return nil }

// open reads the beginning of an object or array; some is false for null.
func open(dec *json.Decoder, want json.Delim) (some bool, err error) {
	got, err := dec.Token()
	switch {
	case err != nil:
		return false, err
	case got == nil:
		return false, nil
	case got != want:
		return false, fmt.Errorf("no %s where the answer must have one", map[json.Delim]string{'{': "object", '[': "list"}[want])
	}
	return true, nil
}

// broken is the error of an answer that ends inside a value.
func broken(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
