package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dictation/pipeline"
)

func TestPhrasesAPI(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	mine := newPhrase{Kind: pipeline.Expander, Trigger: "SOB", Text: "shortness of breath"}
	site := newPhrase{Kind: pipeline.Normal, Site: true, Trigger: "lungs", Text: "Clear on the [side: left|right] side."}
	var own, all phraseView
	x.do("transcriptionist", "POST", "/api/v1/phrases", mine).want(http.StatusCreated, &own)
	if own.Trigger != "sob" || own.Site {
		t.Errorf("made %+v", own)
	}
	x.do("qa", "POST", "/api/v1/phrases", site).want(http.StatusCreated, &all)

	// The site's are changed by QA editors and administrators only, and others' own by nobody.
	x.do("transcriptionist", "POST", "/api/v1/phrases", site).wantProblem(http.StatusForbidden, "may not")
	x.do("transcriptionist", "PUT", "/api/v1/phrases/"+all.ID, site).wantProblem(http.StatusForbidden, "may not")
	x.do("transcriptionist", "DELETE", "/api/v1/phrases/"+all.ID, nil).wantProblem(http.StatusForbidden, "may not")
	x.do("qa", "PUT", "/api/v1/phrases/"+own.ID, mine).wantProblem(http.StatusNotFound, "no such phrase")
	x.do("admin", "DELETE", "/api/v1/phrases/"+own.ID, nil).wantProblem(http.StatusNotFound, "no such phrase")
	if n := x.audited("transcriptionist", "PUT /api/v1/phrases/{phrase}", "", ""); n != 1 {
		t.Errorf("%d entries of the refused change", n)
	}

	x.do("transcriptionist", "POST", "/api/v1/phrases", mine).wantProblem(http.StatusConflict, "“sob” is typed for another phrase")
	x.do("transcriptionist", "POST", "/api/v1/phrases", newPhrase{Kind: "macro"}).wantProblem(http.StatusBadRequest, "expander, a normal or a template")
	mine.Site = true
	x.do("transcriptionist", "PUT", "/api/v1/phrases/"+own.ID, mine).wantProblem(http.StatusBadRequest, "stays yours")
	site.Text = "Clear."
	x.do("admin", "PUT", "/api/v1/phrases/"+all.ID, site).want(http.StatusOK, &all)

	var list phrasesView
	x.do("transcriptionist", "GET", "/api/v1/phrases", nil).want(http.StatusOK, &list)
	if len(list.Phrases) != 2 || list.Phrases[0].ID != own.ID || list.Phrases[1].Text != "Clear." {
		t.Errorf("%+v", list)
	}
	x.do("transcriptionist2", "GET", "/api/v1/phrases", nil).want(http.StatusOK, &list)
	if len(list.Phrases) != 1 {
		t.Errorf("another one has %+v", list)
	}
	x.do("transcriptionist", "DELETE", "/api/v1/phrases/"+own.ID, nil).want(http.StatusNoContent)
	x.do("transcriptionist", "DELETE", "/api/v1/phrases/"+own.ID, nil).wantProblem(http.StatusNotFound, "no such phrase")
	if n := x.audited("transcriptionist", "phrase.added", "", "") + x.audited("transcriptionist", "phrase.deleted", "", ""); n != 2 {
		t.Errorf("%d entries of what was done", n)
	}
}

// TestPhrasesPage works as plain HTML, and text that is HTML stays text.
func TestPhrasesPage(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	page := func(who string) answer { return x.do(who, "GET", "/phrases", nil).want(http.StatusOK) }
	page("transcriptionist").has("There are none yet.").lacks(`name="site"`)
	page("qa").has(`name="site"`)

	f := url.Values{"kind": {"normal"}, "trigger": {"nl"}, "text": {"<b>Lungs</b> clear.\r\nHeart [rate]."}, "title": {"Normal lungs"}, "worktype": {"consultation"}}
	x.form("transcriptionist", "/phrases", f).to("/phrases?said=phrase")
	body := page("transcriptionist").has("&lt;b&gt;Lungs&lt;/b&gt; clear.\nHeart [rate].", "Normal lungs", "Consultation").lacks("<b>Lungs").body
	x.form("transcriptionist", "/phrases", f).want(http.StatusConflict).has("“nl” is typed for another phrase", `value="Normal lungs"`)
	_, after, _ := strings.Cut(string(body), `action="/phrases/`)
	id, _, _ := strings.Cut(after, `"`)

	f.Set("trigger", "n")
	x.form("transcriptionist", "/phrases/"+id, f).want(http.StatusBadRequest).has("2 to 24 characters", "Change the phrase")
	f.Set("trigger", "nlu")
	x.form("transcriptionist", "/phrases/"+id, f).to("/phrases?said=phrase")
	page("transcriptionist").has(">nlu</b>")
	x.form("transcriptionist2", "/phrases/"+id, f).want(http.StatusNotFound)

	f.Set("site", "on")
	x.form("transcriptionist", "/phrases", f).want(http.StatusForbidden)
	x.form("qa", "/phrases", f).to("/phrases?said=phrase")
	page("transcriptionist2").has(">nlu</b>").lacks("Change or delete")
	page("admin").has("Change or delete")
	x.form("transcriptionist", "/phrases/"+id, url.Values{"act": {"delete"}}).to("/phrases?said=phrase-deleted")
	if n := strings.Count(string(page("transcriptionist").body), ">nlu</b>"); n != 1 {
		t.Errorf("%d phrases are left", n)
	}
}
