package spelling

import (
	"strings"
	"unicode"
)

// Checked reports whether a word is one that lists are asked for: numbers, units,
// blanks, single letters and abbreviations in capitals are not.
func Checked(word string) bool {
	word = strings.Trim(word, "'’")
	letters, capitals := 0, 0
	small := false // a small letter came
	for _, r := range word {
		switch {
		case unicode.IsUpper(r):
			if small {
				return false // pH, mEq, mmHg
			}
			letters++
			capitals++
		case unicode.IsLetter(r):
			small = true
			letters++
		case unicode.IsMark(r) || r == '\'' || r == '’':
		default:
			return false
		}
	}
	if letters < 2 {
		return false
	}
	// Abbreviations may have a plural: ECGs, ECG's.
	if capitals == letters || capitals >= 2 && capitals == letters-1 && strings.HasSuffix(word, "s") {
		return false
	}
	return !units[Fold(word)]
}

// units stand behind figures; dictionaries of English lack most of them.
var units = func() map[string]bool {
	set := map[string]bool{}
	for _, u := range strings.Fields(`mg mcg ug ng pg kg lb lbs oz ml dl cl cc mm cm km nm um hg mmhg cmh meq mmol umol nmol pmol mol mosm
		iu miu hr hrs min mins sec secs ms wk wks mo mos yr yrs bpm hz khz mhz kcal kj kpa kv mv ma gy cgy mgy sv msv fr ga dpt db
		po bid tid qid qd qod qhs qam qpm prn hs ac pc im iv sc sq sl pr pv stat od os ou gtt gtts ad lib vs etc eg ie et al approx`) {
		set[u] = true
	}
	return set
}()

// Words gives the words of a text that lists are asked for.
func Words(text string) []string {
	var out []string
	for token := range strings.FieldsSeq(text) {
		token = strings.TrimFunc(token, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if strings.ContainsFunc(token, func(r rune) bool { return unicode.IsDigit(r) || strings.ContainsRune("._@\\", r) }) {
			continue // 5mg, b.i.d., an address
		}
		for _, w := range strings.FieldsFunc(token, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\'' && r != '’'
		}) {
			if Checked(w) {
				out = append(out, w)
			}
		}
	}
	return out
}
