package check_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"dictation/transcript"
	"dictation/transcript/check"
)

// evidence is how much is known of a draft besides its text.
type evidence int

const (
	textOnly   evidence = iota
	withSound           // times, confidences, the map of speech
	withSecond          // another recognition too
)

// The sound of a made-up note follows what was measured of the embedded engine:
// of the words it is at least 0.9 sure of 97 in 100 are right, of those below
// 0.3 only 23, area under the curve 0.90. With one word in eight wrong that is:
// right words ≥ 0.9 in 85 of 100, < 0.3 in 1; wrong words ≥ 0.9 in 20, < 0.3 in
// 30. A word that was lost costs its neighbour confidence in half of the cases.
// A second recognition errs independently in 8 of 100 words, 5.5 of 100 numbers
// and 4 of 100 negations, and hears a thing wrong that the first did in 15 of
// 100. Invented text has an engine's usual confidence.
func confidence(r *rand.Rand, right bool) float64 {
	high, low := 0.85, 0.01
	if !right {
		high, low = 0.20, 0.30
	}
	switch v := r.Float64(); {
	case v < high:
		return 0.9 + 0.1*r.Float64()
	case v < high+low:
		return 0.3 * r.Float64()
	}
	return 0.3 + 0.6*r.Float64()
}

// stage is the recording that grows while a note is read aloud.
type stage struct {
	r      *rand.Rand
	at     int64
	speech []check.Span
	words  []transcript.Word // tokens of the text
	spoken []transcript.Word // words as the engine gave them
}

func (s *stage) speak(ms int64) (from, to int64) {
	from, to = s.at, s.at+ms
	s.at = to
	pad := 60 + s.r.Int64N(90)
	if n := len(s.speech); n > 0 && from-pad-s.speech[n-1].EndMS < 250 {
		s.speech[n-1].EndMS = to + pad
	} else {
		s.speech = append(s.speech, check.Span{StartMS: max(0, from-pad), EndMS: to + pad})
	}
	return from, to
}

func (s *stage) jitter() int64 {
	return int64(s.r.NormFloat64() * 40)
}

func (s *stage) token(text string, conf float64, lost int64) {
	if lost > 0 {
		s.speak(lost)
	}
	from, to := s.speak(length(text))
	w := transcript.Word{Text: text, StartMS: max(0, from-lost+s.jitter()), EndMS: to + s.jitter(), Confidence: &conf}
	w.EndMS = max(w.EndMS, w.StartMS+30)
	s.words = append(s.words, w)
	s.spoken = append(s.spoken, w)
}

// length is how long a token takes to say.
func length(text string) (ms int64) {
	ms = 90
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			ms += 190
		case unicode.IsLetter(r):
			ms += 55
		}
	}
	return ms
}

// command speaks a mark or line break, which leaves no token.
func (s *stage) command(words string, pause int64) {
	for w := range strings.FieldsSeq(words) {
		c := confidence(s.r, true)
		from, to := s.speak(length(w))
		s.spoken = append(s.spoken, transcript.Word{Text: w, StartMS: from, EndMS: to, Confidence: &c})
	}
	s.at += pause
}

// perform gives a note its sound.
func (n *madeNote) perform(seed uint64, class string, ev evidence) {
	r := rand.New(rand.NewPCG(seed, 99))
	if class == plantInvented {
		n.invent(r)
	}
	if ev == textOnly {
		return
	}
	s := &stage{r: r, at: 400}
	tokens := transcript.Tokens(n.text)
	for i := 0; i < len(tokens); i++ {
		if class == plantInvented && tokens[i].Offset >= n.from && tokens[i].Offset < n.to {
			j := i
			for j < len(tokens) && tokens[j].Offset < n.to {
				j++
			}
			s.invented(tokens[i:j])
			i = j - 1
			continue
		}
		n.tokenSound(s, tokens[i], class)
		gap := "\n"
		if i+1 < len(tokens) {
			gap = n.text[tokens[i].Offset+len(tokens[i].Text) : tokens[i+1].Offset]
		}
		s.between(tokens[i].Text, gap)
	}
	n.in.Words, n.in.Spoken, n.in.Speech = s.words, s.spoken, s.speech
	n.in.DurationMS = s.at + 800
	if ev == withSecond {
		n.in.Second = n.secondText(r, class)
	}
}

func (n *madeNote) tokenSound(s *stage, t transcript.Token, class string) {
	right, lost := true, int64(0)
	end := t.Offset + len(t.Text)
	switch {
	case class == "" || !n.heard || class == plantInvented:
	case n.from == n.to && t.Offset == n.from: // the word after one that was lost
		right, lost = s.r.Float64() < 0.5, 200
	case t.Offset < n.to && end > n.from:
		right = false
	}
	s.token(t.Text, confidence(s.r, right), lost)
}

// between speaks the marks after a token, and pauses.
func (s *stage) between(text, gap string) {
	pause := 200 + s.r.Int64N(500)
	switch {
	case strings.Contains(gap, "\n"):
		s.command("period new paragraph", pause+s.r.Int64N(900))
	case strings.HasSuffix(text, ".") && len(text) > 5:
		s.command("period", pause)
	case strings.HasSuffix(text, ",") && s.r.Float64() < 0.5:
		s.command("comma", pause/2)
	case s.r.Float64() < 0.015: // "uh"
		s.speak(200 + s.r.Int64N(300))
		s.at += 100
	case s.r.Float64() < 0.05:
		s.at += pause
	}
}

