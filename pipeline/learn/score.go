package learn

import (
	"strings"

	"dictation/transcript"
)

// Score is how well words were heard.
type Score struct {
	transcript.Errors
	Numbers, NumbersWrong   int // number words of the reference
	Commands, CommandsWrong int // words of spoken commands in the reference; "um" is none
}

// Add sums scores.
func (s Score) Add(o Score) Score {
	return Score{
		Errors:  s.Errors.Add(o.Errors),
		Numbers: s.Numbers + o.Numbers, NumbersWrong: s.NumbersWrong + o.NumbersWrong,
		Commands: s.Commands + o.Commands, CommandsWrong: s.CommandsWrong + o.CommandsWrong,
	}
}

// Compare scores what was heard against what was said, both in spoken words.
func Compare(said, heard string) Score {
	a, b := transcript.Normalise(said), transcript.Normalise(heard)
	s := Score{Errors: transcript.WER(said, heard)}
	right := Matched(a, b)
	command := commandWords(a)
	for i, w := range a {
		switch {
		case numberWords[w]:
			s.Numbers++
			s.NumbersWrong += wrong(right[i])
		case command[i]:
			s.Commands++
			s.CommandsWrong += wrong(right[i])
		}
	}
	return s
}

func wrong(at int) int {
	if at < 0 {
		return 1
	}
	return 0
}

// Matched aligns two lists of words with the fewest changes and gives for each
// of said the place of the same word in heard, or -1.
func Matched(said, heard []string) []int {
	width := len(heard) + 1
	cost := make([]int32, (len(said)+1)*width)
	for j := range width {
		cost[j] = int32(j)
	}
	for i := range said {
		row, above := cost[(i+1)*width:(i+2)*width], cost[i*width:(i+1)*width]
		row[0] = int32(i + 1)
		for j := range heard {
			change := above[j] + 1
			if said[i] == heard[j] {
				change = above[j]
			}
			row[j+1] = min(change, above[j+1]+1, row[j]+1)
		}
	}
	at := make([]int, len(said))
	i, j := len(said), len(heard)
	for i > 0 {
		here := cost[i*width+j]
		switch {
		case j > 0 && said[i-1] == heard[j-1] && here == cost[(i-1)*width+j-1]:
			i, j = i-1, j-1
			at[i] = j
		case j > 0 && here == cost[(i-1)*width+j-1]+1:
			i, j = i-1, j-1
			at[i] = -1
		case here == cost[(i-1)*width+j]+1:
			i--
			at[i] = -1
		default:
			j--
		}
	}
	return at
}

// commandWords marks the words that belong to a spoken command.
func commandWords(words []string) []bool {
	of := make([]bool, len(words))
	for i := range words {
		for _, c := range transcript.EnglishCommands() {
			name := c.Say
			parts := strings.Fields(name)
			if c.Does == transcript.Hesitation {
				continue
			}
			if i+len(parts) > len(words) || strings.Join(words[i:i+len(parts)], " ") != name {
				continue
			}
			for k := range parts {
				of[i+k] = true
			}
		}
	}
	return of
}

var numberWords = func() map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen " +
		"sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million point oh " +
		"first second third fourth fifth sixth seventh eighth ninth tenth half quarter") {
		set[w] = true
	}
	return set
}()
