package web

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/store"
)

var fieldOf = regexp.MustCompile(`<(?:input|select)[^>]* name="(start|why|mrn|visit)"(?:[^>]* value="([^"]*)")?`)

// fields reads the split form as a browser without scripts would send it.
func (a answer) fields() url.Values {
	a.t.Helper()
	f := url.Values{}
	_, body, _ := strings.Cut(string(a.body), `id="split"`)
	for _, m := range fieldOf.FindAllStringSubmatch(body, -1) {
		f.Add(m[1], html.UnescapeString(m[2]))
	}
	for range f["start"] {
		f.Add("worktype", "consultation")
		f.Add("priority", "routine")
	}
	return f
}

func (x *site) splitForm(who, id string, f url.Values, do string) answer {
	x.t.Helper()
	f.Set("do", do)
	return x.form(who, "/dictations/"+id+"/split", f)
}

// TestSplitWithoutScript splits a tape by plain forms.
func TestSplitWithoutScript(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	tape := x.tape("author")
	x.do("author", "GET", "/dictations", nil).want(http.StatusOK).has("Several patients", "/split\">Split it")
	x.do("transcriptionist", "GET", "/work", nil).want(http.StatusOK).has("Tapes to split", tape.JobNumber)
	x.do("admin", "GET", "/admin", nil).want(http.StatusOK).has("/dictations/" + tape.ID + "/split")
	x.do("author", "GET", "/dictations/"+tape.ID, nil).want(http.StatusOK).has("Say where each dictation begins", pipeline.ForSplit)
	page := x.do("author", "GET", "/dictations/"+tape.ID+"/split", nil).want(http.StatusOK).
		has("Part 3", "a tone before it", "a pause of", "It is one dictation", `<path class="wave-line" d="M`, "<audio")
	f := page.fields()
	if len(f["start"]) != 3 || f["start"][0] != "0:00.0" {
		t.Fatalf("proposed: %v", f)
	}
	second, third := f["start"][1], f["start"][2]

	// A cut is added, moved, and removed again; what was typed stays.
	f["mrn"][2] = "MRN-1002"
	f.Set("at", "0:01.5")
	f = x.splitForm("author", tape.ID, f, "add").want(http.StatusOK).has("Part 4", `value="0:01.5" inputmode="decimal" autocomplete="off" required autofocus`).fields()
	if f["start"][1] != "0:01.5" || f["mrn"][3] != "MRN-1002" {
		t.Errorf("after adding: %v", f)
	}
	f = x.splitForm("author", tape.ID, f, "remove:2").want(http.StatusOK).lacks("Part 4").fields()
	if f["start"][1] != second || f["start"][2] != third || f["mrn"][2] != "MRN-1002" {
		t.Errorf("after removing: %v", f)
	}
	f.Set("at", "9:99")
	x.splitForm("author", tape.ID, f, "add").want(http.StatusBadRequest).has("minutes:seconds", "MRN-1002")
	f.Set("at", "55:00")
	x.splitForm("author", tape.ID, f, "add").want(http.StatusBadRequest).has("inside the recording")
	f.Del("at")

	f.Set("q", "rosen")
	x.splitForm("author", tape.ID, f, "find").want(http.StatusOK).has("Rosenfeld, Ada Maria, born", `<option value="V-77">`)
	f.Set("q", "r")
	x.splitForm("author", tape.ID, f, "find").want(http.StatusBadRequest).has("two characters", "MRN-1002")
	f.Del("q")

	// Nothing is made before the last yes, and nothing of what is wrong.
	f["mrn"][0], f["visit"][0] = "MRN-1001", "V-77"
	wrong := url.Values{}
	for k, v := range f {
		wrong[k] = append([]string(nil), v...)
	}
	wrong["mrn"][1] = "MRN-9"
	x.splitForm("author", tape.ID, wrong, "check").want(http.StatusBadRequest).has("Part 2: There is no patient with that number", "MRN-9")
	wrong["mrn"][1], wrong["start"][1] = "", "soon"
	x.splitForm("author", tape.ID, wrong, "check").want(http.StatusBadRequest).has("Part 2: A time is written", "soon")
	wrong["start"][1] = "0:00.4"
	x.splitForm("author", tape.ID, wrong, "split").want(http.StatusBadRequest).has("shorter than a second")
	x.splitForm("author", tape.ID, url.Values{"start": {"0:00.0"}}, "split").want(http.StatusBadRequest).has("did not arrive whole")
	f["priority"][0] = "stat"
	check := x.splitForm("author", tape.ID, f, "check").want(http.StatusOK).
		has("This will happen", "Split into 3 dictations", "Rosenfeld, Ada Maria", "visit V-77", "STAT", "Adamski, Jan", "Patient not named", "kept unchanged")
	if parts, err := x.Store.Parts(t.Context(), tape.ID); len(parts) != 0 || err != nil {
		t.Fatal("parts were made before the last yes", err)
	}
	if n := x.audited("author", string(pipeline.FindPatient), tape.ID, x.patients[1].ID); n != 1 {
		t.Errorf("%d entries of the patient whose name was shown", n)
	}
	yes := check.fields()
	yes["priority"][0] = "stat"
	x.splitForm("author", tape.ID, yes, "split").to("/dictations/" + tape.ID + "?said=split")
	x.splitForm("author", tape.ID, yes, "split").to("/dictations/" + tape.ID + "?said=split") // the button was pressed twice

	parts := x.tiled(tape, 3)
	if parts[0].PatientID != x.patients[0].ID || parts[0].EncounterID != x.visit.ID || parts[0].Priority != pipeline.STAT ||
		!parts[1].AsksFor("patient") || parts[2].PatientID != x.patients[1].ID {
		t.Errorf("%+v", parts)
	}
	after := x.do("author", "GET", "/dictations/"+tape.ID+"?said=split", nil).want(http.StatusOK).
		has("The recording was split", "Its parts", "Split into its dictations", "by its parts", "kept unchanged").lacks("Split it")
	for _, p := range parts {
		after.has("/dictations/"+p.ID, p.JobNumber)
		x.do("author", "GET", "/dictations/"+p.ID, nil).want(http.StatusOK).has("Part of", tape.JobNumber, pipeline.Clock(inMS(p.Part.From)))
	}
	x.do("author", "GET", "/dictations/"+tape.ID+"/split", nil).to("/dictations/" + tape.ID)
	x.do("admin", "GET", "/dictations/"+tape.ID, nil).want(http.StatusOK).lacks("Rosenfeld", "Adamski")
	x.form("auditor", "/audit/verify", nil).want(http.StatusOK).has("The chain is whole")
}

