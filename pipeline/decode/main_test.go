package decode

import (
	"os"
	"testing"

	"dictation/deploy/local/localtest"
	"dictation/pipeline/decode/ffmpeg"
)

func TestMain(m *testing.M) {
	if ffmpeg.IsChild() {
		os.Exit(ffmpeg.ChildMain())
	}
	localtest.Main(m)
}
