package process

import "strings"

// tailSize bounds what is kept of the program's log: hours of audio write
// megabytes, and only the end tells why it stopped.
const tailSize = 8 << 10

// tail is a writer that keeps the last bytes.
type tail struct{ kept []byte }

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	if len(p) > tailSize {
		p = p[len(p)-tailSize:]
	}
	if over := len(t.kept) + len(p) - tailSize; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	t.kept = append(t.kept, p...)
	return n, nil
}

// causeLines is how many lines of the log an error carries.
const causeLines = 4

// cause picks the last lines that tell of trouble, or the last lines at all.
func (t *tail) cause() string {
	lines := strings.FieldsFunc(string(t.kept), func(r rune) bool { return r == '\n' || r == '\r' })
	var trouble []string
	for _, l := range lines {
		if strings.HasPrefix(l, "FATAL") || strings.HasPrefix(l, "ERROR") {
			trouble = append(trouble, l)
		}
	}
	if len(trouble) > 0 {
		lines = trouble
	}
	lines = lines[max(0, len(lines)-causeLines):]
	if len(lines) == 0 {
		return "nothing in its log"
	}
	return strings.Join(lines, " | ")
}
