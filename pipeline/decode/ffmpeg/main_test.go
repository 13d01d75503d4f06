package ffmpeg

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	switch {
	case IsChild():
		os.Exit(ChildMain())
	case len(os.Args) == 2 && os.Args[1] == insideArg:
		os.Exit(lookAround())
	}
	os.Exit(m.Run())
}
