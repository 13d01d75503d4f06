package pocketsphinx

import (
	"bufio"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline/transcribe"
	"dictation/transcript"
)

// maxLine bounds a line of output. Utterances are cut at pauses; speech without
// one for minutes still fits.
const maxLine = 1 << 20

// frameMS is the length of a frame; the program gives the last frame of a word
// by its start.
const frameMS = 10

// token is what the program says it heard: a word, or several tied together, or
// a filler, of which no words are made.
type token struct {
	name       string // with its pronunciation number: "and(2)"
	startFrame int64
	frames     int64
	words      int // that were made of it
	posterior  float64
}

func (t token) place() place { return place{t.name, t.startFrame} }

// parse reads the program's output: what was heard, with posteriors for
// confidences, and the tokens this is made of. duration bounds all times: the
// last frames may reach past the end of the sound.
func parse(r io.Reader, duration time.Duration) (transcribe.Transcript, []token, error) {
	p := parser{lastMS: duration.Milliseconds()}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		p.line(lines.Text())
	}
	p.close()
	return p.heard, p.tokens, lines.Err()
}

// parser builds utterances from lines. Text and word lines share the output:
// an utterance is its text, then <s>, words and fillers, then </s>.
type parser struct {
	lastMS int64
	heard  transcribe.Transcript
	tokens []token
	now    *transcribe.Utterance
}

func (p *parser) line(s string) {
	name, start, end, conf, ok := wordLine(s)
	if !ok { // the text of the next utterance; the word lines say it again with times
		p.close()
		return
	}
	if name == "<s>" {
		p.close()
	}
	heard := token{name: name, startFrame: start / frameMS, frames: max(0, end-start)/frameMS + 1, posterior: conf}
	start = p.bound(start)
	end = max(start, p.bound(end+frameMS))
	if p.now == nil {
		p.now = &transcribe.Utterance{StartMS: start}
	}
	p.now.EndMS = max(end, p.now.EndMS)
	if text := spoken(name); text != "" {
		words := untie(transcript.Word{Text: text, StartMS: start, EndMS: end, Confidence: &conf})
		heard.words = len(words)
		p.now.Words = append(p.now.Words, words...)
	}
	p.tokens = append(p.tokens, heard)
	if name == "</s>" {
		p.close()
	}
}

// close ends the utterance; one of fillers only is no utterance.
func (p *parser) close() {
	if p.now != nil && len(p.now.Words) > 0 {
		p.heard.Utterances = append(p.heard.Utterances, *p.now)
	}
	p.now = nil
}

func (p *parser) bound(ms int64) int64 { return min(max(ms, 0), p.lastMS) }

// wordLine reads "word start end confidence", times in seconds.
func wordLine(s string) (name string, startMS, endMS int64, conf float64, ok bool) {
	f := strings.Fields(s)
	if len(f) != 4 {
		return "", 0, 0, 0, false
	}
	var n [3]float64
	for i := range n {
		v, err := strconv.ParseFloat(f[i+1], 64)
		if err != nil || math.IsNaN(v) || math.Abs(v) > math.MaxInt32 {
			return "", 0, 0, 0, false
		}
		n[i] = v
	}
	// The posterior is rounded in the log domain and may exceed 1 by a little.
	return f[0], millis(n[0]), millis(n[1]), min(max(n[2], 0), 1), true
}

// tie joins words that the model hears as one, such as "new_paragraph".
const tie = '_'

// untie gives the words of a tied one. Where one ends and the next begins is
// known by their lengths only; such words are short commands.
func untie(w transcript.Word) []transcript.Word {
	parts := strings.FieldsFunc(w.Text, func(r rune) bool { return r == tie })
	if len(parts) < 2 {
		return []transcript.Word{w}
	}
	words := make([]transcript.Word, len(parts))
	letters, before := int64(len(strings.Join(parts, ""))), int64(0)
	for i, part := range parts {
		words[i] = w
		words[i].Text = part
		words[i].StartMS = w.StartMS + (w.EndMS-w.StartMS)*before/letters
		before += int64(len(part))
		words[i].EndMS = w.StartMS + (w.EndMS-w.StartMS)*before/letters
	}
	return words
}

func millis(seconds float64) int64 { return int64(math.Round(seconds * 1000)) }

// spoken gives the word of a token without its pronunciation number, or "" for
// silence, noise and sentence marks.
func spoken(name string) string {
	switch {
	case strings.HasPrefix(name, "<"), strings.HasPrefix(name, "["), strings.HasPrefix(name, "++"):
		return ""
	}
	if i := strings.LastIndexByte(name, '('); i > 0 && strings.HasSuffix(name, ")") {
		if _, err := strconv.Atoi(name[i+1 : len(name)-1]); err == nil {
			return name[:i]
		}
	}
	return name
}
