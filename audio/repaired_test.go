package audio

import (
	"bytes"
	"testing"
)

// A length that is not told is no damage; a file that ends where nothing can
// end is.
func TestRepaired(t *testing.T) {
	t.Parallel()
	live, known := sample(t, "gen-voice-live.webm"), sample(t, "gen-voice.webm")
	lacing := bytes.LastIndexByte(known, ebmlSimpleBlock)
	flac, piped := sample(t, "gen-voice-piped.flac"), sample(t, "gen-piped.wav")
	pages := pagesOf(t, sample(t, "gen-voice-pages.opus"))
	for name, c := range map[string]struct {
		file     []byte
		repaired bool
	}{
		"WebM of a browser":                  {live, false},
		"WebM of a browser, cut":             {live[:len(live)*2/3], true},
		"WebM with lengths":                  {known, false},
		"WebM with lengths, without its end": {known[:lacing], true},
		"FLAC from a pipe":                   {flac, false},
		"FLAC from a pipe, cut":              {flac[:len(flac)/2], true},
		"FLAC from a pipe, 3 bytes short":    {flac[:len(flac)-3], true},
		"WAV from a pipe":                    {piped, false},
		"WAV from a pipe, half a sample":     {piped[:len(piped)-1], true},
		"WAV, outer length 0":                {sample(t, "gen-riff0-dataok.wav"), false},
		"Ogg":                                {bytes.Join(pages, nil), false},
		"Ogg without its last page":          {bytes.Join(pages[:len(pages)-1], nil), true},
	} {
		if rep := probed(t, c.file); rep.Repaired != c.repaired || rep.Frames == 0 {
			t.Errorf("%s: %d frames, repaired %v", name, rep.Frames, rep.Repaired)
		}
	}
}
