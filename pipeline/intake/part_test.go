package intake_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"pgregory.net/rapid"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/intake"
	"dictation/pipeline/store"
)

// canonical is made-up sound as decode writes it.
func canonical(samples int) []byte {
	body := make([]byte, 2*samples)
	rand.NewChaCha8([32]byte{7}).Read(body)
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00")
	binary.LittleEndian.PutUint32(b[4:], uint32(36+len(body)))
	binary.LittleEndian.PutUint32(b[40:], uint32(len(body)))
	return append(b, body...)
}

// tape is received, prepared, and waits to be split. Its sound has a few samples
// more than whole milliseconds.
func (h house) tape(t *testing.T, seconds int) (pipeline.Dictation, []byte) {
	t.Helper()
	req := h.request()
	req.PatientMRN, req.Encounter, req.Several = "", "", true
	d, err := h.Receive(t.Context(), store.Actor{ID: h.author}, req, strings.NewReader("the tape as it was sent"))
	if err != nil {
		t.Fatal(err)
	}
	sound := canonical(seconds*16000 + 5)
	obj, err := h.blob.Put(t.Context(), blob.CanonicalKey(d.ID), bytes.NewReader(sound), int64(len(sound)), "audio/wav")
	if err != nil {
		t.Fatal(err)
	}
	d, err = h.store.Claim(t.Context(), d.ID, pipeline.Decode, "w", time.Minute)
	if err == nil {
		d, err = h.store.Complete(t.Context(), pipeline.Job{Dictation: d, Stage: d.Stage, Attempt: d.Attempt}, "w",
			pipeline.Result{Sound: &pipeline.Sound{Canonical: obj, DurationMS: int64(seconds) * 1000}})
	}
	if err != nil || !d.AwaitsSplit() {
		t.Fatal(d.Position, err)
	}
	return d, sound
}

