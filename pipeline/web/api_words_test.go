package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestWordsAPI(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	ask := func(who string, words ...string) (out []string, near map[string][]string) {
		t.Helper()
		var v unknownWordsView
		x.do(who, "POST", "/api/v1/words/unknown", map[string]any{"words": words}).want(http.StatusOK, &v)
		near = make(map[string][]string)
		for _, u := range v.Unknown {
			out = append(out, u.Word)
			near[u.Word] = u.Suggestions
		}
		return out, near
	}
	got, near := ask("transcriptionist", "The", "patient’s", "Metoprool", "metoprolol", "ECGs", "pH", "mg", "5mg", "___", "zibrotakin", "zibrotakin", "apixaban")
	if !slices.Equal(got, []string{"Metoprool", "zibrotakin"}) || !slices.Contains(near["Metoprool"], "Metoprolol") || len(near["zibrotakin"]) != 0 {
		t.Errorf("%q, %q", got, near)
	}
	if none, _ := ask("transcriptionist"); none != nil {
		t.Errorf("of nothing: %q", none)
	}

	word := map[string]any{"word": " Zibrotakin "}
	x.do("transcriptionist", "POST", "/api/v1/words", word).wantProblem(http.StatusForbidden, "may not")
	var added, again siteWordView
	x.do("qa", "POST", "/api/v1/words", word).want(http.StatusCreated, &added)
	x.do("admin", "POST", "/api/v1/words", word).want(http.StatusCreated, &again)
	if added.Word != "zibrotakin" || again != added {
		t.Errorf("added %v, then %v", added, again)
	}
	if got, _ := ask("transcriptionist", "Zibrotakin", "zibrotakin's"); got != nil {
		t.Errorf("still unknown: %q", got)
	}
	x.do("transcriptionist", "POST", "/api/v1/words/remove", word).wantProblem(http.StatusForbidden, "may not")
	gone := map[string]any{"word": "zibrotakin"}
	x.do("qa", "POST", "/api/v1/words/remove", gone).want(http.StatusNoContent)
	x.do("qa", "POST", "/api/v1/words/remove", gone).wantProblem(http.StatusNotFound, "not on the site's list")
	if got, _ := ask("transcriptionist", "zibrotakin"); len(got) != 1 {
		t.Errorf("known after it was removed: %q", got)
	}
	if n := x.audited("qa", "word.added", "", "") + x.audited("qa", "word.removed", "", "") + x.audited("admin", "word.added", "", ""); n != 2 {
		t.Errorf("%d entries of what was done", n)
	}

	x.do("auditor", "POST", "/api/v1/words/unknown", map[string]any{"words": []string{"a"}}).wantProblem(http.StatusForbidden, "may not")
	x.do("qa", "POST", "/api/v1/words/unknown", map[string]any{"words": make([]string, 2001)}).wantProblem(http.StatusBadRequest, "At most 2000")
	x.do("qa", "POST", "/api/v1/words/unknown", map[string]any{"words": []string{strings.Repeat("é", 61)}}).wantProblem(http.StatusBadRequest, "at most 60")
	for _, bad := range []string{"", "x", "two words", "co-trimoxazole", "'tis", "5mg", strings.Repeat("a", 61)} {
		x.do("qa", "POST", "/api/v1/words", map[string]any{"word": bad}).wantProblem(http.StatusBadRequest, "word of the list")
	}
}

// TestWordsOfSignedNotes: a word of two signed notes is known, a slip of a listed
// word is not, however often it was signed; and none is suggested to anybody.
func TestWordsOfSignedNotes(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	for _, text := range []string{"Zibrotakin with metoprool. Quarxolin.", "He has zibrotakin and metoprool."} {
		x.signedText(text)
	}
	var v unknownWordsView
	x.do("transcriptionist", "POST", "/api/v1/words/unknown", map[string]any{"words": []string{"zibrotakin", "Zibrotakine", "metoprool", "quarxolin"}}).want(http.StatusOK, &v)
	var got []string
	for _, u := range v.Unknown {
		got = append(got, u.Word)
		if slices.Contains(u.Suggestions, "Zibrotakin") {
			t.Errorf("%s: a word of a note is suggested", u.Word)
		}
	}
	if !slices.Equal(got, []string{"Zibrotakine", "metoprool", "quarxolin"}) {
		t.Errorf("unknown: %q", got)
	}
}

