package openai

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"os"
	"strings"
	"unicode/utf8"

	"dictation/pipeline"
	"dictation/pipeline/transcribe"
)

// wish is how much the server is asked for.
type wish int32

// From most to least.
const (
	wordsAndSegments wish = iota
	segmentsOnly
	textOnly
)

// less gives the smaller wish after a server's refusal, where the wish was the
// reason: once without words, then without verbose_json.
func (w wish) less(err error) (wish, bool) {
	r, ok := asRefusal(err)
	switch {
	case !ok || w == textOnly:
		return w, false
	case r.names("response_format", "verbose_json"):
		return textOnly, true
	case r.names("granularit", "timestamp"):
		return w + 1, true
	}
	return w, false
}

// promptBytes bounds the prompt. Whisper looks at 224 tokens and forgets the
// beginning of a longer one.
const promptBytes = 600

// formBytes is more than a form is long beside its file.
const formBytes = 4 << 10

// form is a multipart form whose file is read while it is sent.
type form struct {
	io.Reader
	file        *os.File
	contentType string
	length      int64
}

// Close implements io.Closer.
func (f *form) Close() error { return f.file.Close() }

// form makes the request's body: what goes before the file, the file, the end.
// So its length is known before, and servers that want one get it.
func (e *Engine) form(a transcribe.Audio, h transcribe.Hints, w wish) (_ *form, err error) {
	file, err := os.Open(a.Path)
	if err != nil {
		return nil, pipeline.Wrap(pipeline.Internal, err, "The sound prepared for recognition could not be opened. The recording is kept.")
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return nil, pipeline.Wrap(pipeline.Internal, err, "The sound prepared for recognition could not be measured. The recording is kept.")
	}
	var head bytes.Buffer
	m := multipart.NewWriter(&head)
	for _, f := range e.fields(h, w) {
		if err := m.WriteField(f[0], f[1]); err != nil {
			return nil, err
		}
	}
	// Servers tell the format by the name.
	if _, err := m.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="dictation.wav"`},
		"Content-Type":        {"audio/wav"},
	}); err != nil {
		return nil, err
	}
	tail := fmt.Sprintf("\r\n--%s--\r\n", m.Boundary())
	return &form{
		Reader:      io.MultiReader(&head, io.LimitReader(file, info.Size()), strings.NewReader(tail)),
		file:        file,
		contentType: m.FormDataContentType(),
		length:      int64(head.Len()) + info.Size() + int64(len(tail)),
	}, nil
}

// fields are the form's, but for the file.
func (e *Engine) fields(h transcribe.Hints, w wish) [][2]string {
	fields := [][2]string{{"temperature", "0"}}
	add := func(name, value string) {
		if value != "" {
			fields = append(fields, [2]string{name, value})
		}
	}
	add("model", e.cfg.Model)
	language, _, _ := strings.Cut(h.Language, "-")
	add("language", strings.ToLower(language))
	if !e.cfg.NoHints {
		add("prompt", prompt(h))
	}
	if w == textOnly {
		add("response_format", "json")
	} else {
		add("response_format", "verbose_json")
	}
	switch {
	case e.cfg.Server == WhisperCPP:
		// Otherwise it runs the whole language detection beside.
		add("no_language_probabilities", "true")
	case w == wordsAndSegments:
		add("timestamp_granularities[]", "word")
		add("timestamp_granularities[]", "segment")
	case w == segmentsOnly:
		add("timestamp_granularities[]", "segment")
	}
	return fields
}

// prompt is the hints as text: the vocabulary, then what the text looks like,
// nearest to where the engine begins to write. What is too long loses its
// beginning, at a word.
func prompt(h transcribe.Hints) string {
	text := strings.Join(h.Vocabulary, ", ")
	if text != "" && h.Prompt != "" {
		text += ". "
	}
	text = strings.ToValidUTF8(text+h.Prompt, "")
	if len(text) <= promptBytes {
		return text
	}
	text = text[len(text)-promptBytes:]
	for !utf8.RuneStart(text[0]) {
		text = text[1:]
	}
	if _, rest, ok := strings.Cut(text, " "); ok {
		return rest
	}
	return text
}
