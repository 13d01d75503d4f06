package pocketsphinx

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// score is what the program logs of a token besides its posterior.
type score struct {
	acoustic float64 // log likelihood below the best sound of each frame, of all frames, in units of 1.0001
	language float64 // log probability by the language model, in units of 1.0001 to the 1024
	order    int     // words of the language model's longest match that ends here: 1 to 3
}

// place names a token: at one time one token begins.
type place struct {
	name       string
	startFrame int64
}

// maxLogLine is more than a line of scores has; longer ones tell other things.
const maxLogLine = 512

// scoreLog is a writer that picks the tables of scores from the program's log,
// which has a line for each token: name, first and last frame, posterior,
// acoustic and language score, order. The zero value is ready.
type scoreLog struct {
	scores map[place]score
	line   []byte
	long   bool // the line goes on past maxLogLine
}

// Write implements io.Writer.
func (l *scoreLog) Write(p []byte) (int, error) {
	n := len(p)
	for {
		part, rest, ended := bytes.Cut(p, []byte{'\n'})
		if len(l.line)+len(part) > maxLogLine {
			l.long = true
		}
		if !l.long {
			l.line = append(l.line, part...)
		}
		if !ended {
			return n, nil
		}
		if !l.long {
			l.read(string(l.line))
		}
		l.line, l.long, p = l.line[:0], false, rest
	}
}

// read takes a line if it is one of a table.
func (l *scoreLog) read(line string) {
	f := strings.Fields(line)
	if len(f) != 7 {
		return
	}
	var v [6]float64
	for i := range v {
		n, err := strconv.ParseFloat(f[i+1], 64)
		if err != nil || math.IsNaN(n) || math.Abs(n) > math.MaxInt32 {
			return
		}
		v[i] = n
	}
	if l.scores == nil {
		l.scores = make(map[place]score)
	}
	l.scores[place{f[0], int64(v[0])}] = score{acoustic: v[3], language: v[4], order: int(v[5])}
}
