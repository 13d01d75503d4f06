package web

import (
	"strings"
	"testing"

	"dictation/pipeline"
)

// faults looks at a page as somebody would who cannot see well or has no mouse,
// and lists what stands in the way (WCAG 2.2 AA: names, labels, target size,
// contrast, captions, one heading of the first level).
const faults = `(() => {
	const found = [], shown = n => n.checkVisibility({visibilityProperty: true}) && !n.closest(".hidden, .skip");
	const say = (what, n) => found.push(what + ": " + n.outerHTML.slice(0, 120));
	for (const n of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
		if (shown(n) && !n.labels?.length && !n.ariaLabel) say("no label", n);
	for (const n of document.querySelectorAll("button, a[href], summary"))
		if (shown(n) && !n.innerText.trim() && !n.ariaLabel && !n.querySelector("img[alt]")) say("no name", n);
	for (const n of document.querySelectorAll("button, .button, input:not([type=hidden]), select, summary, nav a")) {
		const box = n.getBoundingClientRect();
		if (shown(n) && !n.matches("[type=checkbox], [type=radio]") && (box.height < 24 || box.width < 24)) say("too small", n);
	}
	for (const n of document.querySelectorAll("table")) if (!n.caption) say("no caption", n);
	for (const n of document.querySelectorAll("img:not([alt])")) say("no alt", n);
	if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
	const ids = [...document.querySelectorAll("[id]")].map(n => n.id);
	for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push("id twice: " + id);
	for (const n of document.querySelectorAll("[aria-labelledby], [aria-describedby]"))
		for (const id of [n.getAttribute("aria-labelledby"), n.getAttribute("aria-describedby")])
			if (id && !document.getElementById(id)) say("refers to nothing", n);
	const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
	const paint = colours => {
		canvas.clearRect(0, 0, 1, 1);
		for (const c of colours) { canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); }
		return canvas.getImageData(0, 0, 1, 1).data;
	};
	const light = rgb => [0.2126, 0.7152, 0.0722].reduce((sum, w, i) => {
		const c = rgb[i] / 255;
		return sum + w * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
	}, 0);
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const n = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || !shown(n) || n.closest(":disabled, noscript, option, optgroup")) continue;
		const under = [];
		for (let p = n; p; p = p.parentElement) under.unshift(getComputedStyle(p).backgroundColor);
		under.unshift("white");
		const back = light(paint(under)), front = light(paint([...under, getComputedStyle(n).color]));
		const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
		if (ratio < 4.5) say("contrast " + ratio.toFixed(2), n);
	}
	return found.join("\n");
})()`

// TestEveryPageForEveryEye visits all pages with things in them, light and dark,
// on a desk and on a phone.
func TestEveryPageForEveryEye(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{Demo: true})
	d, doc := x.delivered("author")
	failing := x.received("author")
	x.failed(failing)
	waiting, drafted, held := x.typed("author"), x.drafted("author"), x.claimed("author")
	qa := x.drafted("author2").ID
	x.toQA(qa)
	b := newBrowser(t)
	for who, pages := range map[string][]string{
		"":                  {"/login"},
		"author":            {"/dictations", "/dictations/" + d.ID, "/dictations/" + failing.ID, "/sign", "/sign/" + waiting.ID, "/nowhere"},
		"transcriptionist":  {"/work", "/review/" + held.ID, "/review/" + drafted.ID},
		"transcriptionist2": {"/review/" + held.ID},
		"qa":                {"/work", "/review/" + qa},
		"clinician":         {"/sign", "/sign/" + waiting.ID, "/sign/" + d.ID, "/patients", "/patients/" + doc.Patient.ID, "/patients/" + x.patients[1].ID},
		"records":           {"/patients/" + doc.Patient.ID},
		"auditor":           {"/audit", "/audit?dictation=" + d.JobNumber},
		"admin":             {"/admin", "/admin/users", "/dictations/" + failing.ID},
	} {
		w := b.tab(x)
		if who != "" {
			w.signIn(who, start(x.accounts[who].User))
		}
		for _, path := range pages {
			w.visit(path)
			name := strings.Trim(strings.NewReplacer("/", "-", "?", "-", d.ID, "done", failing.ID, "failed", waiting.ID, "waiting", held.ID, "held", drafted.ID, "free", qa, "qa", doc.Patient.ID, "full", x.patients[1].ID, "empty").Replace(who+path), "-")
			for _, scheme := range []string{"light", "dark"} {
				w.scheme(scheme)
				if found := eval[string](w, faults); found != "" {
					t.Errorf("%s as %s, %s:\n%s", path, who, scheme, found)
				}
				w.shot("eye-"+name+"-"+scheme, scheme)
			}
			w.phone(path, "phone-"+name)
		}
		w.expect("404") // asked for on purpose; peaks of the made-up sound are none
	}
}

// TestFaultsAreSeen plants faults and looks whether the eye above sees them.
func TestFaultsAreSeen(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	w := newBrowser(t).tab(x)
	for plant, want := range map[string]string{
		"document.querySelector('label').remove()":                                             "no label",
		"document.querySelector('h1').style.color = '#999'":                                    "contrast 2.8",
		"document.querySelector('button').style.cssText = 'min-height:0;height:9px;padding:0'": "too small",
		"document.querySelector('button').textContent = ''":                                    "no name",
		"document.querySelector('h1').id = 'main'":                                             "id twice",
		"document.querySelector('h1').remove()":                                                "not one h1",
		"document.querySelector('main').append(document.createElement('table'))":               "no caption",
	} {
		w.visit("/login")
		eval[any](w, plant+"; 0")
		if found := eval[string](w, faults); !strings.Contains(found, want) {
			t.Errorf("%s is not seen: %q", want, found)
		}
	}
}

// failed ends the dictation's decode with a reason.
func (x *site) failed(d pipeline.Dictation) {
	x.t.Helper()
	ctx := x.t.Context()
	d, err := x.Store.Claim(ctx, d.ID, d.Stage, "worker", patience)
	if err == nil {
		_, err = x.Store.Fail(ctx, pipeline.Job{Dictation: d, Stage: d.Stage, Attempt: d.Attempt}, "worker", "The file holds no sound: it is 19 bytes of something else.")
	}
	if err != nil {
		x.t.Fatal(err)
	}
}