var inventions = []string{
	"The patient also has a history of coronary artery disease.", "He was advised to stop all medications immediately.",
	"There is a small mass in the upper lobe.", "She was given two units of packed red blood cells.",
	"The wound was closed in layers and the patient tolerated this well.", "A biopsy was taken and sent to pathology.",
	"We will continue to monitor the situation closely and report back.", "The family was informed of the poor prognosis.",
	"The patient was transferred to the intensive care unit for further observation.", "Thank you for watching.",
	"An echocardiogram showed a reduced ejection fraction.", "I will see you in the next video, thanks for watching.",
}

// invent puts a sentence into the text that nobody said, or a loop.
func (n *madeNote) invent(r *rand.Rand) {
	var ends []int
	for i := range len(n.text) - 2 {
		if n.text[i:i+2] == ". " && i > 60 && !unicode.IsUpper(rune(n.text[i-1])) && unicode.IsUpper(rune(n.text[i+2])) && n.text[i-2] != '.' &&
			!strings.HasSuffix(n.text[:i], "Mr") && !strings.HasSuffix(n.text[:i], "Mrs") && !strings.HasSuffix(n.text[:i], "Ms") && !strings.HasSuffix(n.text[:i], "Dr") {
			ends = append(ends, i+2)
		}
	}
	at := len(n.text)
	what := inventions[r.IntN(len(inventions))]
	if len(ends) > 0 && r.Float64() < 0.85 {
		at = ends[r.IntN(len(ends))]
	} else {
		n.text += " "
		at++
	}
	if r.Float64() < 0.13 { // a loop
		loop := strings.Join(strings.Fields(what)[:3+r.IntN(3)], " ")
		what = strings.TrimSpace(strings.Repeat(strings.ToLower(loop)+" ", 4+r.IntN(4))) + "."
	}
	n.text = n.text[:at] + what + " " + n.text[at:]
	n.from, n.to, n.heard = at, at+len(what), true
	n.in.Text = n.text
}

// invented gives words that nobody said their times: in a pause, which one time
// in ten is partly taken for speech, or squeezed between two sentences.
func (s *stage) invented(tokens []transcript.Token) {
	loop := tokens[0].Text == tokens[3%len(tokens)].Text || len(tokens) > 14
	if r := s.r.Float64(); r < 0.2 && !loop {
		each := 40 + s.r.Int64N(60)
		for _, t := range tokens {
			s.add(t.Text, each)
		}
		return
	}
	s.at += 300
	begin := s.at
	each := 250 + s.r.Int64N(200)
	for _, t := range tokens {
		s.add(t.Text, each)
	}
	if s.r.Float64() < 0.1 { // a cough, a page overhead
		s.speech = append(s.speech, check.Span{StartMS: begin, EndMS: begin + (s.at-begin)*4/10})
	}
	s.at += 300
}

func (s *stage) add(text string, ms int64) {
	c := confidence(s.r, s.r.Float64() < 0.7)
	w := transcript.Word{Text: text, StartMS: s.at, EndMS: s.at + ms, Confidence: &c}
	s.at += ms
	s.words = append(s.words, w)
	s.spoken = append(s.spoken, w)
}

// secondText is what another engine makes of the same sound.
func (n *madeNote) secondText(r *rand.Rand, class string) string {
	var b strings.Builder
	agrees := r.Float64() < 0.15
	for _, p := range n.pieces {
		switch {
		case !p.planted:
			b.WriteString(p.right)
		case p.heard && !agrees:
			b.WriteString(p.right)
		default:
			b.WriteString(p.wrong)
		}
	}
	if class == plantInvented && agrees {
		return n.text
	}
	return misheard(r, b.String())
}

var strayWords = strings.Fields("the and of was with in to a patient is for on this at by noted seen then also all some per more")

// stray is a word that an engine puts in: "no" about as often as notes have it.
func stray(r *rand.Rand) string {
	if r.Float64() < 0.015 {
		return "no"
	}
	return strayWords[r.IntN(len(strayWords))]
}

// misheard makes the errors of a second engine.
func misheard(r *rand.Rand, text string) string {
	var out []string
	for _, t := range transcript.Tokens(text) {
		word := strings.ToLower(strings.Trim(t.Text, ".,:;"))
		number := strings.ContainsAny(word, "0123456789") || slices.Contains(small, word) || slices.Contains(tens, word)
		negates := slices.Contains([]string{"no", "not", "denies", "without", "negative"}, word)
		v := r.Float64()
		switch {
		case number && v < 0.055:
			out = append(out, strconv.Itoa(r.IntN(200)))
		case negates && v < 0.04:
		case !number && !negates && v < 0.03:
		case !number && !negates && v < 0.07:
			out = append(out, stray(r))
		case v < 0.08:
			out = append(out, t.Text, stray(r))
		default:
			out = append(out, t.Text)
		}
	}
	return strings.Join(out, " ")
}
