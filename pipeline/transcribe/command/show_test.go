package command_test

import (
	"fmt"
	"strings"

	"dictation/pipeline/transcribe"
)

// show writes words as "text start-end", with ~ before what was worked out and
// the confidence behind.
func show(t transcribe.Transcript) string {
	var list []string
	for _, w := range t.Words() {
		s := fmt.Sprintf("%s %d-%d", w.Text, w.StartMS, w.EndMS)
		if w.Estimated {
			s = "~" + s
		}
		if w.Confidence != nil {
			s += fmt.Sprintf(" (%v)", *w.Confidence)
		}
		list = append(list, s)
	}
	return strings.Join(list, ", ")
}

func text(t transcribe.Transcript) string {
	var list []string
	for _, w := range t.Words() {
		list = append(list, w.Text)
	}
	return strings.Join(list, " ")
}
