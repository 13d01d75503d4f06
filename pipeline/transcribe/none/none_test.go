package none

import (
	"testing"

	"dictation/pipeline/transcribe/enginetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	enginetest.Run(t, New(), "../testdata/human.wav")
}
