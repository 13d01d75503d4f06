package web

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/decode"
	"dictation/pipeline/intake"
)

// voice is a spoken sentence at 16 kHz.
func voice(t testing.TB) []int16 {
	t.Helper()
	b, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	var canonical memory
	if _, err := audio.Convert(t.Context(), bytes.NewReader(b), audio.Options{Canonical: &canonical}); err != nil {
		t.Fatal(err)
	}
	return samples(canonical.b)
}

// memory is a file that is none.
type memory struct {
	b  []byte
	at int64
}

func (m *memory) Write(p []byte) (int, error) {
	if more := m.at + int64(len(p)) - int64(len(m.b)); more > 0 {
		m.b = append(m.b, make([]byte, more)...)
	}
	n := copy(m.b[m.at:], p)
	m.at += int64(n)
	return n, nil
}

func (m *memory) Seek(to int64, whence int) (int64, error) {
	m.at = []int64{0, m.at, int64(len(m.b))}[whence] + to
	return m.at, nil
}

var _ io.WriteSeeker = (*memory)(nil)

// samples are those of a canonical recording.
func samples(wav []byte) []int16 {
	out := make([]int16, (len(wav)-int(audio.PartSize(0, 0)))/2)
	for i := range out {
		out[i] = int16(binary.LittleEndian.Uint16(wav[int(audio.PartSize(0, 0))+2*i:]))
	}
	return out
}

// wav is a recording of the samples at 16 kHz.
func wav(samples []int16) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00")
	binary.LittleEndian.PutUint32(b[4:], uint32(36+2*len(samples)))
	binary.LittleEndian.PutUint32(b[40:], uint32(2*len(samples)))
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

func quiet(seconds float64) []int16 { return make([]int16, int(seconds*16000)) }

// beep is a cue tone: 1 kHz.
func beep(seconds float64) []int16 {
	out := quiet(seconds)
	for i := range out {
		out[i] = int16(9000 * math.Sin(2*math.Pi*1000*float64(i)/16000))
	}
	return out
}

// tapeSound holds three dictations: a tone parts the first from the second, a
// long pause the second from the third.
func tapeSound(t testing.TB) []int16 {
	v := voice(t)
	said := slices.Concat(v, quiet(0.3), v)
	return slices.Concat(quiet(0.5), said, quiet(1), beep(0.6), quiet(1), said, quiet(6), said, quiet(0.5))
}

// sent is what the author sends, prepared by the real stage.
func (x *site) sent(author string, body []byte, change func(*intake.Request)) pipeline.Dictation {
	x.t.Helper()
	a := x.accounts[author]
	req := intake.Request{Author: a.ID, PatientMRN: x.patients[0].MRN, Worktype: "consultation", FileName: "memo.wav", Source: "api"}
	if change != nil {
		change(&req)
	}
	d, err := x.Intake.Receive(x.t.Context(), a.actor(), req, bytes.NewReader(body))
	if err != nil {
		x.t.Fatal(err)
	}
	return x.prepare(d)
}

// prepare does decode as a worker would.
func (x *site) prepare(d pipeline.Dictation) pipeline.Dictation {
	x.t.Helper()
	ctx := x.t.Context()
	d, err := x.Store.Claim(ctx, d.ID, pipeline.Decode, "worker", patience)
	if err != nil {
		x.t.Fatal(err)
	}
	job := pipeline.Job{Dictation: d, Stage: d.Stage, Attempt: d.Attempt}
	result, err := decode.New(x.Blob, decode.Options{TempDir: x.t.TempDir()}).Handle(ctx, job)
	if err != nil {
		d, err = x.Store.Fail(ctx, job, "worker", pipeline.Sentence(err))
	} else {
		d, err = x.Store.Complete(ctx, job, "worker", result)
	}
	if err != nil {
		x.t.Fatal(err)
	}
	return d
}

// tape waits to be split.
func (x *site) tape(author string) pipeline.Dictation {
	x.t.Helper()
	d := x.sent(author, wav(tapeSound(x.t)), func(r *intake.Request) { r.PatientMRN, r.Several = "", true })
	if !d.AwaitsSplit() {
		x.t.Fatalf("the tape is at %s: %s", d.Position, d.Reason)
	}
	return d
}