func TestWholeAfterAll(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	tape := x.tape("author")
	x.form("author", "/dictations/"+tape.ID+"/whole", nil).want(http.StatusConflict).has("Name the patient first")
	x.do("admin", "POST", "/api/v1/dictations/"+tape.ID+"/identify", identity{PatientMRN: "MRN-1001"}).want(http.StatusOK)
	x.form("transcriptionist", "/dictations/"+tape.ID+"/whole", nil).to("/dictations/" + tape.ID + "?said=whole")
	x.do("author", "GET", "/dictations/"+tape.ID+"?said=whole", nil).has("goes on as one dictation", "Waiting for speech recognition", "Holds several dictations? Split it")
	// Too late: somebody has it in hand.
	held := x.claimed("author")
	x.do("author", "GET", "/dictations/"+held.ID, nil).want(http.StatusOK).lacks("Split it")
	x.do("author", "GET", "/dictations/"+held.ID+"/split", nil).want(http.StatusConflict).has("in hand")
}

// TestSplitByKeyboard moves a cut, names a patient and splits, all by keys.
func TestSplitByKeyboard(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	tape := x.tape("author")
	w := newBrowser(t).tab(x)
	w.signIn("author", "/dictations")
	path := "/dictations/" + tape.ID + "/split"
	w.visit(path)
	w.until(`document.querySelectorAll(".cut").length === 2`)
	for _, scheme := range []string{"light", "dark"} {
		w.scheme(scheme)
		if found := w.axe(everyRule); found != "" {
			t.Errorf("%s:\n%s", scheme, found)
		}
		w.shot("split-"+scheme, scheme)
	}
	begin := func() int64 {
		t.Helper()
		ms, err := pipeline.ParseClock(eval[string](w, `document.querySelector("#start-2").value`))
		if err != nil {
			t.Fatal(err)
		}
		return ms
	}
	at := begin()
	w.focus(".cut")
	w.keys(kb.ArrowRight + kb.ArrowRight + kb.ArrowRight)
	w.keys(kb.ArrowLeft, chromedp.ModifierShift)
	at -= 700
	if got := begin(); got != at {
		t.Errorf("the keys moved the cut to %d, want %d", got, at)
	}
	told := eval[string](w, `document.querySelector(".cut").getAttribute("aria-valuetext")`)
	if want := pipeline.Clock(at) + " of " + pipeline.Clock(tape.Sound.DurationMS); told != want {
		t.Errorf("the cut says %q, want %q", told, want)
	}
	at = w.drag(".cut", 40)
	if got := begin(); got != at {
		t.Errorf("dragged to %d, the form says %d", at, got)
	}
	w.keys(" ") // plays from the cut
	w.until(`document.querySelector("#sound").currentTime * 1000 > ` + eval[string](w, `document.querySelector(".cut").getAttribute("aria-valuenow")`))
	eval[any](w, `document.querySelector("#sound").pause(); 0`)

	w.focus("#at")
	eval[any](w, `document.querySelector("#at").select(); 0`)
	w.keys("0:01.2" + kb.Enter)
	w.focused("#start-2")
	w.until(`document.querySelectorAll(".cut").length === 3`)
	w.focus(".cut")
	w.keys(kb.Delete)
	w.until(`document.querySelectorAll(".cut").length === 2 && document.querySelectorAll("#rows > li").length === 3`)

	w.focus("#mrn-1")
	w.types("MRN-1001")
	w.shows("Rosenfeld, Ada Maria, born 4 May 1971")
	w.focus("#mrn-3")
	w.types("MRN-1002")
	w.shows("Adamski, Jan")
	w.focus("#check")
	w.keys(kb.Enter)
	w.shows("This will happen when you confirm")
	if found := w.axe(everyRule); found != "" {
		t.Errorf("confirm:\n%s", found)
	}
	w.shot("split-confirm", "light")
	w.focused("#confirm")
	w.keys(kb.Enter)
	w.at("/dictations/" + tape.ID)
	w.shows("Its parts")
	if found := w.axe(everyRule); found != "" {
		t.Errorf("after:\n%s", found)
	}
	w.shot("split-done", "light")
	parts := x.tiled(tape, 3)
	if parts[1].Part.From != at*16 || parts[0].PatientID != x.patients[0].ID || !parts[1].AsksFor("patient") || parts[2].PatientID != x.patients[1].ID {
		t.Errorf("%+v", parts)
	}
	w.visit("/dictations/" + parts[0].ID)
	w.shows("Part of")
	// And on a phone, another one.
	other := x.tape("author")
	w.phone("/dictations/"+other.ID+"/split", "phone-split")
	w.phone("/dictations/"+tape.ID, "phone-tape")
}

