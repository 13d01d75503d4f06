package transcript

import (
	"bytes"
	_ "embed" // the German table
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

// maxTable is the most that is read of a table of commands, in bytes.
const maxTable = 1 << 20

//go:embed commands_de.json
var germanTable []byte

// GermanCommands is the table for German dictation; use it with
// [NewCommandFormatter]. A site may add to a copy.
func GermanCommands() []Command {
	table, err := ParseCommands(bytes.NewReader(germanTable))
	if err != nil { // a test reads it
		panic(err)
	}
	return table
}

// ParseCommands reads a site's table of commands, a JSON array of objects:
//
//	[
//	  {"say": "new paragraph", "write": "\n\n", "left": true, "right": true, "ends": true},
//	  {"say": "exam normal", "write": "Examination is unremarkable.", "ends": true},
//	  {"say": "period", "write": ".", "left": true, "ends": true,
//	   "noun": true, "not_after": ["menstrual"], "not_before": ["of"]},
//	  {"say": "scratch that", "scratch": true},
//	  {"say": "next patient", "does": "next patient", "apart": true}
//	]
//
// The names are those of [Command] in lower case, the values of "does" those of
// [Action]. "say" is in lower case with one space between words, and stands
// once in a table. An error names the entry and what is wrong with it.
func ParseCommands(r io.Reader) ([]Command, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxTable+1))
	if err != nil {
		return nil, fmt.Errorf("the table of commands could not be read: %w", err)
	}
	if len(raw) > maxTable {
		return nil, fmt.Errorf("the table of commands is longer than %d bytes", maxTable)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var table []Command
	if err := dec.Decode(&table); err != nil {
		return nil, fmt.Errorf("the table of commands is not as it should be, in line %d: %w", line(raw, dec.InputOffset(), err), err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the table of commands goes on after its end, in line %d", line(raw, dec.InputOffset(), nil))
	}
	said := map[string]bool{}
	for i, c := range table {
		if wrong := c.wrong(); wrong != "" {
			return nil, fmt.Errorf("entry %d of the table of commands (%q): %s", i+1, c.Say, wrong)
		}
		if said[c.Say] {
			return nil, fmt.Errorf("entry %d of the table of commands: %q is there already", i+1, c.Say)
		}
		said[c.Say] = true
	}
	return table, nil
}

// line gives the line of a place in a table, of the error's where it has one.
func line(raw []byte, offset int64, err error) int {
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		offset = syntax.Offset
	}
	if kind := (*json.UnmarshalTypeError)(nil); errors.As(err, &kind) {
		offset = kind.Offset
	}
	return 1 + bytes.Count(raw[:min(max(0, offset), int64(len(raw)))], []byte("\n"))
}

// wrong says what is wrong with a command.
func (c Command) wrong() string {
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' }
	switch {
	case c.Say == "":
		return `"say" is empty`
	case c.Say != strings.ToLower(strings.Join(strings.Fields(c.Say), " ")):
		return `"say" must be in lower case, with one space between words`
	case c.Does != "" && !slices.Contains(actions, c.Does):
		return fmt.Sprintf("nothing is known that does %q", c.Does)
	case c.Write == "" && c.Does == "" && !c.Scratch:
		return `it does nothing: one of "write", "does" and "scratch" is needed`
	case c.Scratch && (c.Write != "" || c.Does != ""), c.Write != "" && c.Does != "":
		return `only one of "write", "does" and "scratch" is possible`
	case strings.ContainsFunc(c.Write, control):
		return `"write" has a control character`
	}
	return ""
}