// object reads what is stored under a key.
func (x *site) object(key string) []byte {
	x.t.Helper()
	r, err := x.Blob.Read(x.t.Context(), key)
	if err != nil {
		x.t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		x.t.Fatal(err)
	}
	return b
}

// tiled checks that the parts of a recording together are its sound, before and
// after they were prepared themselves.
func (x *site) tiled(tape pipeline.Dictation, want int) []pipeline.Dictation {
	x.t.Helper()
	parts, err := x.Store.Parts(x.t.Context(), tape.ID)
	if err != nil || len(parts) != want {
		x.t.Fatalf("%d parts, want %d, %v", len(parts), want, err)
	}
	whole := samples(x.object(tape.Sound.Canonical.Key))
	var cut []int16
	for _, p := range parts {
		part := samples(x.object(p.Original.Key))
		cut = append(cut, part...)
		if p.State != pipeline.Pending {
			continue
		}
		if p = x.prepare(p); p.Stage != pipeline.Transcribe || p.State != pipeline.Pending {
			x.t.Errorf("part %s is at %s: %s", p.JobNumber, p.Position, p.Reason)
		}
		if !slices.Equal(samples(x.object(p.Sound.Canonical.Key)), part) {
			x.t.Errorf("what is heard in part %s is not what was cut", p.JobNumber)
		}
	}
	if !slices.Equal(cut, whole) {
		x.t.Error("the parts together are not the tape")
	}
	return parts
}

// TestBadRecordings: the page of a recording that cannot be used, or hardly,
// says so in words, and gives the file back as it was sent.
func TestBadRecordings(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	v := voice(t)
	loud := slices.Clone(v)
	for i := range loud {
		loud[i] = int16(max(-32768, min(32767, int(loud[i])*60)))
	}
	faint := slices.Clone(v)
	for i := range faint {
		faint[i] /= 64
	}
	short := wav(slices.Concat(v, v, v))
	w := newBrowser(t).tab(x)
	w.signIn("author", "/dictations")
	for name, c := range map[string]struct {
		body  []byte
		shows []string
	}{
		"good":          {wav(slices.Concat(quiet(1), v, quiet(0.5), v)), []string{"What we heard", "Whole; nothing is missing", "somebody speaks"}},
		"silent":        {wav(quiet(4)), []string{"The recording is silent", "dictate again", "Silent: there is nothing to hear", "no speech was found"}},
		"overdriven":    {wav(loud), []string{"The recording is overdriven", "Overdriven: the loudest places are cut flat"}},
		"quiet":         {wav(faint), []string{"very quiet", "speak closer to the microphone"}},
		"cut off":       {short[:len(short)/2], []string{"The recording was cut off", "The end is missing"}},
		"not audio":     {[]byte("Dear colleague,\nthank you for referring this patient.\n"), []string{"The recording could not be used", "is kept unchanged"}},
		"encrypted DS2": {append([]byte("\x03enc"), make([]byte, 2000)...), []string{"The recording could not be used", "encrypted", "is kept unchanged"}},
	} {
		d := x.sent("author", c.body, nil)
		w.visit("/dictations/" + d.ID)
		for _, s := range c.shows {
			w.shows(s)
		}
		w.shows("kept unchanged")
		if found := w.axe(everyRule); found != "" {
			t.Errorf("%s:\n%s", name, found)
		}
		w.phone("/dictations/"+d.ID, "phone-bad-"+strings.ReplaceAll(name, " ", "-"))
		link := eval[string](w, `document.querySelector('a[href$="/original"]')?.getAttribute("href") ?? ""`)
		if got := x.do("author", "GET", link, nil).want(200); !bytes.Equal(got.body, c.body) {
			t.Errorf("%s: the file came back changed, from %q", name, link)
		}
		x.do("admin", "GET", "/dictations/"+d.ID, nil).want(200).lacks("What we heard", "/original")
	}
}
