package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"

	"dictation/pipeline/learn"
	"dictation/pipeline/transcribe"
	"dictation/transcript"
)

// heardSet is what was heard in some recordings.
type heardSet struct {
	score      learn.Score
	written    transcript.Errors // by its words, see transcript.WrittenWords
	literal    transcript.Errors // by every difference, as of "b.i.d." and "bid"
	confidence []judged
	starts     []float64 // ms a word was put from where it began
	processor  float64   // seconds
	seconds    float64   // of sound
}

// judged is a heard word's confidence and whether it was right.
type judged struct {
	confidence float64
	right      bool
}

func (h *heardSet) hear(ctx context.Context, e transcribe.Engine, path string, s recording, stderr io.Writer) error {
	audio, err := transcribe.OpenAudio(path)
	if err != nil {
		return err
	}
	before := childTime()
	heard, err := e.Transcribe(ctx, audio, transcribe.Hints{})
	if err != nil {
		return err
	}
	h.processor += (childTime() - before).Seconds()
	h.seconds += audio.Duration.Seconds()
	words := heard.Words()
	score := learn.Compare(s.Spoken, textOf(words))
	h.score = h.score.Add(score)
	text := transcript.Format(words).Text
	h.written = h.written.Add(transcript.WrittenWER(s.Written, text))
	h.literal = h.literal.Add(transcript.WER(s.Written, text))
	h.judge(s, words)
	fmt.Fprintf(stderr, "%s  %-16s %.3f\n", s.ID, s.Voice, score.Rate())
	return nil
}

func textOf(words []transcript.Word) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.Text
	}
	return strings.Join(list, " ")
}

// judge compares words one by one: which were right, and when the first of each
// phrase began.
func (h *heardSet) judge(s recording, words []transcript.Word) {
	var heard []string
	var of []int // the word each scored one is part of
	for i, w := range words {
		for _, n := range transcript.Normalise(w.Text) {
			heard, of = append(heard, n), append(of, i)
		}
	}
	at := learn.Matched(transcript.Normalise(s.Spoken), heard)
	right := make([]bool, len(words))
	for _, j := range at {
		if j >= 0 {
			right[of[j]] = true
		}
	}
	for i, w := range words {
		if w.Confidence != nil {
			h.confidence = append(h.confidence, judged{*w.Confidence, right[i]})
		}
	}
	next := 0
	for _, p := range s.Phrases {
		if next < len(at) && at[next] >= 0 {
			h.starts = append(h.starts, float64(words[of[at[next]]].StartMS)-1000*p.start)
		}
		next += len(transcript.Normalise(p.words))
	}
}

func (h *heardSet) figures(bar float64) []figure {
	wer, written := h.score.Rate(), h.written.Rate()
	list := []figure{{Name: "word error rate, spoken form", Value: wer}}
	numbers := figure{Name: "number words wrong", Value: share(h.score.NumbersWrong, h.score.Numbers)}
	commands := figure{Name: "spoken commands wrong", Value: share(h.score.CommandsWrong, h.score.Commands)}
	auc := figure{Name: "confidence AUC", Value: areaUnderCurve(h.confidence)}
	form := figure{Name: "word error rate, written form", Value: written}
	if !math.IsInf(bar, 1) {
		list[0] = aim(list[0].Name, wer, "", fmt.Sprintf("≤ %.2f", bar), wer <= bar)
		numbers = aim(numbers.Name, numbers.Value, "", "≤ 0.05", numbers.Value <= 0.05)
		commands = aim(commands.Name, commands.Value, "", "≤ 0.02", commands.Value <= 0.02)
		auc = aim(auc.Name, auc.Value, "", "≥ 0.90", auc.Value >= 0.90)
		form = aim(form.Name, written, "", "≤ spoken form + 0.03", written <= wer+0.03)
	}
	literal := figure{Name: "written form, with differences in spelling", Value: h.literal.Rate()}
	list = append(list, form, literal, numbers, commands, auc)
	if len(h.starts) > 0 {
		late := make([]float64, len(h.starts))
		for i, d := range h.starts {
			late[i] = math.Abs(d)
		}
		list = append(list,
			figure{Name: "word start, median", Value: median(h.starts), Unit: "ms"},
			figure{Name: "word start, off by, 90 %", Value: quantile(late, 0.9), Unit: "ms"})
	}
	return append(list, figure{Name: "processor time", Value: h.processor / max(1, h.seconds), Unit: "s for each second of sound"})
}

func share(n, of int) float64 { return float64(n) / float64(max(1, of)) }

// areaUnderCurve is how often a right word has a higher confidence than a wrong
// one; equal ones count half.
func areaUnderCurve(list []judged) float64 {
	right, wrong, wins := 0, 0, 0.0
	for _, a := range list {
		if !a.right {
			wrong++
			continue
		}
		right++
		for _, b := range list {
			switch {
			case b.right:
			case a.confidence > b.confidence:
				wins++
			case a.confidence == b.confidence:
				wins += 0.5
			}
		}
	}
	return wins / float64(max(1, right*wrong))
}
