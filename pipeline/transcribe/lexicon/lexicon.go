package lexicon

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"dictation/pipeline"
)

// Config says where things are. Its zero value is Debian's packages.
type Config struct {
	Dictionary string // CMU format; default the one of pocketsphinx-en-us
	Espeak     string // program; default "espeak-ng"
	Flite      string // program; default "t2p"
}

const packaged = "/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict"

// Lexicon knows how words sound. It is safe for concurrent use.
type Lexicon struct {
	known   map[string][]Phones
	readers []reader
}

// Phones is one way to say a word: "K AE T".
type Phones string

// Open reads the dictionary and looks for the programs. Without either program
// the lexicon works, and words outside the dictionary stay unknown; Readers
// tells.
func Open(c Config) (*Lexicon, error) {
	or := func(s *string, def string) {
		if *s == "" {
			*s = def
		}
	}
	or(&c.Dictionary, packaged)
	or(&c.Espeak, "espeak-ng")
	or(&c.Flite, "t2p")
	f, err := os.Open(c.Dictionary)
	if err != nil {
		return nil, pipeline.Wrap(pipeline.Unavailable, err, "There is no pronouncing dictionary at %s. %s", c.Dictionary, howToInstall("pocketsphinx-en-us"))
	}
	known, err := readDictionary(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, pipeline.Wrap(pipeline.Unavailable, err, "The pronouncing dictionary %s cannot be read.", c.Dictionary)
	}
	l := &Lexicon{known: known}
	for _, r := range []reader{espeak(c.Espeak), flite(c.Flite)} {
		if _, err := exec.LookPath(r.program); err == nil {
			l.readers = append(l.readers, r)
		}
	}
	return l, nil
}

func howToInstall(packages string) string {
	if runtime.GOOS == "linux" {
		return "Install it with: sudo apt-get install " + packages
	}
	return "Install it with: brew install espeak-ng flite"
}

// Readers names the programs found that read words which the dictionary lacks.
func (l *Lexicon) Readers() []string {
	names := make([]string, len(l.readers))
	for i, r := range l.readers {
		names[i] = r.name
	}
	return names
}

// Check says in a sentence what is missing for words outside the dictionary;
// nil when at least one program is there.
func (l *Lexicon) Check() error {
	if len(l.readers) > 0 {
		return nil
	}
	return pipeline.Errorf(pipeline.Unavailable, "Neither espeak-ng nor flite is installed, so words outside the pronouncing dictionary cannot be recognised. %s", howToInstall("espeak-ng flite"))
}

// Has reports whether the dictionary itself has a word.
func (l *Lexicon) Has(word string) bool { return len(l.known[word]) > 0 }

// Words gives the words of the dictionary, in no order.
func (l *Lexicon) Words() iter.Seq[string] { return maps.Keys(l.known) }

// Found is what is known of the sounds of words.
type Found struct {
	Ways    map[string][]Phones // of each word, the likeliest first
	Read    int                 // how many were read by the programs
	Unknown []string            // nobody knows how they sound
}

// Pronounce finds how words sound. Its error means that a program failed; what
// is only unknown is in Found.
func (l *Lexicon) Pronounce(ctx context.Context, words []string) (Found, error) {
	f := Found{Ways: make(map[string][]Phones, len(words))}
	var strange, long []string
	for _, w := range words {
		ways := l.lookUp(w)
		switch {
		case len(ways) == 0 && readable(w):
			strange = append(strange, w)
		case len(w) >= longWord && readable(w):
			long = append(long, w)
		}
		if len(ways) > 0 {
			f.Ways[w] = slices.Clone(ways)
		}
	}
	if err := l.read(ctx, l.readers, strange, f.Ways); err != nil {
		return f, err
	}
	if err := l.read(ctx, l.fastest(), long, f.Ways); err != nil {
		return f, err
	}
	vary(f.Ways)
	l.tied(words, f.Ways)
	for _, w := range words {
		if len(f.Ways[w]) == 0 {
			f.Unknown = append(f.Unknown, w)
		}
	}
	for _, w := range strange {
		if len(f.Ways[w]) > 0 {
			f.Read++
		}
	}
	return f, nil
}

// lookUp finds a word in the dictionary, or a genitive by its word.
func (l *Lexicon) lookUp(word string) []Phones {
	if ways := l.known[word]; len(ways) > 0 {
		return ways
	}
	base, ok := strings.CutSuffix(word, "'s")
	if !ok {
		return nil
	}
	var ways []Phones
	for _, p := range l.known[base] {
		ways = append(ways, p+Phones(genitive(string(p))))
	}
	return ways
}

// genitive is the sound of 's after phones.
func genitive(phones string) string {
	switch phones[strings.LastIndexByte(phones, ' ')+1:] {
	case "S", "Z", "SH", "ZH", "CH", "JH":
		return " IH Z"
	case "P", "T", "K", "F", "TH":
		return " S"
	}
	return " Z"
}

// fastest is the reader that also reads words which the dictionary has: there
// are many, and flite is five times as fast.
func (l *Lexicon) fastest() []reader {
	return l.readers[max(0, len(l.readers)-1):]
}

func (l *Lexicon) read(ctx context.Context, readers []reader, words []string, ways map[string][]Phones) error {
	if len(words) == 0 {
		return nil
	}
	for _, r := range readers {
		said, err := r.read(ctx, words)
		if err != nil {
			return pipeline.Wrap(pipeline.Unavailable, err, "The program %s, which tells how words sound, stopped with an error.", r.program)
		}
		for i, p := range said {
			if p != "" && !slices.Contains(ways[words[i]], p) {
				ways[words[i]] = append(ways[words[i]], p)
			}
		}
	}
	return nil
}

// longWord is from how many letters a word gets a second reading beside the
// dictionary's, which knows one of several for most long words.
const longWord = 6

// longest word that is read; longer ones are no words.
const longest = 40

// readable reports whether a word is letters, with apostrophes inside.
func readable(word string) bool {
	if len(word) < 2 || len(word) > longest || strings.Trim(word, "'") != word {
		return false
	}
	for _, r := range word {
		if (r < 'a' || r > 'z') && r != '\'' {
			return false
		}
	}
	return true
}

// readDictionary reads lines "word phones", where "word(2)" is another way.
func readDictionary(r io.Reader) (map[string][]Phones, error) {
	known := make(map[string][]Phones, 140_000)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		word, phones, ok := strings.Cut(lines.Text(), " ")
		if !ok || strings.HasPrefix(word, ";;;") {
			continue
		}
		if i := strings.IndexByte(word, '('); i > 0 {
			word = word[:i]
		}
		// Fields also drops a carriage return and doubled spaces.
		if phones := strings.Join(strings.Fields(phones), " "); phones != "" {
			known[word] = append(known[word], Phones(phones))
		}
	}
	return known, lines.Err()
}

// Write writes words as a dictionary that pocketsphinx reads, in order.
func Write(w io.Writer, ways map[string][]Phones) error {
	out := bufio.NewWriter(w)
	words := make([]string, 0, len(ways))
	for word := range ways {
		words = append(words, word)
	}
	slices.Sort(words)
	for _, word := range words {
		for i, p := range ways[word] {
			_, _ = out.WriteString(word)
			if i > 0 {
				_, _ = out.WriteString("(" + string(rune('1'+i)) + ")")
			}
			_, _ = out.WriteString(" " + string(p) + "\n")
		}
	}
	return out.Flush() // holds the first error
}
