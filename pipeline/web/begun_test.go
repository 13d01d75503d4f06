package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/transcript"
)

// While a long recording is recognised in pieces, its author reads the beginning
// and how far it is; others do not.
func TestBegun(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.work(x.received("author"), pipeline.Result{Sound: &pipeline.Sound{Canonical: pipeline.Object{Key: "k"}, DurationMS: 9000}})
	path := "/api/v1/dictations/" + d.ID + "/text"
	x.do("author", "GET", path, nil).wantProblem(http.StatusConflict, "no text yet")

	d, err := x.Store.Claim(t.Context(), d.ID, pipeline.Transcribe, "w", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	job := pipeline.Job{Dictation: d, Stage: pipeline.Transcribe, Attempt: d.Attempt}
	plan := []pipeline.Piece{{N: 0, EndMS: 3000}, {N: 1, StartMS: 3000, EndMS: 6000}, {N: 2, StartMS: 6000, EndMS: 9000}}
	if err := x.Store.Divide(t.Context(), job, "w", plan); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 2} {
		words := []transcript.Word{{Text: "heard", StartMS: plan[n].StartMS, EndMS: plan[n].EndMS}, {Text: "well", StartMS: plan[n].EndMS, EndMS: plan[n].EndMS}}
		if err := x.Store.FinishPiece(t.Context(), d.ID, pipeline.PieceResult{Piece: plan[n], Engine: "e", Words: words}); err != nil {
			t.Fatal(err)
		}
	}
	var got textView
	a := x.do("author", "GET", path, nil).want(http.StatusOK, &got)
	if got.Kind != begunText || got.Version != 0 || got.Text != "Heard well" || len(got.Words) != 2 || a.header.Get("ETag") != "" {
		t.Errorf("the beginning is %+v", got)
	}
	if p := got.Progress; p == nil || *p != (progressView{DoneMS: 6000, OfMS: 9000}) {
		t.Errorf("progress %+v", p)
	}
	x.do("transcriptionist", "GET", path, nil).want(http.StatusForbidden)
	if body := x.do("author", "GET", "/dictations/"+d.ID, nil).want(http.StatusOK).body; !strings.Contains(string(body), "Being recognised") || !strings.Contains(string(body), "Heard well") {
		t.Error("the page does not show the beginning")
	}
}

// An author whose drafts are mostly wrong is typed from the sound, with the
// figure shown; without the limit the draft is there.
func TestWithheldDraft(t *testing.T) {
	t.Parallel()
	for limit, kept := range map[float64]bool{0.3: true, 0: false, 0.99: false} {
		x := newSite(t, Options{Withhold: Withhold{Above: limit, Notes: 1}})
		d, _ := x.delivered("author")
		err := x.Store.SaveScores(t.Context(), []pipeline.Studied{{
			Dictation: d.ID, Compared: pipeline.ComparedDraft, Engine: "e", Score: pipeline.Score{Words: 100, Errors: 45},
		}})
		if err != nil {
			t.Fatal(err)
		}
		next := x.claimed("author")
		page := string(x.do("transcriptionist", "GET", "/review/"+next.ID, nil).want(http.StatusOK).body)
		if shown := strings.Contains(page, "45 % of the words were wrong (limit 30 %)"); shown != kept {
			t.Errorf("limit %v: the figure is shown: %v", limit, shown)
		}
		_, editor, _ := strings.Cut(page, `<textarea id="plain-text"`)
		editor, _, _ = strings.Cut(editor, "</textarea>")
		if strings.Contains(editor, draftText) == kept {
			t.Errorf("limit %v: the editor begins with %q", limit, editor)
		}
	}
}
