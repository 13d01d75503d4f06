package audio

import (
	"bytes"
	"errors"
	"testing"
)

// Every kind has an answer: read here, read by a decoder of the whitelist, or refused.
func TestNeedsDecoder(t *testing.T) {
	t.Parallel()
	for kind, want := range map[Kind]string{
		WAV: "", FLAC: "", Opus: "", WebM: "",
		MP3: "mp3", AAC: "aac", M4A: "mov", ThreeGP: "mov", AMR: "amr", Vorbis: "ogg", Speex: "ogg", Ogg: "ogg",
		WMA: "asf", AIFF: "aiff", CAF: "caf", AU: "au", QCP: "qcp", SPHERE: "nistsphere", DSS: "dss",
		DS2: "", DS2Encrypted: "", DSSGrundig: "", OtherSound: "", Playlist: "", Text: "", Video: "", Unknown: "",
	} {
		if got, ok := kind.NeedsDecoder(); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", kind, got, ok)
		}
	}
}

func TestDecoderFor(t *testing.T) {
	t.Parallel()
	gsm := bytes.Clone(sample(t, "gen-w64.w64"))
	gsm[bytes.Index(gsm, []byte("fmt "))+24] = 0x31
	for name, c := range map[string]struct {
		file   []byte
		want   string
		reason error
	}{
		"MP3":                    {append(tagOf(33), "\xff\xfb\x90\x00"...), "mp3", ErrUnsupported},
		"Speex":                  {sample(t, "filetype-fixture.spx"), "ogg", ErrUnsupported},
		"GSM in WAV":             {sample(t, "gen-libgsm_ms.wav"), "wav", ErrUnsupported},
		"GSM in Wave64":          {gsm, "w64", ErrUnsupported},
		"MP3 in WAV":             {sample(t, "gen-mp3.wav"), "wav", ErrUnsupported},
		"DSS":                    {[]byte("\x02dss\x00\x00\x00\x00"), "dss", ErrUnsupported},
		"Grundig DSS":            {[]byte("\x06dss\x00\x00\x00\x00"), "", ErrUnsupported},
		"DS2":                    {[]byte("\x03ds2\x00\x00\x00\x00"), "", ErrUnsupported},
		"DS2 QP":                 {[]byte("\x07ds2\x00\x00\x00\x00"), "", ErrUnsupported},
		"DS2 behind junk":        {[]byte("1234\x01ds2\x00\x00\x00\x00"), "", ErrUnsupported},
		"encrypted":              {[]byte("\x03enc\x00\x00\x00\x00"), "", ErrUnsupported},
		"playlist":               {[]byte("ffconcat version 1.0\nfile secret.wav"), "", ErrNotAudio},
		"absurd rate, no way on": {sample(t, "gen-chan65535.wav"), "", ErrLimit},
	} {
		_, err := Probe(t.Context(), bytes.NewReader(c.file), Limits{})
		if got, ok := DecoderFor(err); got != c.want || ok != (c.want != "") || !errors.Is(err, c.reason) {
			t.Errorf("%s: %q, %v, error %v", name, got, ok, err)
		}
	}
	if _, ok := DecoderFor(errors.New("connection reset")); ok {
		t.Error("an error of reading asks for a decoder")
	}
}
