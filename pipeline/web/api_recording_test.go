package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/intake"
)

// noise is n bytes that no two chunks have in common.
func noise(n int) string {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{3}).Read(b)
	return string(b)
}

func digest(body string) string {
	h := sha256.Sum256([]byte(body))
	return "sha-256=:" + base64.StdEncoding.EncodeToString(h[:]) + ":"
}

// begun announces a recording of the first patient and gives its address.
func (x *site) begun(who string, change ...func(*beginRequest)) string {
	x.t.Helper()
	in := beginRequest{
		ID: uuid.NewString(), PatientMRN: x.patients[0].MRN, Encounter: x.visit.Number, Worktype: "consultation", Priority: "stat", Format: pipeline.PCM,
	}
	for _, f := range change {
		f(&in)
	}
	x.do(who, "POST", "/api/v1/recordings", in).want(http.StatusCreated)
	return "/api/v1/recordings/" + in.ID
}

func (x *site) put(who, at string, n int, body string) answer {
	x.t.Helper()
	return x.do(who, "PUT", fmt.Sprintf("%s/chunks/%d", at, n), body, "Content-Digest", digest(body))
}

// claim is what completes a recording of these chunks.
func claim(chunks ...string) finishRequest {
	all := strings.Join(chunks, "")
	return finishRequest{Chunks: len(chunks), Bytes: int64(len(all)), SHA256: sum(all)}
}