// signedText is a note with that text in the chart.
func (x *site) signedText(text string) {
	x.t.Helper()
	d, by := x.claimed("author"), x.accounts["transcriptionist"].actor()
	n, err := x.Desk.Save(x.t.Context(), by, d.ID, d.TextN, text)
	if err != nil {
		x.t.Fatal(err)
	}
	if d, err = x.Desk.Complete(x.t.Context(), by, d.ID, n); err != nil {
		x.t.Fatal(err)
	}
	x.do("author", "POST", "/api/v1/dictations/"+d.ID+"/sign", map[string]any{"password": password}).want(http.StatusOK)
}

// TestWordListPage works as plain HTML.
func TestWordListPage(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	page := func(path string) answer { return x.do("qa", "GET", path, nil).want(http.StatusOK) }
	page("/words").has("There are none yet.", `href="/words"`)
	x.form("qa", "/words", url.Values{"word": {"Zibrotakin"}}).to("/words?said=word")
	x.form("qa", "/words", url.Values{"word": {"<b>x</b>"}}).want(http.StatusBadRequest).has("only letters", `value="&lt;b&gt;x&lt;/b&gt;"`)
	page("/words").has("zibrotakin", "Dr qa", "list: 1.")
	page("/words?letter=z").has("zibrotakin", "Words with z")
	page("/words?letter=a").lacks("zibrotakin")
	page("/words?letter=%C3%BC").has("Newest words")
	x.do("transcriptionist", "GET", "/words", nil).want(http.StatusForbidden)
	x.do("transcriptionist", "GET", "/work", nil).want(http.StatusOK).lacks(`href="/words"`)
	x.form("qa", "/words/remove", url.Values{"word": {"zibrotakin"}}).to("/words?said=word-removed")
	x.form("qa", "/words/remove", url.Values{"word": {"zibrotakin"}}).want(http.StatusNotFound)
}

// TestTextForm is the workstation of a browser without scripts.
func TestTextForm(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	path := "/review/" + d.ID + "/text"
	x.do("transcriptionist", "GET", "/review/"+d.ID, nil).want(http.StatusOK).has(`action="`+path+`"`, `name="version" value="1"`)
	form := func(version, text, act string) url.Values {
		return url.Values{"version": {version}, "text": {text}, "act": {act}}
	}
	x.form("transcriptionist", path, form("1", "Line one.\r\n<b>Two</b> ___.", "save")).to("/review/" + d.ID + "?said=text-saved")
	if got := x.text(d.ID); got.Text != "Line one.\n<b>Two</b> ___." || got.Version != 2 {
		t.Errorf("saved %q as %d", got.Text, got.Version)
	}
	x.do("transcriptionist", "GET", "/review/"+d.ID+"?said=text-saved", nil).want(http.StatusOK).has("Saved.", "&lt;b&gt;Two&lt;/b&gt;")

	// Made of an older version: nothing is saved, both texts come back.
	x.form("transcriptionist", path, form("1", "Mine <i>here</i>.", "complete")).want(http.StatusPreconditionFailed).
		has("Mine &lt;i&gt;here&lt;/i&gt;.", "What is saved (version 2)", "Line one.\n&lt;b&gt;Two", `name="version" value="2"`)
	if got := x.text(d.ID); got.Version != 2 {
		t.Errorf("version %d was made of an old one", got.Version)
	}

	for _, bad := range []url.Values{{"text": {"x"}}, {"version": {"2"}}, form("x", "x", "")} {
		x.form("transcriptionist", path, bad).want(http.StatusBadRequest)
	}
	x.form("transcriptionist2", path, form("2", "x", "")).want(http.StatusForbidden)
	x.form("transcriptionist", path, form("2", "One ___.", "complete")).want(http.StatusConflict).has("Saved, but not completed", `name="version" value="3"`)
	done := form("3", "One ___.", "complete")
	done.Set("blanks", "on")
	x.form("transcriptionist", path, done).to("/work?said=completed")
}
