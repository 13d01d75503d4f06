package web

import (
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dictation/pipeline"
	"dictation/transcript"
)

// TestEveryPositionHasWords: wherever the table of moves leads, people are told
// in words, six milestones are drawn, and a stop comes with advice.
func TestEveryPositionHasWords(t *testing.T) {
	t.Parallel()
	seen := map[string]pipeline.Position{}
	pipeline.Moves(func(_ pipeline.Position, _ pipeline.Event, to pipeline.Position) {
		words := says(to)
		if words == "" || strings.Contains(words, "_") {
			t.Errorf("%s is said as %q", to, words)
		}
		if other, ok := seen[words]; ok && other != to && to.State != pipeline.Held && !to.Parted() {
			t.Errorf("%s and %s are both %q", to, other, words)
		}
		seen[words] = to
		if n := len(steps(to)); n != 6 {
			t.Errorf("%s has %d milestones", to, n)
		}
		stopped := to.State == pipeline.Failed || to.State == pipeline.Held
		if (advice(to) != "") != stopped {
			t.Errorf("%s: advice %q", to, advice(to))
		}
		if reached(to.String()) != words {
			t.Errorf("the audit's %q is read as %q", to, reached(to.String()))
		}
	})
}

func TestSteps(t *testing.T) {
	t.Parallel()
	at := func(st pipeline.Stage, step pipeline.Step, s pipeline.State) string {
		var is []string
		for _, m := range steps(pipeline.Position{Stage: st, Step: step, State: s}) {
			is = append(is, m.Is)
		}
		return strings.Join(is, ",")
	}
	for got, want := range map[string]string{
		at(pipeline.Decode, "", pipeline.Failed):                  "done,stopped,to come,to come,to come,to come",
		at(pipeline.Transcribe, "", pipeline.InProgress):          "done,done,under way,to come,to come,to come",
		at(pipeline.Review, pipeline.QA, pipeline.Pending):        "done,done,done,under way,to come,to come",
		at(pipeline.Review, pipeline.Signature, pipeline.Pending): "done,done,done,done,under way,to come",
		at(pipeline.Transcribe, "", pipeline.Finished):            "done,done,by its parts,by its parts,by its parts,by its parts",
		at(pipeline.Deliver, "", pipeline.Pending):                "done,done,done,done,done,under way",
		at(pipeline.Deliver, pipeline.NoStep, pipeline.Finished):  "done,done,done,done,done,done",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{length(0), "0:00"}, {length(61_999), "1:01"}, {length(3_661_000), "1:01:01"},
		{english.span(24 * time.Hour), "24 h"}, {english.span(90 * time.Minute), "1 h 30 min"}, {english.span(5 * time.Minute), "5 min"}, {english.span(72 * time.Hour), "3 days"},
		{english.size(12), "12 bytes"}, {english.size(2048), "2 kB"}, {english.size(3 << 20), "3.0 MB"},
		{english.due(time.Now().Add(-time.Hour - time.Second)), "overdue by 1 h"},
		{english.roleList([]pipeline.Role{pipeline.RoleQA, pipeline.RoleAuthor}), "QA editor, Author"},
		{english.name(pipeline.Patient{}), "Patient not named yet"}, {english.name(pipeline.Patient{ID: "1", Family: "Cher"}), "Cher"},
		{whoDid(map[string]string{"7": "Dr Who"}, "7"), "Dr Who"}, {whoDid(nil, "worker/host/1"), "the system"}, {whoDid(nil, "sweep"), "the system (sweep)"},
		{local("/sign"), "/sign"}, {local("//x"), ""}, {local("x"), ""},
	} {
		if c[0] != c[1] {
			t.Errorf("got %q, want %q", c[0], c[1])
		}
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	draft := transcript.Draft{Text: "take two tablets now"}
	for i, w := range strings.Fields(draft.Text) {
		draft.Words = append(draft.Words, transcript.Word{Text: w, StartMS: int64(i) * 1000, EndMS: int64(i)*1000 + 900})
	}
	var got []string
	for _, p := range changes(draft, "take three tablets, now please") {
		got = append(got, fmt.Sprintf("%s[-%s+%s@%d]", p.Kept, p.Removed, p.Added, p.MS))
	}
	want := "take [-+@0] [-two+three@1000]  tablets[-+@0] [-+,@2000]  now[-+@0] [-+ please@"
	if s := strings.Join(got, " "); !strings.HasPrefix(s, want) {
		t.Errorf("got %q\nwant %q…", s, want)
	}
	if ps := changes(transcript.Draft{Text: "a b"}, "a c"); countChanges(ps) != 1 || ps[1].Timed {
		t.Errorf("without times: %+v", ps)
	}
}

func TestDoubtful(t *testing.T) {
	t.Parallel()
	word := func(text string, c float64) transcript.Word { return transcript.Word{Text: text, Confidence: &c} }
	short := []transcript.Word{word("a", 0.1), word("the", 0.2), word("of", 0.25), word("five", 0.3), word("mg", 0.9), {Text: "x"}}
	if got := doubtful(short); !slices.Equal(got, []int{0, 1, 3}) {
		t.Errorf("a number comes before less certain articles: %v", got)
	}
	var many []transcript.Word
	for i := range 200 {
		many = append(many, word("word", float64(i%50)/100))
	}
	if got := doubtful(many); len(got) != 8 || !slices.IsSorted(got) {
		t.Errorf("%d marks in 200 words, %v", len(got), got)
	}
	if got := doubtful(nil); got != nil {
		t.Errorf("marks without words: %v", got)
	}
}

// TestBundlesAreSmall holds each page's script to 15 kB on the wire, the
// workstation's, which has an editor in it, to 110.
func TestBundlesAreSmall(t *testing.T) {
	t.Parallel()
	a, err := loadAssets(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range a.byURL {
		most := 15 << 10
		if strings.HasPrefix(name, "review-") {
			most = 110 << 10
		}
		if strings.HasSuffix(name, ".js") && len(f.zipped) > most {
			t.Errorf("%s is %d bytes, gzipped", name, len(f.zipped))
		}
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"static/app.css": {Data: []byte(strings.Repeat("a{}", 100))},
		"dist/.keep":     {},
		"dist/work.js":   {Data: []byte("1")},
	}
	a, err := loadAssets(tree, []string{"work.js"})
	if err != nil {
		t.Fatal(err)
	}
	if u, err := a.url("app.css"); err != nil || !regexp.MustCompile(`^/assets/app-[0-9a-f]{12}\.css$`).MatchString(u) {
		t.Errorf("%q, %v", u, err)
	}
	if _, err := a.url("other.css"); err == nil {
		t.Error("an asset that is not there has a URL")
	}
	if _, err := loadAssets(tree, []string{"sign.js"}); err == nil || !strings.Contains(err.Error(), "make assets") {
		t.Errorf("a missing bundle: %v", err)
	}
}

func TestAssetsAreKeptForever(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	path := x.pages.assets.urls["review.js"]
	a := x.do("", "GET", path, nil, "Accept-Encoding", "gzip").want(http.StatusOK)
	for name, want := range map[string]string{
		"Content-Encoding": "gzip", "Cache-Control": "public, max-age=31536000, immutable",
		"Content-Type": "text/javascript; charset=utf-8", "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	x.do("", "GET", path, nil, "If-None-Match", a.header.Get("ETag")).want(http.StatusNotModified)
	if plain := x.do("", "GET", path, nil, "Accept-Encoding", "identity").want(http.StatusOK); len(plain.body) <= len(a.body) {
		t.Error("the plain answer is not longer than the zipped one")
	}
}

// TestNothingInline: no template holds what the Content-Security-Policy forbids.
func TestNothingInline(t *testing.T) {
	t.Parallel()
	inline := regexp.MustCompile(`(?i)<script(?: type="module")?>|<style|\sstyle=|\son[a-z]+=|javascript:|https?://`)
	err := fs.WalkDir(files, "templates", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(files, path)
		if m := inline.Find(b); m != nil {
			t.Errorf("%s holds %q", path, m)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
