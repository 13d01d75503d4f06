package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"dictation/pipeline"
)

// TestPrintViewOfUnsignedText: the right to the chart is one to signed notes.
func TestPrintViewOfUnsignedText(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	x.save(d.ID, x.accounts["transcriptionist"].actor(), d.TextN, "Not checked by anybody yet.")
	for _, who := range []string{"records", "clinician"} {
		x.do(who, "GET", "/sign/"+d.ID+"/print", nil).want(http.StatusForbidden).lacks("Not checked")
	}
	x.do("author", "GET", "/sign/"+d.ID+"/print", nil).want(http.StatusOK).has("DRAFT", "Not checked")
	typed := x.typed("author")
	x.do("records", "GET", "/sign/"+typed.ID+"/print", nil).want(http.StatusForbidden)
	x.do("clinician", "GET", "/sign/"+typed.ID+"/print", nil).want(http.StatusOK).has("DRAFT")
	signed, _ := x.delivered("author")
	x.do("records", "GET", "/sign/"+signed.ID+"/print", nil).want(http.StatusOK).has(noteText)
}

// TestTwoSignaturesAreOfTwoPeople, whoever is whose proxy.
func TestTwoSignaturesAreOfTwoPeople(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.account("attending", pipeline.RoleClinician)
	x.do("admin", "POST", "/api/v1/users/author/attending", m{"attending": "attending"}).want(http.StatusOK)
	until := time.Now().Add(24 * time.Hour)
	for _, proxy := range []string{"author", "clinician"} {
		x.do("attending", "POST", "/api/v1/me/proxies", m{"proxy": proxy, "until": until}).want(http.StatusCreated)
	}
	d := x.typed("author")
	path := "/api/v1/dictations/" + d.ID
	x.do("author", "POST", path+"/sign", m{"password": password}).want(http.StatusAccepted)
	x.do("author", "POST", path+"/sign", m{"password": password}).wantProblem(http.StatusForbidden, "first signature")
	x.do("author", "GET", "/sign/"+d.ID, nil).want(http.StatusOK).lacks(`id="sign-button"`)
	var n noteView
	x.do("clinician", "POST", path+"/sign", m{"password": password}).want(http.StatusOK, &n)
	if n.Seal.Meaning != pipeline.MeansAttendingProxy || n.Earlier[0].SignerID == n.Seal.SignerID {
		t.Errorf("%+v after %+v", n.Seal, n.Earlier)
	}
}

// TestOneSignatureDoesNotReplaceTwo: who needs a second signature amends nothing alone.
func TestOneSignatureDoesNotReplaceTwo(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.account("attending", pipeline.RoleClinician)
	x.do("admin", "POST", "/api/v1/users/author/attending", m{"attending": "attending"}).want(http.StatusOK)
	d := x.typed("author")
	path := "/api/v1/dictations/" + d.ID
	x.do("author", "POST", path+"/sign", m{"password": password}).want(http.StatusAccepted)
	x.do("attending", "POST", path+"/sign", m{"password": password}).want(http.StatusOK)
	for _, relation := range []string{"addendum", "amendment"} {
		body := m{"relation": relation, "text": "Something else.", "reason": "It was wrong.", "password": password}
		x.do("author", "POST", path+"/later", body).wantProblem(http.StatusForbidden, "attending as well")
		x.do("attending", "POST", path+"/later", body).want(http.StatusCreated)
	}
	x.do("author", "GET", "/sign/"+d.ID, nil).want(http.StatusOK).lacks("Sign the addendum")
}

// TestRefusedMendIsKept: what a signer typed stands on the page that refuses it.
func TestRefusedMendIsKept(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.typed("author")
	mend := func(who, text string) answer {
		return x.form(who, "/sign/"+d.ID+"/text", url.Values{"version": {"2"}, "text": {text}})
	}
	if d.TextN != 2 {
		t.Fatalf("version %d", d.TextN)
	}
	mend("clinician", "Of the clinician.").want(http.StatusSeeOther)
	mend("author", "Of the <b>author</b>.").want(http.StatusPreconditionFailed).has("Of the clinician.", "Of the &lt;b&gt;author&lt;/b&gt;.").lacks("<b>author")
	x.do("author", "GET", "/sign/"+d.ID, nil).want(http.StatusOK).has("Of the clinician.").lacks("author&lt;", "Of the &lt;b")
}

// TestDisputesOfOthers: a QA editor reads and hears the marks that he gave, a lead
// everybody's.
func TestDisputesOfOthers(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.account("qa2", pipeline.RoleQA)
	a := x.assessedText()
	x.heldSound(pipeline.Dictation{ID: a.Dictation})
	clip := "/api/v1/qa/assessments/" + a.ID + "/marks/1/sound"
	for who, want := range map[string]struct{ status, n int }{"qa": {200, 1}, "lead": {200, 1}, "qa2": {403, 0}} {
		var list assessmentsView
		x.do(who, "GET", "/api/v1/qa/disputes", nil).want(http.StatusOK, &list)
		if len(list.Assessments) != want.n {
			t.Errorf("%s sees %d disputes", who, len(list.Assessments))
		}
		x.do(who, "GET", clip, nil).want(want.status)
	}
	x.do("qa2", "GET", "/qa/disputes", nil).want(http.StatusOK).has("No dispute waits").lacks("I cannot hear it.")
	x.do("qa", "GET", "/qa/disputes", nil).want(http.StatusOK).has("I cannot hear it.")
}
