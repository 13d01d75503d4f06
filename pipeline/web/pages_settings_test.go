package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dictation/pipeline"
)

func TestSettingsAPI(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	var got pipeline.Settings
	x.do("qa", "GET", "/api/v1/me/settings", nil).want(http.StatusOK, &got)
	if got.Preset != pipeline.Standard || got.RewindMS != 1500 {
		t.Errorf("an account begins with %+v", got)
	}
	x.do("qa", "PUT", "/api/v1/me/settings", map[string]any{"preset": "infraware", "keys": map[string]any{"loop": []string{"ctrl+k"}}}).want(http.StatusOK, &got)
	if got.Keys["loop"][0] != "Ctrl+K" || got.RewindMS != 1500 || got.Slow != 0.75 {
		t.Errorf("kept as %+v", got)
	}
	x.do("transcriptionist", "GET", "/api/v1/me/settings", nil).want(http.StatusOK, &got)
	if got.Preset != pipeline.Standard {
		t.Errorf("somebody else's settings became %+v", got)
	}
	for _, c := range []struct {
		body   any
		status int
		why    string
	}{
		{map[string]any{"preset": "mine"}, http.StatusBadRequest, "no such preset"},
		{map[string]any{"keys": map[string]any{"loop": []string{"a"}}}, http.StatusBadRequest, "types a character"},
		{map[string]any{"keys": map[string]any{"loop": []string{"F1"}}}, http.StatusConflict, "two things"},
		{map[string]any{"rewind_ms": 6000}, http.StatusBadRequest, "between 0 and 5"},
		{map[string]any{"patient": "x"}, http.StatusBadRequest, "not the JSON"},
	} {
		x.do("qa", "PUT", "/api/v1/me/settings", c.body).wantProblem(c.status, c.why)
	}
	var key keyView
	if x.do("qa", "POST", "/api/v1/me/keys", keyView{"shift+alt+k"}).want(http.StatusOK, &key); key.Key != "Alt+Shift+K" {
		t.Errorf("read as %q", key.Key)
	}
	x.do("qa", "POST", "/api/v1/me/keys", keyView{"Ctrl+W"}).wantProblem(http.StatusBadRequest, "belongs to the browser")
	if n := x.audited("qa", "settings.saved", "", ""); n != 1 {
		t.Errorf("%d entries of what was saved", n)
	}
}

// TestSettingsForm works as plain HTML.
func TestSettingsForm(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	page := func() answer { return x.do("transcriptionist", "GET", "/settings", nil).want(http.StatusOK) }
	page().has(`name="key.loop" value="F7"`, "Play, pause", "oTranscribe")
	x.form("transcriptionist", "/settings/preset", url.Values{"preset": {"express-scribe"}}).to("/settings?said=settings")
	page().has(`name="key.play" value="F9 F4 Escape"`, `value="express-scribe" selected`)

	x.form("transcriptionist", "/settings/keys", url.Values{"key.loop": {"ctrl+l2"}}).want(http.StatusBadRequest).has("That is no key", `value="ctrl&#43;l2"`)
	x.form("transcriptionist", "/settings/keys", url.Values{"key.loop": {"F9"}, "key.play": {"F9"}}).want(http.StatusConflict).
		has("F9 would do two things: “Play, pause” and “Loop the last 3 s, again to end”")
	x.form("transcriptionist", "/settings/keys", url.Values{"key.loop": {" alt+k  Ctrl+K "}, "key.play": {"F9"}}).to("/settings?said=settings")
	page().has(`name="key.loop" value="Alt&#43;K Ctrl&#43;K"`, `name="key.play" value="F9"`, `name="key.slower" value="F2"`)

	player := url.Values{"rewind": {"0,8"}, "step": {"3"}, "slow": {"0.5"}, "resume": {"2"}, "pause_typing": {"on"}, "pedal_toggle": {"toggle"}, "pedal_steps": {"steps"}}
	x.form("transcriptionist", "/settings/player", player).to("/settings?said=settings")
	page().has(`value="0.8"`, `name="key.play" value="F9"`, `value="toggle" checked`, `value="steps" checked`, `name="pause_typing" checked`)
	player.Set("rewind", "soon")
	x.form("transcriptionist", "/settings/player", player).want(http.StatusBadRequest).has("between 0 and 5 seconds")
	x.form("transcriptionist", "/settings/else", nil).want(http.StatusNotFound)

	d := x.claimed("author")
	review := x.do("transcriptionist", "GET", "/review/"+d.ID, nil).want(http.StatusOK)
	review.has("<kbd>Alt</kbd> <kbd>K</kbd> or <kbd>Ctrl</kbd> <kbd>K</kbd></dt><dd>Loop the last 3 s", `rewind_ms&#34;:800`)
	if n := strings.Count(string(review.body), "<kbd>F9</kbd></dt><dd>Play, pause"); n != 1 {
		t.Error("the help does not list the key in force")
	}
}
