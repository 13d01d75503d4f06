package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"dictation/pipeline"
)

func verifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check a signed note without the system",
		Long: `Checks that the text of a note is what was signed, that every signature fits the
key in the file, that later notes refer to it, and that nothing else in the file
was changed. FILE is the sealed note that the pages offer, GET
/api/v1/notes/{dictation}/sealed, or GET /api/v1/notes/{dictation}, of which only
text and signatures can be checked ("-" reads the input). The check is only as
good as the key: compare its name with the one your site has published, or give
that name with --key. With --audio the recording is hashed and compared as well.`,
		Args: cobra.ExactArgs(1),
	}
	key := cmd.Flags().String("key", "", "name of the key that must have signed (16 hex digits)")
	audio := cmd.Flags().String("audio", "", "also check that this recording is the one that was signed for")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		b, err := readFile(args[0], cmd.InOrStdin())
		if err != nil {
			return err
		}
		n, whole, err := readSealed(b)
		if err != nil {
			return err
		}
		if err := checkSealed(n, whole, *key, *audio); err != nil {
			return err
		}
		return describeSealed(cmd.OutOrStdout(), n, whole, *audio != "")
	}
	return cmd
}

func readFile(name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(name)
}

// maxSealed bounds the file: a note is text.
const maxSealed = 64 << 20

// readSealed reads a sealed note, or the plain answer of the API, which nothing
// attests as a whole.
func readSealed(b []byte) (n pipeline.SealedNote, whole bool, err error) {
	none := pipeline.Errorf(pipeline.Invalid, "This is not a signed note: GET /api/v1/notes/{dictation}/sealed gives one.")
	if len(b) > maxSealed {
		return n, false, none
	}
	var format struct {
		Format *string `json:"format"`
	}
	if json.Unmarshal(b, &format) != nil {
		return n, false, none
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	// What nobody signed must not stand beside what was signed.
	dec.DisallowUnknownFields()
	if err := dec.Decode(&n); err != nil || dec.More() || len(n.PublicKey) != ed25519.PublicKeySize {
		return n, false, none
	}
	return n, format.Format != nil, nil
}

// checkSealed verifies all signatures, and key name and recording where they are given.
func checkSealed(n pipeline.SealedNote, whole bool, key, audio string) error {
	verify := n.VerifySignatures
	if whole {
		verify = n.Verify
	}
	if err := verify(); err != nil {
		return err
	}
	if key != "" && key != n.Seal.KeyID {
		return pipeline.Errorf(pipeline.Invalid, "The note was signed with key %s, not with %s.", n.Seal.KeyID, key)
	}
	if audio == "" {
		return nil
	}
	if n.Seal.AudioSHA256 == "" {
		return pipeline.Errorf(pipeline.Invalid, "This note was typed: no recording was signed for.")
	}
	sum, err := fileSHA256(audio)
	if err == nil && sum != n.Seal.AudioSHA256 {
		err = pipeline.Errorf(pipeline.Invalid, "This is not the recording that was signed for: its SHA-256 differs from the seal's.")
	}
	return err
}

// describeSealed says who signed what.
func describeSealed(w io.Writer, n pipeline.SealedNote, whole, heard bool) error {
	var b strings.Builder
	signed := func(indent, what string, earlier []pipeline.Seal, last pipeline.Seal) {
		for _, s := range append(earlier[:len(earlier):len(earlier)], last) {
			fmt.Fprintf(&b, "%s%s %s is as it was signed by %s (%s) on %s with key %s.\n", indent, what, s.DocumentNumber,
				s.SignerName, s.Meaning, s.SignedAt.Local().Format("2006-01-02 15:04:05 MST"), s.KeyID)
		}
	}
	signed("", "The note", n.Earlier, n.Seal)
	if s := n.Seal; s.Relation != "" {
		fmt.Fprintf(&b, "It is an %s to %s.\n", s.Relation, s.RefersTo)
	}
	for _, l := range n.Later {
		signed("  ", "The later "+string(l.Seal.Relation), l.Earlier, l.Seal)
	}
	if heard {
		b.WriteString("The recording is the one that was signed for.\n")
	}
	if whole {
		fmt.Fprintf(&b, "Its signature is entry %d of the audit's chain (%s).\n", n.Audit.Pos, n.Audit.Hash)
	} else {
		b.WriteString("Only text and signatures were checked: this is not a sealed note, so nothing vouches for its other fields.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
