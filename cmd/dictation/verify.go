package main

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"dictation/pipeline"
)

// sealedNote is a signed note as it leaves the system: GET /api/v1/notes/{id}.
type sealedNote struct {
	Title     string            `json:"title"`
	Text      string            `json:"text"`
	Seal      pipeline.Seal     `json:"seal"`
	PublicKey ed25519.PublicKey `json:"public_key"`
}

func verifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check a signed note without the system",
		Long: `Checks that the text of a note is what was signed, and that the signature fits
the key in the file. FILE is what GET /api/v1/notes/{dictation} gives ("-" reads
the input). The check is only as good as the key: compare its name with the one
your site has published, or give that name with --key.`,
		Args: cobra.ExactArgs(1),
	}
	key := cmd.Flags().String("key", "", "name of the key that must have signed (16 hex digits)")
	audio := cmd.Flags().String("audio", "", "also check that this recording is the one that was signed for")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		b, err := readFile(args[0], cmd.InOrStdin())
		if err != nil {
			return err
		}
		var n sealedNote
		if err := json.Unmarshal(b, &n); err != nil || len(n.PublicKey) != ed25519.PublicKeySize {
			return pipeline.Errorf(pipeline.Invalid, "This is not a signed note: GET /api/v1/notes/{dictation} gives one.")
		}
		if err := n.check(*key, *audio); err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "The note %s is as it was signed by %s (%s) on %s with key %s.\n",
			n.Seal.DocumentNumber, n.Seal.SignerName, n.Seal.Meaning, n.Seal.SignedAt.Local().Format("2006-01-02 15:04:05 MST"), n.Seal.KeyID)
		return err
	}
	return cmd
}

func readFile(name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(name)
}

// check verifies the seal, and key name and recording where they are given.
func (n sealedNote) check(key, audio string) error {
	if err := n.Seal.Verify(n.Text, n.PublicKey); err != nil {
		return err
	}
	if key != "" && key != n.Seal.KeyID {
		return pipeline.Errorf(pipeline.Invalid, "The note was signed with key %s, not with %s.", n.Seal.KeyID, key)
	}
	if audio == "" {
		return nil
	}
	sum, err := fileSHA256(audio)
	if err == nil && sum != n.Seal.AudioSHA256 {
		err = pipeline.Errorf(pipeline.Invalid, "This is not the recording that was signed for: its SHA-256 differs from the seal's.")
	}
	return err
}
