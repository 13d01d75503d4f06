package decode

import (
	"testing"

	"dictation/deploy/local/localtest"
)

func TestMain(m *testing.M) { localtest.Main(m) }
