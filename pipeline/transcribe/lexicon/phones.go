package lexicon

import (
	"strings"
)

// cmu is the phone set, without stress.
var cmu = func() map[string]bool {
	set := map[string]bool{}
	for _, p := range strings.Fields("AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH") {
		set[p] = true
	}
	return set
}()

// ipa gives the phones of the signs that espeak-ng writes for American English.
// Of signs that begin alike the longer stands first.
var ipa = []struct{ sign, phones string }{
	{"aɪ", "AY"}, {"aʊ", "AW"}, {"eɪ", "EY"}, {"oʊ", "OW"}, {"ɔɪ", "OY"}, {"tʃ", "CH"}, {"dʒ", "JH"},
	{"ɑː", "AA"}, {"iː", "IY"}, {"uː", "UW"}, {"ɔː", "AO"}, {"oː", "AO"}, {"ɜː", "ER"}, {"n̩", "AH N"}, {"l̩", "AH L"},
	{"ɪ", "IH"}, {"ᵻ", "IH"}, {"i", "IY"}, {"ɛ", "EH"}, {"e", "EH"}, {"æ", "AE"}, {"a", "AA"}, {"ɑ", "AA"}, {"ɒ", "AA"},
	{"ɔ", "AO"}, {"o", "OW"}, {"ʊ", "UH"}, {"u", "UW"}, {"ʌ", "AH"}, {"ə", "AH"}, {"ɐ", "AH"}, {"ɚ", "ER"}, {"ɜ", "ER"},
	{"b", "B"}, {"d", "D"}, {"ð", "DH"}, {"f", "F"}, {"ɡ", "G"}, {"g", "G"}, {"h", "HH"}, {"j", "Y"}, {"k", "K"}, {"x", "K"},
	{"l", "L"}, {"ɫ", "L"}, {"m", "M"}, {"n", "N"}, {"ŋ", "NG"}, {"p", "P"}, {"ɹ", "R"}, {"r", "R"}, {"s", "S"}, {"ʃ", "SH"},
	{"t", "T"}, {"ɾ", "T"}, {"ʔ", "T"}, {"θ", "TH"}, {"v", "V"}, {"w", "W"}, {"z", "Z"}, {"ʒ", "ZH"},
}

// unsaid are signs of stress, length and ties.
var unsaid = strings.NewReplacer("ˈ", "", "ˌ", "", "͡", "", "\u200d", "", "-", "", " ", "", "_", "")

// fromIPA gives the phones of a word, or "" where a sign is strange.
func fromIPA(word string) Phones {
	var phones []string
	rest := unsaid.Replace(word)
next:
	for rest != "" {
		for _, s := range ipa {
			if after, ok := strings.CutPrefix(rest, s.sign); ok {
				phones = append(phones, s.phones)
				rest = after
				continue next
			}
		}
		if after, ok := strings.CutPrefix(rest, "ː"); ok { // a length we do not tell apart
			rest = after
			continue
		}
		return ""
	}
	return Phones(strings.Join(phones, " "))
}

// fromFlite gives the phones of a word: flite's are the CMU ones in small
// letters, with digits for stress and "ax" for an unstressed AH.
func fromFlite(word string) Phones {
	var phones []string
	for p := range strings.FieldsSeq(word) {
		p = strings.ToUpper(strings.TrimRight(p, "012"))
		if p == "AX" {
			p = "AH"
		}
		if !cmu[p] {
			return ""
		}
		phones = append(phones, p)
	}
	return Phones(strings.Join(phones, " "))
}