// bytesOf reads an object of the work bucket.
func (h house) bytesOf(t *testing.T, key string) []byte {
	t.Helper()
	r, err := h.blob.Read(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// originals counts the recordings in the object store.
func (h house) originals(t *testing.T) (n int) {
	t.Helper()
	for o := range h.s3.ListObjectsIter(t.Context(), h.work, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		if strings.HasSuffix(o.Key, "/original") {
			n++
		}
	}
	return n
}

func three() []intake.Part {
	return []intake.Part{
		{StartMS: 0, EndMS: 2_000, PatientMRN: "M1", Encounter: "VM1", Worktype: "Discharge Summary", Priority: "stat"},
		{StartMS: 2_000, EndMS: 3_001, PatientMRN: "M2"},
		{StartMS: 3_001, EndMS: 7_000},
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	h := setup(t)
	tape, sound := h.tape(t, 7)
	made, err := h.Split(t.Context(), store.Actor{ID: h.author}, tape.ID, three())
	if err != nil || len(made) != 3 {
		t.Fatal(made, err)
	}
	listed, err := h.store.Parts(t.Context(), tape.ID)
	if err != nil {
		t.Fatal(err)
	}
	var joined []byte
	for i, d := range listed {
		b := h.bytesOf(t, d.Original.Key)
		sum := sha256.Sum256(b)
		if d.ID != made[i].ID || d.Original.SHA256 != hex.EncodeToString(sum[:]) || d.Original.Size != int64(len(b)) || d.Source != "split" || d.AuthorID != h.author {
			t.Errorf("part %d: %+v", i+1, d)
		}
		rep, err := audio.Probe(t.Context(), bytes.NewReader(b), audio.Limits{})
		if err != nil || rep.Samples != d.Part.To-d.Part.From || rep.Missing != 0 || rep.Repaired {
			t.Errorf("part %d is read as %d samples, %v", i+1, rep.Samples, err)
		}
		joined = append(joined, b[44:]...)
	}
	if !bytes.Equal(joined, sound[44:]) {
		t.Error("the parts together are not the tape")
	}
	if d := listed[0]; d.PatientID == "" || d.EncounterID == "" || d.Facility != "Ward" || d.Worktype != pipeline.DischargeSummary ||
		d.Priority != pipeline.STAT || d.State != pipeline.Pending || !d.Due.Equal(pipeline.STAT.Due(tape.Created)) {
		t.Errorf("part 1: %+v", d)
	}
	if d := listed[1]; d.Worktype != tape.Worktype || d.Priority != tape.Priority || d.PatientID == listed[0].PatientID || d.State != pipeline.Pending {
		t.Errorf("part 2: %+v", d)
	}
	if d := listed[2]; d.State != pipeline.Pending || !slices.Equal(d.Questions, []pipeline.Question{pipeline.PatientMissing}) || d.Original.Name != tape.JobNumber+" part 3.wav" {
		t.Errorf("part 3: %s %v %q", d.Position, d.Questions, d.Original.Name)
	}
	after, err := h.store.Dictation(t.Context(), tape.ID)
	if err != nil || !after.Parted() || after.Original != tape.Original || string(h.bytesOf(t, tape.Original.Key)) != "the tape as it was sent" {
		t.Errorf("the tape: %s, %v", after.Position, err)
	}
}

func TestSplitTwice(t *testing.T) {
	t.Parallel()
	h := setup(t)
	tape, _ := h.tape(t, 7)
	results := make([][]pipeline.Dictation, 4)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			var err error
			if results[i], err = h.Split(t.Context(), store.Actor{ID: h.author}, tape.ID, three()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	later, err := h.Split(t.Context(), store.Actor{ID: h.author}, tape.ID, three())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		for i := range later {
			if len(r) != 3 || r[i].ID != later[i].ID {
				t.Errorf("the same request made other parts: %v", r)
			}
		}
	}
	if n := h.originals(t); n != 4 || h.count(t) != 4 {
		t.Errorf("%d recordings are stored for %d dictations, want the tape and three parts", n, h.count(t))
	}
	other := three()
	other[1].PatientMRN = "M1"
	if _, err := h.Split(t.Context(), store.Actor{ID: h.author}, tape.ID, other); pipeline.KindOf(err) != pipeline.Conflict {
		t.Errorf("another patient for a part that is made: %v", err)
	}
}

func TestSplitRefused(t *testing.T) {
	t.Parallel()
	h := setup(t)
	tape, _ := h.tape(t, 7)
	for name, c := range map[string]struct {
		change func(p []intake.Part) []intake.Part
		says   string
	}{
		"one part":         {func(p []intake.Part) []intake.Part { return []intake.Part{{EndMS: 7_000}} }, "2 to 200 parts"},
		"none":             {func(p []intake.Part) []intake.Part { return nil }, "2 to 200 parts"},
		"too many":         {func(p []intake.Part) []intake.Part { return make([]intake.Part, 201) }, "these are 201"},
		"late beginning":   {func(p []intake.Part) []intake.Part { p[0].StartMS = 100; return p }, "must begin at 0:00.0"},
		"negative":         {func(p []intake.Part) []intake.Part { p[0].StartMS = -1; return p }, "must begin at 0:00.0"},
		"gap":              {func(p []intake.Part) []intake.Part { p[1].StartMS = 2_500; return p }, "from 0:02.0 to 0:02.5"},
		"overlap":          {func(p []intake.Part) []intake.Part { p[1].StartMS = 1_999; return p }, "before part 1 ends"},
		"too short":        {func(p []intake.Part) []intake.Part { p[1].EndMS, p[2].StartMS = 2_999, 2_999; return p }, "Part 2, which begins at 0:02.0, is shorter than a second"},
		"backwards":        {func(p []intake.Part) []intake.Part { p[1].EndMS, p[2].StartMS = 1_000, 1_000; return p }, "shorter than a second"},
		"end left out":     {func(p []intake.Part) []intake.Part { p[2].EndMS = 6_999; return p }, "must end at 0:07.0"},
		"behind the end":   {func(p []intake.Part) []intake.Part { p[2].EndMS = 7_001; return p }, "behind the end"},
		"unknown patient":  {func(p []intake.Part) []intake.Part { p[2].PatientMRN = "M9"; return p }, "Part 3: "},
		"another's visit":  {func(p []intake.Part) []intake.Part { p[1].Encounter = "VM1"; return p }, "Part 2: That visit belongs to another patient"},
		"visit of nobody":  {func(p []intake.Part) []intake.Part { p[2].Encounter = "VM1"; return p }, "without its patient"},
		"unknown worktype": {func(p []intake.Part) []intake.Part { p[0].Worktype = "poem"; return p }, "Part 1: "},
		"unknown priority": {func(p []intake.Part) []intake.Part { p[0].Priority = "soon"; return p }, "Part 1: "},
	} {
		_, err := h.Split(t.Context(), store.Actor{ID: h.author}, tape.ID, c.change(three()))
		if pipeline.KindOf(err) != pipeline.Invalid || !strings.Contains(pipeline.Sentence(err), c.says) || !strings.Contains(pipeline.Sentence(err), "Nothing was changed.") {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
		if s := pipeline.Sentence(err); strings.Contains(s, "M9") || strings.Contains(s, "VM1") {
			t.Errorf("%s: the sentence tells of a patient: %s", name, s)
		}
	}
	if _, err := h.Split(t.Context(), store.Actor{ID: h.author}, "0190b0c0-0000-7000-8000-000000000000", three()); pipeline.KindOf(err) != pipeline.NotFound {
		t.Errorf("of no dictation: %v", err)
	}
	fresh, err := h.Receive(t.Context(), store.Actor{ID: h.author}, h.request(), strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Split(t.Context(), store.Actor{ID: h.author}, fresh.ID, three()); pipeline.KindOf(err) != pipeline.Conflict {
		t.Errorf("before it is prepared: %v", err)
	}
	if d, err := h.store.Dictation(t.Context(), tape.ID); err != nil || !d.AwaitsSplit() || h.originals(t) != 2 || h.count(t) != 2 {
		t.Errorf("something was changed: %s, %d recordings, %v", d.Position, h.originals(t), err)
	}
}

// Bytes of a split that does not come about are removed again.
func TestSplitBrokenOff(t *testing.T) {
	t.Parallel()
	h := setup(t)
	tape, sound := h.tape(t, 7)
	if _, err := h.blob.Put(t.Context(), tape.Sound.Canonical.Key, bytes.NewReader(sound[:len(sound)-50_000]), -1, "audio/wav"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Split(t.Context(), store.Actor{ID: h.author}, tape.ID, three()); err == nil {
		t.Fatal("a part was cut from sound that is not there")
	}
	if n := h.originals(t); n != 1 || h.count(t) != 1 {
		t.Errorf("%d recordings and %d dictations are left", n, h.count(t))
	}
}

// However a recording is cut, every sample of it is in one part, and in one only.
func TestPartsAreTheTape(t *testing.T) {
	t.Parallel()
	h := setup(t)
	rapid.Check(t, func(rt *rapid.T) {
		seconds := rapid.IntRange(3, 9).Draw(rt, "seconds")
		tape, sound := h.tape(t, seconds)
		var parts []intake.Part
		at := int64(0)
		for end := int64(seconds) * 1000; ; {
			next := at + rapid.Int64Range(1_000, 3_000).Draw(rt, "length")
			if end-next < 1_000 {
				parts = append(parts, intake.Part{StartMS: at, EndMS: end})
				break
			}
			parts = append(parts, intake.Part{StartMS: at, EndMS: next})
			at = next
		}
		if len(parts) < 2 {
			return
		}
		made, err := h.Split(t.Context(), store.Actor{ID: h.author}, tape.ID, parts)
		if err != nil {
			rt.Fatal(err)
		}
		var joined []byte
		for _, d := range made {
			joined = append(joined, h.bytesOf(t, d.Original.Key)[44:]...)
		}
		if !bytes.Equal(joined, sound[44:]) {
			rt.Fatal("the parts together are not the tape")
		}
	})
}

func TestDroppedTape(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.drop(t, "tape.wav", "a", map[string]string{"author": "author", "worktype": "letter", "several": "true"})
	h.drop(t, "unclear.wav", "b", map[string]string{"patient-mrn": "M1", "author": "author", "worktype": "letter", "several": "perhaps"})
	h.drop(t, "nobodys.wav", "c", map[string]string{"worktype": "letter", "several": "true"})
	if n, err := h.Scan(t.Context()); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	list, err := h.store.Dictations(t.Context(), store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		switch d.Original.Name {
		case "tape.wav":
			if !d.Several || d.State != pipeline.Pending || d.PatientID != "" {
				t.Errorf("the tape: %+v", d)
			}
		case "unclear.wav":
			if d.Several || d.State != pipeline.Held || !strings.Contains(d.Reason, "several") {
				t.Errorf("unclear: %s %q", d.Position, d.Reason)
			}
		case "nobodys.wav":
			if !d.Several || d.State != pipeline.Pending || !slices.Equal(d.Questions, []pipeline.Question{pipeline.AuthorUnknown}) {
				t.Errorf("nobody's: %s %v", d.Position, d.Questions)
			}
		}
	}
}
