package ngram

// Words that every model has. [Begin] is never predicted; [Unknown] stands for
// every word outside the vocabulary.
const (
	Begin   = "<s>"
	End     = "</s>"
	Unknown = "<UNK>"
)

// id numbers a word; 21 bits, so that three fit a key.
type id uint32

const (
	begin id = iota
	end
	unknown
)

const idBits = 21

// maxWords bounds the vocabulary.
const maxWords = 1 << idBits

// key is an n-gram of up to three words, the last in the lowest bits. The
// leading zeros of a shorter one are [Begin]'s number, so keys of different
// orders are kept in different maps.
type key uint64

func pair(a, b id) key      { return key(a)<<idBits | key(b) }
func triple(a, b, c id) key { return key(a)<<(2*idBits) | pair(b, c) }

func (k key) last() id     { return id(k & (maxWords - 1)) }
func (k key) history() key { return k >> idBits }
func (k key) suffix() key  { return k & (1<<(2*idBits) - 1) } // of a triple: its last two

// Counter counts the words of sentences. It is not safe for concurrent use.
type Counter struct {
	words []string
	index map[string]id
	seen  []uint32 // how often each word was seen
	text  []id     // sentences one after another, each ended by end
	total int
}

// NewCounter gives an empty counter.
func NewCounter() *Counter {
	c := &Counter{index: make(map[string]id)}
	for _, w := range []string{Begin, End, Unknown} {
		c.number(w)
	}
	return c
}

func (c *Counter) number(word string) id {
	n, ok := c.index[word]
	switch {
	case ok:
		return n
	case len(c.words) == maxWords:
		return unknown
	}
	n = id(len(c.words))
	c.words = append(c.words, word)
	c.seen = append(c.seen, 0)
	c.index[word] = n
	return n
}

// Add counts a sentence. Marks of sentences inside it are passed over. An empty
// one counts for nothing.
func (c *Counter) Add(sentence []string) {
	n := len(c.text)
	for _, w := range sentence {
		if w == "" || w == Begin || w == End {
			continue
		}
		k := c.number(w)
		c.seen[k]++
		c.text = append(c.text, k)
	}
	if len(c.text) > n {
		c.total += len(c.text) - n
		c.text = append(c.text, end)
	}
}

// Words is how many words were counted, sentence marks aside.
func (c *Counter) Words() int { return c.total }

// Vocabulary tells how often each word was seen.
func (c *Counter) Vocabulary() map[string]int {
	seen := make(map[string]int, len(c.words))
	for i, w := range c.words[unknown+1:] {
		seen[w] = int(c.seen[int(unknown)+1+i])
	}
	return seen
}

// counts is how often the n-grams of each order occur.
type counts struct {
	bi, tri map[key]uint32
}

// count gives the n-grams of the text with its words numbered anew.
func (c *Counter) count(renumber []id) counts {
	n := counts{bi: make(map[key]uint32, len(c.text)/4), tri: make(map[key]uint32, len(c.text)/2)}
	a, b := begin, begin
	for _, old := range c.text {
		w := renumber[old]
		n.bi[pair(b, w)]++
		if b != begin { // a sentence's first word has a history of one
			n.tri[triple(a, b, w)]++
		}
		a, b = b, w
		if w == end {
			a, b = begin, begin
		}
	}
	return n
}

// continuations replaces bigram counts by how many words come before each
// bigram. Nothing comes before the start of a sentence: there the counts stay.
func (n counts) continuations() map[key]uint32 {
	bi := make(map[key]uint32, len(n.bi))
	for k := range n.tri {
		bi[k.suffix()]++
	}
	for k, c := range n.bi {
		if id(k.history()) == begin {
			bi[k] = c
		}
	}
	return bi
}

// predecessors counts the different words before each word.
func (n counts) predecessors() map[key]uint32 {
	uni := make(map[key]uint32)
	for k := range n.bi {
		uni[key(k.last())]++
	}
	return uni
}