// original reads what is in the object store.
func (x *site) original(id string) string {
	x.t.Helper()
	d, err := x.Store.Dictation(x.t.Context(), id)
	if err != nil {
		x.t.Fatal(err)
	}
	r, err := x.Blob.Get(x.t.Context(), d.Original.Key)
	if err != nil {
		x.t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil || sum(string(b)) != d.Original.SHA256 {
		x.t.Fatalf("the receipt's SHA-256 is not that of the bytes, %v", err)
	}
	return string(b)
}

// asWAV puts the header of 16 kHz mono before samples.
func asWAV(samples string) string {
	le := binary.LittleEndian
	h := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00")
	le.PutUint32(h[4:], uint32(36+len(samples)))
	le.PutUint32(h[40:], uint32(len(samples)))
	return string(h) + samples
}

func TestRecordingInChunks(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	at := x.begun("author")
	sound := noise(50_000)
	chunks := []string{sound[:16_000], sound[16_000:32_000], sound[32_000:]}
	for _, n := range []int{2, 0, 0} { // in any order, and again
		x.put("author", at, n, chunks[n]).want(http.StatusOK)
	}
	var p incompleteView
	x.do("author", "POST", at+"/complete", claim(chunks...)).want(http.StatusConflict, &p)
	if !slices.Equal(p.Missing, []int{1}) {
		t.Errorf("missing %v", p.Missing)
	}
	x.put("author", at, 1, chunks[1]).want(http.StatusOK)
	var has chunksView
	x.do("author", "GET", at+"/chunks?from=1", nil).want(http.StatusOK, &has)
	if want := []chunkView{{1, 16_000, sum(chunks[1])}, {2, 18_000, sum(chunks[2])}}; !slices.Equal(has.Chunks, want) {
		t.Errorf("chunks %+v", has.Chunks)
	}
	var rec recordingView
	x.do("author", "GET", at, nil).want(http.StatusOK, &rec)
	if rec.State != "open" || rec.Chunks != 3 || rec.Bytes != 50_000 || rec.DurationMS != 1562 || rec.PatientMRN != "MRN-1001" || rec.Until.Before(rec.Updated) {
		t.Errorf("%+v", rec)
	}
	x.do("author", "POST", at+"/complete", claim(chunks[0], chunks[1])).wantProblem(http.StatusConflict, "More or other")
	wrong := claim(chunks...)
	wrong.SHA256 = sum("x")
	x.do("author", "POST", at+"/complete", wrong).wantProblem(http.StatusConflict, "differs")
	var first, again dictationView
	x.do("author", "POST", at+"/complete", claim(chunks...)).want(http.StatusCreated, &first)
	x.do("author", "POST", at+"/complete", claim(chunks...)).want(http.StatusCreated, &again)
	if first.ID != again.ID || x.count() != 1 || first.Priority != pipeline.STAT || first.Encounter != x.visit.Number || first.SHA256 != sum(asWAV(sound)) {
		t.Errorf("receipts %+v and %+v", first, again)
	}
	if got := x.original(first.ID); got != asWAV(sound) {
		t.Errorf("the original is not what was spoken")
	}
	x.put("author", at, 0, chunks[0]).want(http.StatusOK) // an answer that was lost
	x.put("author", at, 3, "more").wantProblem(http.StatusConflict, "sent before")
	x.do("author", "POST", at+"/complete", claim(chunks[0])).wantProblem(http.StatusConflict, "sent before")
	x.do("author", "POST", at+"/discard", nil).wantProblem(http.StatusConflict, "sent before")
}

func TestRecordingIsEdited(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	sound := noise(40_000)
	takes := []pipeline.Take{{Mode: pipeline.Append}, {Mode: pipeline.Insert, At: 1000, From: 10_000}, {Mode: pipeline.Overwrite, At: 500, From: 15_000}}
	at := x.begun("author", func(b *beginRequest) { b.Takes = takes; b.Gaps = []pipeline.Gap{{At: 5, MS: 40}} })
	var chunks []string
	for c := range slices.Chunk([]byte(sound), 7002) {
		chunks = append(chunks, string(c))
		x.put("author", at, len(chunks)-1, string(c)).want(http.StatusOK)
	}
	heard, err := pipeline.Edit(takes, 20_000)
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, s := range heard {
		want += sound[2*s.From : 2*s.To]
	}
	c := claim(chunks...)
	c.Samples = 1
	x.do("author", "POST", at+"/complete", c).wantProblem(http.StatusConflict, "disagree")
	c.Samples = pipeline.Samples(heard)
	var d dictationView
	x.do("author", "POST", at+"/complete", c).want(http.StatusCreated, &d)
	if got := x.original(d.ID); got != asWAV(want) || len(want) == len(sound) {
		t.Errorf("the original is not what the author meant: %d bytes, want %d", len(got), len(asWAV(want)))
	}
}

func TestFileInChunks(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	file := noise(5<<20 + 7) // more than the store takes in one go
	at := x.begun("author", func(b *beginRequest) { b.Format, b.FileName, b.Length = pipeline.File, "a.wav", int64(len(file)) })
	var chunks []string
	for c := range slices.Chunk([]byte(file), pipeline.MaxChunk) {
		chunks = append(chunks, string(c))
	}
	var sending sync.WaitGroup
	for i, c := range chunks {
		sending.Go(func() {
			if a := x.put("author", at, i, c); a.status != http.StatusOK {
				t.Errorf("chunk %d: %d %s", i, a.status, a.body)
			}
		})
	}
	sending.Wait()
	wrong := claim(chunks...)
	wrong.SHA256 = sum("x")
	x.do("author", "POST", at+"/complete", wrong).wantProblem(http.StatusConflict, "differs")
	var receipts [3]dictationView
	for i := range receipts {
		sending.Go(func() {
			a := x.do("author", "POST", at+"/complete", claim(chunks...))
			if err := json.Unmarshal(a.body, &receipts[i]); err != nil || a.status != http.StatusCreated {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	sending.Wait()
	if receipts[0].SHA256 != sum(file) || receipts[1].ID != receipts[0].ID || receipts[2].ID != receipts[0].ID || x.count() != 1 {
		t.Errorf("receipts %+v", receipts)
	}
	if x.original(receipts[0].ID) != file {
		t.Error("the original is not the file")
	}
}

func TestRecordingRefusals(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	at := x.begun("author")
	x.put("author", at, 0, "ab").want(http.StatusOK)
	x.put("author", at, 0, "cd").wantProblem(http.StatusConflict, "other content")
	x.put("author", at, 1, "abc").wantProblem(http.StatusBadRequest, "whole samples")
	x.put("author", at, 1, "").wantProblem(http.StatusBadRequest, "one byte")
	x.put("author", at, -1, "ab").wantProblem(http.StatusBadRequest, "numbered")
	x.put("author", at, pipeline.MaxChunks, "ab").wantProblem(http.StatusBadRequest, "numbered")
	x.put("author", at, 1, noise(pipeline.MaxChunk+1)).wantProblem(http.StatusRequestEntityTooLarge, "at most")
	x.do("author", "PUT", at+"/chunks/one", "ab", "Content-Digest", digest("ab")).wantProblem(http.StatusBadRequest, "whole number")
	x.do("author", "PUT", at+"/chunks/1", "ab").wantProblem(http.StatusBadRequest, "Content-Digest")
	x.do("author", "PUT", at+"/chunks/1", "ab", "Content-Digest", digest("cd")).wantProblem(http.StatusBadRequest, "differs")
	x.put("author", "/api/v1/recordings/"+uuid.NewString(), 0, "ab").wantProblem(http.StatusNotFound, "no such recording")
	x.put("author", "/api/v1/recordings/x", 0, "ab").wantProblem(http.StatusNotFound, "no such recording")
	for name, c := range map[string]finishRequest{
		"nothing": {}, "no bytes": {Chunks: 1, SHA256: sum("")}, "too many": {Chunks: 1 << 30, Bytes: 5, SHA256: sum("")},
		"no hex": {Chunks: 1, Bytes: 1, SHA256: strings.Repeat("x", 64)}, "upper case": {Chunks: 1, Bytes: 1, SHA256: strings.ToUpper(sum("ab"))},
	} {
		if a := x.do("author", "POST", at+"/complete", c); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for name, change := range map[string]func(*beginRequest){
		"no id":           func(b *beginRequest) { b.ID = "" },
		"no patient":      func(b *beginRequest) { b.PatientMRN, b.Encounter = "", "" },
		"nobody's number": func(b *beginRequest) { b.PatientMRN = "MRN-9" },
		"another's visit": func(b *beginRequest) { b.PatientMRN = "MRN-1002" },
		"no worktype":     func(b *beginRequest) { b.Worktype = "" },
		"no format":       func(b *beginRequest) { b.Format = "" },
		"sound with name": func(b *beginRequest) { b.FileName = "x" },
		"empty file":      func(b *beginRequest) { b.Format = pipeline.File },
		"edited file": func(b *beginRequest) {
			b.Format, b.Length, b.Takes = pipeline.File, 5, []pipeline.Take{{Mode: pipeline.Append}}
		},
		"takes from nowhere": func(b *beginRequest) { b.Takes = []pipeline.Take{{Mode: pipeline.Append, From: 7}} },
		"gap before":         func(b *beginRequest) { b.Gaps = []pipeline.Gap{{At: -1}} },
	} {
		in := beginRequest{ID: uuid.NewString(), PatientMRN: "MRN-1001", Encounter: "V-77", Worktype: "letter", Format: pipeline.PCM}
		change(&in)
		if a := x.do("author", "POST", "/api/v1/recordings", in); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	large := beginRequest{ID: uuid.NewString(), PatientMRN: "MRN-1001", Worktype: "letter", Format: pipeline.File, Length: 9 << 20}
	x.do("author", "POST", "/api/v1/recordings", large).wantProblem(http.StatusRequestEntityTooLarge, "larger than the limit")
	short := x.begun("author", func(b *beginRequest) { b.Format, b.Length = pipeline.File, 3 })
	x.put("author", short, 0, "four").wantProblem(http.StatusRequestEntityTooLarge, "larger than it may be")
}

func TestRecordingIsItsAuthors(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	at := x.begun("author")
	id := strings.TrimPrefix(at, "/api/v1/recordings/")
	x.put("author", at, 0, "ab").want(http.StatusOK)
	x.put("author2", at, 1, "ab").wantProblem(http.StatusForbidden, "another author")
	for _, c := range []struct {
		method, path string
		body         any
	}{{"GET", at, nil}, {"GET", at + "/chunks", nil}, {"POST", at + "/complete", claim("ab")}, {"POST", at + "/send", nil}, {"POST", at + "/discard", nil}, {
		"POST", "/api/v1/recordings", beginRequest{ID: id, PatientMRN: "MRN-1001", Worktype: "letter", Format: pipeline.PCM}}} {
		x.do("author2", c.method, c.path, c.body).wantProblem(http.StatusForbidden, "another author")
	}
	var list recordingsView
	x.do("author2", "GET", "/api/v1/recordings", nil).want(http.StatusOK, &list)
	if len(list.Recordings) > 0 {
		t.Errorf("another's recordings are listed: %+v", list)
	}
	if n := x.audited("author2", string(pipeline.CreateDictation), "", ""); n < 7 {
		t.Errorf("%d entries of the refusals", n)
	}
}

func TestRecordingIsChangedSentAsIsAndDiscarded(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	at := x.begun("author")
	id := strings.TrimPrefix(at, "/api/v1/recordings/")
	other := beginRequest{ID: id, PatientMRN: "MRN-1002", Worktype: "H&P", Format: pipeline.PCM}
	x.do("author", "POST", "/api/v1/recordings", other).want(http.StatusOK)
	other.Format, other.Length = pipeline.File, 5
	x.do("author", "POST", "/api/v1/recordings", other).wantProblem(http.StatusConflict, "another one")
	x.do("author", "POST", at+"/send", nil).wantProblem(http.StatusBadRequest, "Nothing of this recording")
	x.put("author", at, 0, "ab").want(http.StatusOK)
	x.put("author", at, 2, "ef").want(http.StatusOK) // chunk 1 stayed on a device that is gone
	var d, again dictationView
	x.do("author", "POST", at+"/send", nil).want(http.StatusCreated, &d)
	x.do("author", "POST", at+"/send", nil).want(http.StatusCreated, &again)
	if d.PatientMRN != "MRN-1002" || d.Worktype != pipeline.HistoryAndPhysical || d.ID != again.ID || x.original(d.ID) != asWAV("abef") {
		t.Errorf("%+v", d)
	}
	away := x.begun("author")
	x.put("author", away, 0, "ab").want(http.StatusOK)
	var rec recordingView
	for range 2 {
		x.do("author", "POST", away+"/discard", nil).want(http.StatusOK, &rec)
	}
	if rec.State != "discarded" {
		t.Errorf("%+v", rec)
	}
	x.put("author", away, 1, "ab").wantProblem(http.StatusConflict, "discarded")
	x.do("author", "POST", away+"/complete", claim("ab")).wantProblem(http.StatusConflict, "discarded")
	for action, want := range map[string]int{"recording.begun": 2, "recording.changed": 1, "recording.discarded": 1, "dictation.received": 1} {
		n := 0
		for _, p := range x.patients {
			n += x.audited("author", action, "", p.ID)
		}
		if n != want {
			t.Errorf("%d entries of %s, want %d", n, action, want)
		}
	}
}

// What nobody finishes is put on hold for a person; what was sent is cleared.
func TestUnfinishedRecordingsAreHandedOn(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	at, empty := x.begun("author"), x.begun("author")
	x.put("author", at, 0, "ab").want(http.StatusOK)
	by := x.accounts["admin"].actor()
	if n, err := x.Intake.HandOn(t.Context(), by); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	later := intake.New(x.Store, x.Blob, x.Queue, intake.Options{Now: func() time.Time { return time.Now().Add(100 * 24 * time.Hour) }})
	if n, err := later.HandOn(t.Context(), by); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	var rec recordingView
	x.do("author", "GET", empty, nil).want(http.StatusOK, &rec)
	if rec.State != "discarded" {
		t.Errorf("the empty one is %s", rec.State)
	}
	x.do("author", "GET", at, nil).want(http.StatusOK, &rec)
	d, err := x.Store.Dictation(t.Context(), rec.Dictation)
	if err != nil || d.State != pipeline.Held || !strings.Contains(d.Reason, "did not finish") || x.original(d.ID) != asWAV("ab") {
		t.Errorf("%s: %q, %v", d.Position, d.Reason, err)
	}
	key := blob.ChunkKey(rec.ID, 0, sum("ab"))
	for range 2 {
		if _, err := later.Clear(t.Context(), by); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := x.Blob.Get(t.Context(), key); pipeline.KindOf(err) != pipeline.NotFound {
		t.Errorf("the chunk is still there: %v", err)
	}
	if x.original(d.ID) != asWAV("ab") {
		t.Error("the original went with the chunk")
	}
}

// TestSentAsItIsWithAHole: when a chunk has not come in, nobody knows any more
// where the takes behind it began. Then nothing is cut out.
func TestSentAsItIsWithAHole(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	// The fourth chunk and the fifth were spoken over the third; the first is not here.
	at := x.begun("author", func(in *beginRequest) {
		in.Takes = []pipeline.Take{{Mode: pipeline.Append}, {Mode: pipeline.Overwrite, At: 4, From: 6}}
	})
	for n, body := range map[int]string{1: "ccdd", 2: "eeff", 3: "gghh", 4: "iijj"} {
		x.put("author", at, n, body).want(http.StatusOK)
	}
	var d dictationView
	x.do("author", "POST", at+"/send", nil).want(http.StatusCreated, &d)
	if got := x.original(d.ID); got != asWAV("ccddeeffgghhiijj") {
		t.Errorf("of what came in only %q was sent", got[44:])
	}
	// Without a hole the author's edits hold.
	at = x.begun("author", func(in *beginRequest) {
		in.Takes = []pipeline.Take{{Mode: pipeline.Append}, {Mode: pipeline.Overwrite, At: 0, From: 2}}
	})
	x.put("author", at, 0, "aabb").want(http.StatusOK)
	x.put("author", at, 1, "ccdd").want(http.StatusOK)
	x.do("author", "POST", at+"/send", nil).want(http.StatusCreated, &d)
	if got := x.original(d.ID); got != asWAV("ccdd") {
		t.Errorf("sent %q", got[44:])
	}
}

// TestRecordingOfAnotherSession: a page that one author left open does not begin
// his recording as that of the next one who signs in.
func TestRecordingOfAnotherSession(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	in := beginRequest{ID: uuid.NewString(), PatientMRN: "MRN-1001", Worktype: "letter", Priority: "routine", Format: pipeline.PCM, Author: x.accounts["author"].ID}
	x.do("author2", "POST", "/api/v1/recordings", in).wantProblem(http.StatusForbidden, "another account")
	x.do("author", "GET", "/api/v1/recordings/"+in.ID, nil).want(http.StatusNotFound)
	x.do("author", "POST", "/api/v1/recordings", in).want(http.StatusCreated)
}

// FuzzRecording: whatever is sent as the beginning or the end of a recording is
// refused or can be joined.
func FuzzRecording(f *testing.F) {
	f.Add(`{"id":"x","format":"pcm","worktype":"letter","takes":[{"mode":"append"},{"mode":"insert","at":3,"from":8}],"gaps":[{"at":1,"ms":2}]}`, int64(20))
	f.Add(`{"format":"file","name":"a.wav","length":5,"worktype":"H&P","priority":"stat"}`, int64(0))
	f.Add(`{"chunks":3,"bytes":7,"sha256":"`+hex.EncodeToString(bytes.Repeat([]byte{1}, 32))+`"}`, int64(1)<<40)
	f.Fuzz(func(t *testing.T, body string, total int64) {
		var begin beginRequest
		if json.Unmarshal([]byte(body), &begin) == nil {
			if r, err := begin.recording(); err == nil && r.Check() == nil {
				heard, err := pipeline.Edit(r.Takes, total)
				if n := pipeline.Samples(heard); err == nil && (n < 0 || n > total) {
					t.Errorf("%d samples of %d: %v", n, total, heard)
				}
			}
		}
		var end finishRequest
		if json.Unmarshal([]byte(body), &end) == nil {
			c := pipeline.Claim{Chunks: end.Chunks, Bytes: end.Bytes, SHA256: end.SHA256}
			if c.Check() == nil && (c.Chunks > pipeline.MaxChunks || len(c.SHA256) != 64) {
				t.Errorf("%+v passes", c)
			}
		}
	})
}

// Without scripts an author sends or discards what came in, on the page of his
// dictations.
func TestUnfinishedOnThePage(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	kept, dropped := x.begun("author"), x.begun("author")
	x.put("author", kept, 0, noise(32_000)).want(http.StatusOK)
	page := string(x.do("author", "GET", "/dictations", nil).want(http.StatusOK).body)
	for _, part := range []string{"Not finished", "Rosenfeld, Ada Maria", "Goes to a person as it is on", kept[len("/api/v1"):] + "/send", dropped[len("/api/v1"):] + "/discard"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page has no %q", part)
		}
	}
	if a := x.do("author2", "POST", kept[len("/api/v1"):]+"/send", nil); a.status != http.StatusForbidden {
		t.Errorf("another author may send it: %d", a.status)
	}
	x.do("author", "POST", kept[len("/api/v1"):]+"/send", nil).want(http.StatusSeeOther)
	x.do("author", "POST", dropped[len("/api/v1"):]+"/discard", nil).want(http.StatusSeeOther)
	page = string(x.do("author", "GET", "/dictations", nil).want(http.StatusOK).body)
	if strings.Contains(page, "Not finished") || x.count() != 1 {
		t.Errorf("%d dictations; the page still lists what is finished", x.count())
	}
}

// TestLostSoundIsTold: who follows, types or signs reads that the device lost sound.
func TestLostSoundIsTold(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	at := x.begun("author", func(b *beginRequest) { b.Gaps = []pipeline.Gap{{At: 16_000, MS: 700}, {At: 32_000, MS: 800}} })
	sound := noise(50_000)
	x.put("author", at, 0, sound).want(http.StatusOK)
	var receipt struct{ ID string }
	x.do("author", "POST", at+"/complete", claim(sound)).want(http.StatusCreated, &receipt)
	x.do("author", "GET", "/dictations/"+receipt.ID, nil).want(http.StatusOK).has("lost sound in 2 places while it recorded, 1.5 s in all")
	whole := x.received("author")
	x.do("author", "GET", "/dictations/"+whole.ID, nil).want(http.StatusOK).lacks("lost sound")
}
