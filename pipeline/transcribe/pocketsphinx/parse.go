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

// parse reads the program's output. duration bounds all times: the last frames
// may reach past the end of the sound.
func parse(r io.Reader, duration time.Duration) (transcribe.Transcript, error) {
	p := parser{lastMS: duration.Milliseconds()}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		p.line(lines.Text())
	}
	p.close()
	weigh(p.heard)
	return p.heard, lines.Err()
}

// parser builds utterances from lines. Text and word lines share the output:
// an utterance is its text, then <s>, words and fillers, then </s>.
type parser struct {
	lastMS int64
	heard  transcribe.Transcript
	now    *transcribe.Utterance
}

func (p *parser) line(s string) {
	token, start, end, conf, ok := wordLine(s)
	if !ok { // the text of the next utterance; the word lines say it again with times
		p.close()
		return
	}
	if token == "<s>" {
		p.close()
	}
	start = p.bound(start)
	end = max(start, p.bound(end+frameMS))
	if p.now == nil {
		p.now = &transcribe.Utterance{StartMS: start}
	}
	p.now.EndMS = max(end, p.now.EndMS)
	if text := spoken(token); text != "" {
		p.now.Words = append(p.now.Words, untie(transcript.Word{Text: text, StartMS: start, EndMS: end, Confidence: &conf})...)
	}
	if token == "</s>" {
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
func wordLine(s string) (token string, startMS, endMS int64, conf float64, ok bool) {
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
func spoken(token string) string {
	switch {
	case strings.HasPrefix(token, "<"), strings.HasPrefix(token, "["), strings.HasPrefix(token, "++"):
		return ""
	}
	if i := strings.LastIndexByte(token, '('); i > 0 && strings.HasSuffix(token, ")") {
		if _, err := strconv.Atoi(token[i+1 : len(token)-1]); err == nil {
			return token[:i]
		}
	}
	return token
}
