package spoken

import "strings"

// Letters gives spelled letters their points where a text has them bare: "the c
// t at six a m" → "the c. t. at six a. m.". "a" and "i" are words but in a known
// abbreviation, "o" after a number is "oh", and a short word without vowels is
// spelled: "cc". words are not changed.
func Letters(words []string) []string {
	out := make([]string, 0, len(words))
	for i := 0; i < len(words); {
		n := 0
		for i+n < len(words) && len(words[i+n]) == 1 && letters(words[i+n]) == 1 {
			n++
		}
		if n == 0 {
			out = append(out, unread(words[i])...)
			i++
			continue
		}
		out = append(out, letterRun(out, words[i:i+n])...)
		i += n
	}
	return out
}

// unread spells a short word that cannot be read: "cc".
func unread(word string) []string {
	if n := len(word); n > 1 && n <= longestAcronym && letters(word) == n && !strings.ContainsAny(word, "aeiouy") {
		return spelled(word)
	}
	return []string{word}
}

// letterRun gives points to letters that follow one another.
func letterRun(before, run []string) []string {
	var out []string
	if run[0] == "o" && len(before) > 0 && isNumber(before[len(before)-1]) {
		out, run = append(out, "oh"), run[1:]
	}
	for len(run) > 0 && (run[0] == "a" || run[0] == "i") && !known(run) {
		out, run = append(out, run[0]), run[1:]
	}
	for _, r := range run {
		out = append(out, r+".")
	}
	return out
}

// known reports whether letters, or the first of them, are an abbreviation.
func known(run []string) bool {
	for n := 2; n <= len(run); n++ {
		if word := strings.Join(run[:n], ""); asLetters[word] || word == "am" || word == "ab" {
			return true
		}
	}
	return false
}

var numberNames = func() map[string]bool {
	names := map[string]bool{"hundred": true, "thousand": true, "point": true}
	for _, list := range [][]string{ones, tens} {
		for _, w := range list {
			names[w] = true
		}
	}
	return names
}()

func isNumber(word string) bool { return numberNames[word] }