// drag pulls an element of a timeline to the right, in pixels, and gives the time
// at which it says it is then.
func (w *tab) drag(css string, by float64) (ms int64) {
	w.t.Helper()
	box := eval[[]float64](w, `(() => { const b = document.querySelector("`+css+`").getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] })()`)
	before := eval[string](w, `document.querySelector("`+css+`").getAttribute("aria-valuenow")`)
	const moved = "mouseMoved"
	w.do(chromedp.MouseEvent(chromedp.MousePressed, box[0], box[1], chromedp.ButtonLeft),
		chromedp.MouseEvent(moved, box[0]+by/2, box[1], chromedp.ButtonLeft),
		chromedp.MouseEvent(moved, box[0]+by, box[1], chromedp.ButtonLeft),
		chromedp.MouseEvent(chromedp.MouseReleased, box[0]+by, box[1], chromedp.ButtonLeft))
	w.until(`document.querySelector("` + css + `").getAttribute("aria-valuenow") !== "` + before + `"`)
	ms, err := strconv.ParseInt(eval[string](w, `document.querySelector("`+css+`").getAttribute("aria-valuenow")`), 10, 64)
	if err != nil {
		w.t.Fatal(err)
	}
	return ms
}

// Who may split without hearing gets the page without the sound.
func TestSplitRights(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	tape := x.tape("author")
	path := "/dictations/" + tape.ID
	x.do("transcriptionist", "GET", path+"/split", nil).want(http.StatusOK).has("<audio").lacks("Find a patient")
	x.do("transcriptionist", "GET", "/api/v1"+path+"/audio", nil).want(http.StatusOK)
	x.do("admin", "GET", path+"/split", nil).want(http.StatusOK).has("may not hear").lacks("<audio", ">Listen<")
	x.do("admin", "GET", "/api/v1"+path+"/audio", nil).wantProblem(http.StatusForbidden, "may not")
	for _, who := range []string{"author2", "clinician", "qa", "records", "auditor"} {
		x.do(who, "GET", path+"/split", nil).want(http.StatusForbidden)
		x.form(who, path+"/split", url.Values{"do": {"split"}}).want(http.StatusForbidden)
	}
	if n := x.audited("admin", string(pipeline.ReadDictation), tape.ID, ""); n != 1 {
		t.Errorf("%d entries of the page that the administrator saw", n)
	}
}

