package web

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// TestAccountsPage: an administrator changes roles and closes an account, and is
// told before what hangs on it.
func TestAccountsPage(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	held := x.claimed("author")
	x.typed("author")
	w := newBrowser(t).tab(x)
	w.signIn("admin", "/admin")
	w.visit("/admin/users")
	w.focus("a[href='/admin/users/transcriptionist/close']")
	w.keys(kb.Enter)
	w.at("/admin/users/transcriptionist/close")
	w.shows("1 dictation in hand goes back to the queue")
	w.shot("close-account", "light")
	w.focus("a[href='/admin/users'].button")
	w.keys(kb.Enter)
	w.at("/admin/users")
	if d, err := x.Store.Dictation(t.Context(), held.ID); err != nil || d.HolderID == "" {
		t.Errorf("asking alone gave the job back: %v", err)
	}

	roles := "form[action='/admin/users/transcriptionist/roles']"
	w.until("(document.querySelector(\"" + roles + "\").closest('details').open = true)")
	w.shot("account-roles", "light")
	w.focus(roles + " input[value=transcriptionist]")
	w.keys(" ")
	w.focus(roles + " input[value=qa]")
	w.keys(" ")
	w.focus(roles + " button")
	w.keys(kb.Enter)
	w.shows("The roles are changed.")
	u, _, err := x.Store.UserByName(t.Context(), "transcriptionist")
	if err != nil || len(u.Roles) != 1 || u.Roles[0] != pipeline.RoleQA {
		t.Errorf("roles %v, %v", u.Roles, err)
	}
	d, err := x.Store.Dictation(t.Context(), held.ID)
	if err != nil || d.HolderID != "" || d.State != pipeline.Pending {
		t.Errorf("who may no longer type still has %s with %q, %v", d.Position, d.HolderID, err)
	}

	w.visit("/admin/users/author/close")
	w.shows("1 note waits for the signature of this author")
	w.shows("1 dictation of this author is on its way")
	w.focus("form button.danger")
	w.keys(kb.Enter)
	w.shows("The account is closed")
	if u, err := x.Store.User(t.Context(), x.accounts["author"].ID); err != nil || !u.Disabled {
		t.Errorf("disabled %v, %v", u.Disabled, err)
	}
}

// TestRolesByProgram is the same for programs, with what is refused.
func TestRolesByProgram(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	held := x.claimed("author")
	roles := func(who string, names ...string) answer {
		return x.do("admin", "POST", "/api/v1/users/"+who+"/roles", m{"roles": names})
	}
	roles("transcriptionist", "captain").want(http.StatusBadRequest)
	roles("transcriptionist").wantProblem(http.StatusBadRequest, "at least one role")
	roles("nobody", "qa").want(http.StatusNotFound)
	roles("admin", "auditor").wantProblem(http.StatusConflict, "from yourself")
	var u userView
	roles("transcriptionist", "transcriptionist", "transcriptionist", "lead").want(http.StatusOK, &u)
	if len(u.Roles) != 2 {
		t.Errorf("roles %v", u.Roles)
	}
	var work store.OpenWork
	x.do("admin", "GET", "/api/v1/users/transcriptionist/work", nil).want(http.StatusOK, &work)
	if work != (store.OpenWork{InHand: 1}) {
		t.Errorf("%+v", work)
	}
	roles("transcriptionist", "clinician").want(http.StatusOK)
	x.do("transcriptionist", "GET", "/api/v1/dictations/"+held.ID+"/text", nil).want(http.StatusForbidden)
	if n := x.audited("admin", "user.roles", "", ""); n != 2 {
		t.Errorf("%d entries of changed roles", n)
	}
	// A lead keeps the phrases and words of the site.
	x.do("lead", "POST", "/api/v1/phrases", newPhrase{Kind: pipeline.Expander, Site: true, Trigger: "htn", Text: "hypertension"}).want(http.StatusCreated)
	x.do("lead", "GET", "/words", nil).want(http.StatusOK)
	if v, _, err := x.Store.CheckAudit(t.Context()); err != nil || len(v.Problems()) > 0 {
		t.Errorf("audit %v, %v", v.Problems(), err)
	}
}
