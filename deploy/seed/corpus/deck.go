package corpus

import "math/rand/v2"

// deck deals a rule's alternatives like cards: in a shuffled order, each once
// before any comes again. So every entry of a list is used, and soon.
type deck struct {
	order []int
	next  int
	first bool // the first round is still being dealt
}

func newDeck(n int, rng *rand.Rand) *deck {
	return &deck{order: rng.Perm(n), first: true}
}

func (d *deck) deal(rng *rand.Rand) int {
	if d.next == len(d.order) {
		rng.Shuffle(len(d.order), func(i, j int) { d.order[i], d.order[j] = d.order[j], d.order[i] })
		d.next, d.first = 0, false
	}
	d.next++
	return d.order[d.next-1]
}

// peek is the card that deal deals next, in the first round.
func (d *deck) peek() int { return d.order[d.next] }

// left is how many cards have never been dealt.
func (d *deck) left() int {
	if !d.first {
		return 0
	}
	return len(d.order) - d.next
}
