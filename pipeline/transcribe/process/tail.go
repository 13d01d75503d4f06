package process

import (
	"fmt"
	"strings"
)

// tailSize bounds what is kept of the program's log: hours of audio write
// megabytes, and only the end tells why it stopped.
const tailSize = 8 << 10

// tail is a writer that keeps the last bytes.
type tail struct {
	kept    []byte
	written int64
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	t.written += int64(n)
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

// cause picks the last lines that tell of trouble with the program. No other is
// told, since it may hold what was dictated; nor is any where all may.
func (t *tail) cause(private bool) string {
	var trouble []string
	for l := range strings.FieldsFuncSeq(string(t.kept), func(r rune) bool { return r == '\n' || r == '\r' }) {
		if strings.HasPrefix(l, "FATAL") || strings.HasPrefix(l, "ERROR") {
			trouble = append(trouble, l)
		}
	}
	switch {
	case t.written == 0:
		return "nothing in its log"
	case private || len(trouble) == 0:
		return fmt.Sprintf("%d bytes in its log", t.written)
	}
	return strings.Join(trouble[max(0, len(trouble)-causeLines):], " | ")
}
