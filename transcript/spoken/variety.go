package spoken

import (
	"hash/fnv"
	"math/rand/v2"
)

// variety makes the choices in which people differ. Its source is the text
// itself, so that the same text is spoken the same way.
type variety struct{ *rand.Rand }

func varietyOf(text string) variety {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // never fails
	return variety{rand.New(rand.NewPCG(h.Sum64(), 0))}
}

// chance is true in percent cases of a hundred.
func (v variety) chance(percent int) bool { return v.IntN(100) < percent }

func (v variety) either(percent int, first, second string) string {
	if v.chance(percent) {
		return first
	}
	return second
}
