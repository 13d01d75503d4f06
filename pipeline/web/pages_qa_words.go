package web

import (
	"fmt"
	"html/template"
	"math"
	"strconv"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// qaFuncs are what templates of quality assurance say things with.
func qaFuncs() template.FuncMap {
	return template.FuncMap{
		"markClasses": func() []pipeline.MarkClass { return pipeline.MarkClasses },
		"markTypes":   markTypes,
		"className":   className,
		"markTitle":   func(t pipeline.MarkType) string { return markTitles[t.Key] },
		"points":      points,
		"groupName":   groupName,
		"kindName":    kindName,
		"soundAt":     soundAt,
		"walks":       walks,
		"before":      func(n int) int { return n - 1 },
		"percent":     func(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) },
	}
}

// markTypes are the kinds of error of a class; of all when it is empty.
func markTypes(class pipeline.MarkClass) (out []pipeline.MarkType) {
	for _, t := range pipeline.MarkTypes {
		if class == "" || t.Class == class {
			out = append(out, t)
		}
	}
	return out
}

func className(c pipeline.MarkClass) string {
	switch c {
	case pipeline.CriticalMark:
		return msg("Critical")
	case pipeline.NoncriticalMark:
		return msg("Noncritical")
	}
	return msg("Feedback")
}

// walks says what a command of the keymap does on the pages that go from change
// to change; empty for those it has no use for.
func walks(c pipeline.Command) string {
	switch c {
	case "play":
		return msg("Play, pause")
	case "back":
		return msg("Back")
	case "forward":
		return msg("Forward")
	case "nextBlank":
		return msg("Next change, with its sound")
	case "previousBlank":
		return msg("The change before")
	}
	return ""
}

// groupName is how pages call the lines of the report.
func groupName(by store.QABy) string {
	switch by {
	case store.QAByTypist:
		return msg("Transcriptionist")
	case store.QAByAuthor:
		return msg("Author")
	case store.QAByWorktype:
		return msg("Kind of document")
	}
	return msg("Month")
}

// markTitles are the kinds of error as pages call them, by key.
var markTitles = map[string]string{
	"terminology": msg("Wrong medical word, drug, dose or value"),
	"omission":    msg("Left out or put in: the meaning changes"),
	"identity":    msg("Wrong patient, author or visit"),
	"misspelling": msg("Misspelt"),
	"verbiage":    msg("Not what was said, the meaning stands"),
	"not-flagged": msg("Doubt not flagged"),
	"overflagged": msg("Blank or flag without need"),
	"protocol":    msg("Against the site's instructions"),
	"format":      msg("Wrong format or heading"),
	"grammar":     msg("Grammar"),
	"punctuation": msg("Punctuation or capitals"),
	"style":       msg("Style"),
}

// points writes a score with at most two decimals.
func points(score float64) string {
	return strconv.FormatFloat(math.Round(score*100)/100, 'f', -1, 64)
}