func TestPropose(t *testing.T) {
	t.Parallel()
	cut := func(at float64) audio.Cut {
		return audio.Cut{Start: time.Duration(at * float64(time.Second)), Speech: time.Second, Why: audio.CutCue}
	}
	var many []audio.Cut
	for i := range 300 {
		many = append(many, cut(float64(2*i)))
	}
	for name, c := range map[string]struct {
		cuts []audio.Cut
		want int
	}{
		"nothing known":     {nil, 1},
		"one":               {[]audio.Cut{cut(0)}, 1},
		"two":               {[]audio.Cut{cut(0), cut(5)}, 2},
		"too close":         {[]audio.Cut{cut(0), cut(5), cut(5.5)}, 2},
		"close to the ends": {[]audio.Cut{cut(0), cut(0.5), cut(5), cut(999.5)}, 2},
		"too many":          {many, 200},
	} {
		parts := propose(c.cuts, 1_000_000)
		end := int64(0)
		for _, p := range parts {
			if p.StartMS != end || p.EndMS-p.StartMS < 1000 {
				t.Errorf("%s: a part from %d to %d after %d", name, p.StartMS, p.EndMS, end)
			}
			end = p.EndMS
		}
		if len(parts) != c.want || end != 1_000_000 {
			t.Errorf("%s: %d parts up to %d, want %d", name, len(parts), end, c.want)
		}
	}
}

func TestStrokes(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 3, 999, 1000, 1001, 5000} {
		p := audio.Peaks{Bits: 8, Pairs: make([]int16, 2*n)}
		for i := range p.Pairs {
			p.Pairs[i] = int16(i%256 - 128)
		}
		if got := strings.Count(strokes(p), "M"); got != min(n, 1000) {
			t.Errorf("%d peaks are drawn as %d strokes", n, got)
		}
	}
}

// TestTapeIsSent: a tape needs no patient, only the word that it is one.
func TestTapeIsSent(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	file := filepath.Join(t.TempDir(), "tape.wav")
	if err := os.WriteFile(file, wav(quiet(2)), 0o600); err != nil {
		t.Fatal(err)
	}
	w := newBrowser(t).tab(x)
	w.signIn("author", "/dictations")
	w.do(chromedp.SetUploadFiles(chromedp.CSS("#audio"), []string{file}))
	w.shows("Find the patient first.")
	w.focus("#several")
	w.keys(" ")
	w.shows("Send 1 recording for several patients")
	w.focus("#send-button")
	w.keys(kb.Enter)
	w.shows("SHA-256")
	ds, err := x.Store.Dictations(t.Context(), store.Filter{})
	if err != nil || len(ds) != 1 || !ds[0].Several || ds[0].PatientID != "" {
		t.Errorf("%+v, %v", ds, err)
	}
}

// Where "next patient" was said a part begins, unless a tone or pause is there.
func TestSaidCuts(t *testing.T) {
	t.Parallel()
	cuts := []audio.Cut{{Why: audio.CutStart}, {Start: 60 * time.Second, Why: audio.CutPause}}
	got := withSaid(cuts, []time.Duration{62 * time.Second, 100 * time.Second, 3 * time.Second})
	var list []string
	for _, c := range got {
		list = append(list, c.Start.String()+" "+string(c.Why))
	}
	if want := "0s start, 3s said, 1m0s pause, 1m40s said"; strings.Join(list, ", ") != want {
		t.Errorf("cuts %v, want %s", list, want)
	}
}
