package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"strings"

	"golang.org/x/text/language"

	"dictation/pipeline"
)

// Every sentence of the pages stands in the code in English, and that sentence is
// its key: a catalogue, messages/de.json, says it in another language. What page
// scripts say stands in a file of its own, messages/de.script.json, which is sent
// to them; what errors say stands in messages/de.errors.json. A sentence that a
// catalogue lacks is said in English.
//
//go:embed messages/*.json
var catalogues embed.FS

// speech is a language as pages speak it.
type speech struct {
	Tag    string            // BCP 47, for the lang attribute
	Own    string            // the language's name in itself
	said   map[string]string // English sentence → sentence; none for English
	script map[string]string // of said, what page scripts say
}

// speeches are the languages of the pages; English comes first.
type speeches struct {
	all   []*speech
	match language.Matcher
}

// loadSpeeches reads the catalogues.
func loadSpeeches(from fs.FS) (*speeches, error) {
	s := &speeches{all: []*speech{{Tag: "en", Own: "English"}, {Tag: "de", Own: "Deutsch"}}}
	tags := make([]language.Tag, len(s.all))
	for i, sp := range s.all {
		tags[i] = language.Make(sp.Tag)
		if i == 0 {
			continue
		}
		if err := readMessages(from, sp.Tag+".json", &sp.said); err != nil {
			return nil, err
		}
		if err := readMessages(from, sp.Tag+".script.json", &sp.script); err != nil {
			return nil, err
		}
		maps.Copy(sp.said, sp.script)
		if err := readMessages(from, sp.Tag+".errors.json", &sp.said); err != nil { // into the same map
			return nil, err
		}
	}
	s.match = language.NewMatcher(tags)
	return s, nil
}

func readMessages(from fs.FS, name string, into *map[string]string) error {
	b, err := fs.ReadFile(from, path.Join("messages", name))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("messages/%s: %w", name, err)
	}
	return nil
}

// of is the language of a request: what the account asks for, then what the
// browser does.
func (s *speeches) of(r *http.Request) *speech {
	own := userOf(r).Language
	for _, sp := range s.all {
		if sp.Tag == own {
			return sp
		}
	}
	_, i := language.MatchStrings(s.match, r.Header.Get("Accept-Language"))
	return s.all[i]
}

// speech is the language that a request is answered in.
func (s *Server) speech(r *http.Request) *speech { return s.pages.speeches.of(r) }

// t says a sentence; values go where its fmt verbs are. A translation may name
// them by number, as %[2]s.
func (sp *speech) t(key string, values ...any) string {
	s := key
	if other, ok := sp.said[key]; ok {
		s = other
	}
	if len(values) == 0 {
		return s
	}
	return fmt.Sprintf(s, values...)
}

// sentence is what a person is told of an error, in the language of his request.
func (s *Server) sentence(r *http.Request, err error) string {
	return pipeline.SentenceIn(err, s.speech(r).t)
}

// tn says one sentence of one thing and another of many. The number is the first
// value of both; a sentence of one that does not write it has no verb for it.
func (sp *speech) tn(n int, one, many string, values ...any) string {
	key := many
	if n == 1 {
		key = one
	}
	s := sp.t(key)
	if !strings.Contains(s, "%d") && !strings.Contains(s, "%[1]d") {
		if len(values) == 0 {
			return s
		}
		return fmt.Sprintf(s, values...)
	}
	return fmt.Sprintf(s, append([]any{n}, values...)...)
}

// msg marks a sentence that is said later, by a variable. It changes nothing.
func msg(key string) string { return key }

// source is what gives page scripts their sentences; empty for English.
func (sp *speech) source() ([]byte, error) {
	if sp.script == nil {
		return nil, nil
	}
	b, err := json.Marshal(sp.script)
	return append([]byte("globalThis.dictationMessages="), b...), err
}
