package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dictation/pipeline"
	"dictation/pipeline/review"
	"dictation/pipeline/store"
	"dictation/transcript"
)

// questioned waits for the author's signature; its typist has marked two places as
// doubtful, one with a reason and one without.
func (x *site) questioned(author string) pipeline.Dictation {
	x.t.Helper()
	d := x.doubted(author, strings.Replace(heardText, "___", "Adams", 1))
	typist := x.accounts["transcriptionist"]
	if _, err := x.Desk.Return(x.t.Context(), x.accounts[author].User, x.accounts[author].actor(), d.ID, "Mark what you doubt."); err != nil {
		x.t.Fatal(err)
	}
	d, err := x.Desk.Claim(x.t.Context(), typist.User, typist.actor(), d.ID)
	if err != nil {
		x.t.Fatal(err)
	}
	v, err := x.Store.Text(x.t.Context(), d.ID, 0)
	if err != nil {
		x.t.Fatal(err)
	}
	mark := func(words, reason string, ms int64) transcript.Mark {
		return transcript.Mark{Kind: transcript.QAMark, Offset: strings.Index(v.Text, words), Length: len(words), AudioMS: ms, Reason: reason}
	}
	n, _, err := x.Desk.SaveEdit(x.t.Context(), typist.actor(), d.ID, d.TextN, review.Edit{
		Text: v.Text, Marks: []transcript.Mark{mark("metoprolol", "or <b>metformin</b>?", 520), mark("Adams", "", 1300)},
	})
	if err != nil {
		x.t.Fatal(err)
	}
	if d, err = x.Desk.Complete(x.t.Context(), typist.actor(), d.ID, n); err != nil {
		x.t.Fatal(err)
	}
	return d
}

// TestSignerHearsDoubts: what the typist doubted is asked of the signer with its
// reason and its sound, and is heard or put right before the signature.
func TestSignerHearsDoubts(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.questioned("author")
	w := newBrowser(t).tab(x)
	w.signIn("author", "/dictations")
	w.visit("/sign/" + d.ID)
	w.shows("3 places have to be heard")
	w.shows("Marked as doubtful: line 1, metoprolol. or <b>metformin</b>?")
	w.until("document.querySelector('#sign-button').disabled")
	w.shot("sign-doubts", "light")

	w.keys(kb.F9)
	w.shows("2 places have to be heard")
	w.until("document.querySelectorAll('#points [data-flag^=m] .done').length === 1")
	// The other is put right, and asks no more.
	w.focus("#mend summary")
	w.keys(kb.Enter)
	w.focus("#text")
	w.do(chromedp.SetValue(chromedp.CSS("#text"), strings.Replace(heardText, "___", "Addison", 1)))
	w.keys(kb.Tab + kb.Enter)
	w.shows("1 place has to be heard")
	if left := eval[int](w, "document.querySelectorAll('#points [data-flag^=m]').length"); left != 1 {
		t.Errorf("%d doubts are left on the page", left)
	}
	v, err := x.Store.Text(t.Context(), d.ID, 0)
	if err != nil || len(v.Places.Marks) != 1 || v.Places.Marks[0].Reason != "or <b>metformin</b>?" || len(v.Places.Told) == 0 || v.Kind != pipeline.SignerVersion {
		t.Errorf("the mended text has %+v, %v", v.Places, err)
	}
	w.keys(kb.F9)
	w.shows("All that must be heard has been heard")
	w.keys(kb.F10)
	w.focused("#password")
	w.keys(password + kb.Enter)
	w.shows("Signed by Dr author")
	if n := x.audited("author", "flag.heard", d.ID, ""); n != 2 {
		t.Errorf("%d entries of what was heard", n)
	}
}

// TestDoubtsRefuseTheSignature is the same by a program, and for both of two signers.
func TestDoubtsRefuseTheSignature(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.account("attending", pipeline.RoleClinician)
	x.do("admin", "POST", "/api/v1/users/author/attending", m{"attending": "attending"}).want(http.StatusOK)
	d := x.questioned("author")
	path := "/api/v1/dictations/" + d.ID
	for _, who := range []string{"author", "attending"} {
		var o unresolvedView
		x.do(who, "POST", path+"/sign", m{"password": password, "confirmed": []string{}}).want(http.StatusConflict, &o)
		if len(o.Flags) != 3 || o.Flags[0].Kind != "doubted" || o.Flags[0].Reason != "or <b>metformin</b>?" || o.Flags[0].Audio.EndMS == 0 {
			t.Fatalf("%+v", o.Flags)
		}
		if !strings.Contains(o.Detail, "2 places, in line 1, were marked as doubtful") || strings.Contains(o.Detail, "metformin") {
			t.Errorf("sentence %q", o.Detail)
		}
		var all []string
		for _, f := range o.Flags {
			all = append(all, f.ID)
		}
		want := http.StatusOK
		if who == "author" {
			want = http.StatusAccepted
		}
		x.do(who, "POST", path+"/sign", m{"password": password, "confirmed": all}).want(want)
	}
	if n := x.audited("attending", "flag."+store.Confirmed, d.ID, ""); n != 3 {
		t.Errorf("%d entries of what the attending checked", n)
	}
	if _, err := x.Store.Note(t.Context(), d.ID); err != nil {
		t.Error(fmt.Errorf("no note: %w", err))
	}
}
