package lexicon

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// reader is a program that reads words aloud in phones.
type reader struct {
	name    string
	program string
	batch   int // words at a time
	// command gives arguments and input for some words; phones gives the sounds
	// of each from the output, "" where there are none that we know.
	command func(words []string) (args []string, input string)
	phones  func(output string) []Phones
}

// Limits of one run of a program.
const (
	maxOutput = 4 << 20
	maxTime   = 2 * time.Minute
)

// read gives the phones of each word.
func (r reader) read(ctx context.Context, words []string) ([]Phones, error) {
	all := make([]Phones, 0, len(words))
	for some := range slices.Chunk(words, r.batch) {
		output, err := r.run(ctx, some)
		if err != nil {
			return nil, err
		}
		said := r.phones(output)
		if len(said) != len(some) {
			return nil, fmt.Errorf("%s read %d of %d words", r.name, len(said), len(some))
		}
		all = append(all, said...)
	}
	return all, nil
}

func (r reader) run(ctx context.Context, words []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	args, input := r.command(words)
	cmd := exec.CommandContext(ctx, r.program, args...)
	cmd.Env = []string{"LC_ALL=C.UTF-8"}
	cmd.Stdin = strings.NewReader(input)
	out := &bounded{stop: cancel}
	cmd.Stdout = out
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w", r.name, err)
	}
	return out.kept.String(), nil
}

// bounded keeps output up to a limit and then stops the program.
type bounded struct {
	kept bytes.Buffer
	stop func()
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.kept.Len()+len(p) > maxOutput {
		b.stop()
		return 0, fmt.Errorf("more than %d bytes of output", maxOutput)
	}
	return b.kept.Write(p)
}

// espeak reads one word a line and writes the International Phonetic Alphabet.
func espeak(program string) reader {
	return reader{
		name: "espeak-ng", program: program, batch: 2000,
		command: func(words []string) ([]string, string) {
			return []string{"-q", "--ipa", "-v", "en-us"}, strings.Join(words, "\n") + "\n"
		},
		phones: func(output string) []Phones {
			var all []Phones
			for line := range strings.Lines(output) {
				all = append(all, fromIPA(strings.TrimSpace(line)))
			}
			return all
		},
	}
}

// flite takes a sentence as an argument and writes its phones; at each comma is
// a pause, "pau".
func flite(program string) reader {
	return reader{
		name: "flite", program: program, batch: 500,
		command: func(words []string) ([]string, string) { return []string{strings.Join(words, ", ")}, "" },
		phones: func(output string) []Phones {
			var all []Phones
			for word := range strings.SplitSeq(strings.TrimSpace(output), "pau") {
				if strings.TrimSpace(word) != "" {
					all = append(all, fromFlite(word))
				}
			}
			return all
		},
	}
}
