package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/review"
)

// scripts names the bundle of each page that has one; other pages work as HTML alone.
var scripts = map[string]string{
	"dictations": "dictations.js",
	"dictation":  "dictation.js",
	"record":     "record.js",
	"split":      "split.js",
	"work":       "live.js",
	"review":     "review.js",
	"tosign":     "live.js",
	"sign":       "sign.js",
	"jobs":       "live.js",
	"settings":   "settings.js",
	"assess":     "assess.js",
	"versions":   "versions.js",
}

// pages are the parsed templates and their assets.
type pages struct {
	assets    *assets
	speeches  *speeches
	templates map[string]*template.Template // by language and name: "en/work"
	opts      Options
}

// sheet is one answer as a page.
type sheet struct {
	name    string // of the template
	title   string // in English, or in the language of the request
	status  int    // default 200
	said    string // what was just done, for the person, in his language
	trouble string // why it was not done
	data    any
}

// view is what templates see.
type view struct {
	Title   string
	User    pipeline.User
	Links   []link
	Here    string // path of the request
	Demo    bool
	Version string
	Lang    string
	Script  string // URL, empty for none
	Words   string // URL of the script's sentences, empty for English
	Said    string
	Trouble string
	Data    any
}

// link is one entry of the top bar.
type link struct{ Path, Text string }

// loadPages parses the templates and loads the assets.
func loadPages(opts Options) (*pages, error) {
	var bundles []string
	for _, b := range scripts {
		bundles = append(bundles, b)
	}
	a, err := loadAssets(files, bundles)
	if err != nil {
		return nil, err
	}
	p := &pages{assets: a, templates: make(map[string]*template.Template), opts: opts}
	if p.speeches, err = loadSpeeches(catalogues); err != nil {
		return nil, err
	}
	for _, sp := range p.speeches.all {
		if err := p.parse(files, sp); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// parse reads templates/*.html, a page each, and templates/shared, which all
// have, for one language.
func (p *pages) parse(from fs.FS, sp *speech) error {
	words, err := sp.source()
	if err != nil {
		return err
	}
	if words != nil {
		if err := p.assets.add(wordsFile(sp), mediaTypes[".js"], words); err != nil {
			return err
		}
	}
	own := template.FuncMap{"asset": p.assets.url}
	shared, err := template.New("").Funcs(sp.funcs(p.speeches.all)).Funcs(qaFuncs()).Funcs(own).ParseFS(from, "templates/shared/*.html")
	if err != nil {
		return err
	}
	names, err := fs.Glob(from, "templates/*.html")
	if err != nil {
		return err
	}
	for _, file := range names {
		t, err := shared.Clone()
		if err != nil {
			return err
		}
		if t, err = t.ParseFS(from, file); err != nil {
			return err
		}
		p.templates[sp.Tag+"/"+strings.TrimSuffix(path.Base(file), ".html")] = t
	}
	return nil
}

// wordsFile is the name of a language's sentences for scripts.
func wordsFile(sp *speech) string { return "words." + sp.Tag + ".js" }

// write renders a sheet whole before it sends anything, so that an error can
// still leave as one.
func (p *pages) write(w http.ResponseWriter, r *http.Request, sh sheet) error {
	sp := p.speeches.of(r)
	t := p.templates[sp.Tag+"/"+sh.name]
	if t == nil {
		return fmt.Errorf("there is no page %q", sh.name)
	}
	u := userOf(r)
	v := view{
		Title: sp.t(sh.title), Lang: sp.Tag, User: u, Links: links(u), Here: r.URL.Path, Demo: p.opts.Demo, Version: p.opts.Version,
		Said: sh.said, Trouble: sh.trouble, Data: sh.data,
	}
	if s := scripts[sh.name]; s != "" {
		v.Script, v.Words = p.assets.urls[s], p.assets.urls[wordsFile(sp)]
	}
	if v.Said == "" {
		v.Said = sp.t(said[r.URL.Query().Get("said")])
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "page", v); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if sh.status != 0 {
		w.WriteHeader(sh.status)
	}
	_, _ = w.Write(b.Bytes()) // an error means that the client is gone
	return nil
}

// said are the sentences a page may greet with after a redirect; the address
// holds only their names.
var said = map[string]string{
	"signed-out":        "You are signed out.",
	"delivery-resend":   "It is sent again.",
	"delivery-hold":     "It is held back until somebody releases it.",
	"delivery-release":  "Released. It is sent as soon as the destination takes it.",
	"delivery-settle":   "Noted that you found it there.",
	"delivery-withdraw": "The destination is told that the document was sent by mistake.",
	"pools":             "The pools were changed. What is received from now on follows them.",
	"none":              "No dictation waits for you just now. This list shows the next one as soon as it comes.",
	"completed":         "Completed. The text is on its way to the signature.",
	"qa":                "Sent to QA with your reason.",
	"suspended":         "Laid aside. It stays yours and is listed here until you take it up again.",
	"released":          "Given back to the queue. What you saved is kept.",
	"returned":          "Returned with your reason.",
	"signed":            "Signed. The note is on its way to the patient's record.",
	"signed-next":       "Signed. This is the next note.",
	"mended":            "Saved. Read the text once more, then sign it.",
	"checked":           "Noted that you have checked it.",
	"addendum":          "Signed. The addendum is on its way to the patient's record.",
	"amendment":         "Signed. The amendment is on its way to the patient's record; the old note says that it was amended.",
	"proxy":             "Your colleague may sign for you in that time.",
	"proxy-ended":       "The proxy has ended.",
	"factor-removed":    "The second factor is removed.",
	"attending":         "The attending is set. Notes of this author that are signed from now on need both signatures.",
	"retried":           "The failed step runs again.",
	"unheld":            "The dictation goes on.",
	"identified":        "Patient and visit are set.",
	"taken-back":        "The dictation is in the queue again. What was saved is kept.",
	"split":             "The recording was split. Its parts are dictations of their own now and are listed below.",
	"whole":             "The recording goes on as one dictation.",
	"sent-as-is":        "Sent as it is. It is listed below, on its way to the transcriptionist.",
	"discarded":         "Discarded. It was written down that you did.",
	"by-hand":           "The dictation waits for a transcriptionist, who types it from the sound.",
	"added":             "The account was made.",
	"disabled":          "The account is closed, its sessions are ended, and what it had in hand is in the queue again.",
	"enabled":           "The account is open again.",
	"roles":             "The roles are changed. What the account had in hand and may no longer work on is in the queue again.",
	"phrase":            "The phrase is saved. Open workstations have it after loading the page again.",
	"phrase-deleted":    "The phrase is deleted.",
	"word":              "The word is on the list. Open workstations have it after loading the page again.",
	"word-removed":      "The word is off the list.",
	"text-saved":        "Saved.",
	"settings":          "Your settings are saved.",
	"ruled":             "Completed. A rule of the site sends the text to a QA editor first.",
	"undone":            "Taken back. The text is yours again.",
	"not-undone":        "It can no longer be taken back: somebody has it already, or too much time has passed.",
	"assessed":          "Done. The text is on its way to the signature, and the typist sees what you found.",
	"feedback-read":     "Noted that you have read it.",
	"disputed":          "Your answer is with the lead.",
	"settled":           "The typist sees your answer.",
	"rule-added":        "The rule holds from now on.",
	"rules-changed":     "The rules were changed.",
	"password":          "The password was set and the account's sessions are ended.",
}

// failure answers with an error as a page.
func (p *pages) failure(w http.ResponseWriter, r *http.Request, status int, sentence string) {
	title := msg("That did not work")
	switch status {
	case http.StatusNotFound:
		title = msg("Not found")
	case http.StatusForbidden:
		title = msg("Not allowed")
	}
	err := p.write(w, r, sheet{name: "error", title: title, status: status, data: errorData{status, sentence}})
	if err != nil {
		http.Error(w, sentence, status)
	}
}

type errorData struct {
	Status   int
	Sentence string
}

// links is the top bar of an account.
func links(u pipeline.User) []link {
	var l []link
	if len(review.Steps(u)) > 0 {
		l = append(l, link{"/work", msg("Work")})
	}
	if u.Is(pipeline.RoleClinician, pipeline.RoleAuthor) {
		l = append(l, link{"/dictations", msg("Dictations")}, link{"/record", msg("Dictate")}, link{"/sign", msg("To sign")})
	}
	if u.Is(pipeline.RoleTranscriptionist) || pipeline.May(u, pipeline.SitePhrases, nil) == nil {
		l = append(l, link{"/phrases", msg("Phrases")})
	}
	if pipeline.May(u, pipeline.SitePhrases, nil) == nil {
		l = append(l, link{"/words", msg("Word list")})
	}
	if u.Is(pipeline.RoleClinician, pipeline.RoleRecords) {
		l = append(l, link{"/patients", msg("Charts")})
	}
	if u.Is(pipeline.RoleAuditor) {
		l = append(l, link{"/audit", msg("Audit")})
	}
	if u.Is(pipeline.RoleAdmin) {
		l = append(l, link{"/admin", msg("Jobs")}, link{"/admin/users", msg("Accounts")})
	}
	if pipeline.May(u, pipeline.ManagePools, nil) == nil {
		l = append(l, link{"/pools", msg("Pools")})
	}
	if pipeline.May(u, pipeline.ManageDeliveries, nil) == nil {
		l = append(l, link{"/deliveries", msg("Deliveries")})
	}
	return slices.Concat(l, chartLinks(u), qaLinks(u))
}

// start is the page an account lands on.
func start(u pipeline.User) string {
	switch {
	case len(review.Steps(u)) > 0:
		return "/work"
	case u.Is(pipeline.RoleClinician):
		return "/sign"
	case u.Is(pipeline.RoleAdmin) && !u.Is(pipeline.RoleAuthor):
		return "/admin"
	}
	if l := links(u); len(l) > 0 {
		return l[0].Path
	}
	return "/login"
}

// pageRoutes is the table of pages. {id} is always a dictation's id.
func (s *Server) pageRoutes() []route {
	return append(slices.Concat(s.qaPages(), s.deliveryPages(), s.chartPages(), s.wordPages()), []route{
		{pattern: "GET /{$}", handle: s.pageStart},
		{pattern: "GET /login", open: true, handle: s.pageLogin},
		{pattern: "POST /login", open: true, handle: s.postLogin},
		{pattern: "POST /logout", open: true, handle: s.postLogout},

		{pattern: "GET /dictations", action: pipeline.CreateDictation, audit: true, handle: s.pageDictations},
		{pattern: "POST /dictations", action: pipeline.CreateDictation, upload: true, handle: s.postDictations},
		{pattern: "GET /record", action: pipeline.CreateDictation, audit: true, handle: s.pageRecord},
		{pattern: "POST /recordings/{recording}/send", action: pipeline.CreateDictation, upload: true, handle: s.postSendAsIs},
		{pattern: "POST /recordings/{recording}/discard", action: pipeline.CreateDictation, handle: s.postDiscard},
		{pattern: "POST /dictations/find", action: pipeline.FindPatient, audit: true, handle: s.postFind},
		{pattern: "GET /dictations/{id}", action: pipeline.ReadDictation, about: true, audit: true, handle: s.pageDictation},
		{pattern: "POST /dictations/{id}/type-by-hand", action: pipeline.TypeByHand, about: true, handle: s.postTypeByHand},

		{pattern: "GET /dictations/{id}/split", action: pipeline.SplitDictation, about: true, handle: s.pageSplit},
		{pattern: "POST /dictations/{id}/split", action: pipeline.SplitDictation, about: true, handle: s.postSplit},
		{pattern: "POST /dictations/{id}/whole", action: pipeline.SplitDictation, about: true, handle: s.postWhole},

		{pattern: "GET /work", action: pipeline.Worklist, audit: true, handle: s.pageWork},
		{pattern: "POST /work/next", action: pipeline.Worklist, handle: s.postNext},
		{pattern: "POST /work/noted", action: pipeline.Worklist, handle: s.postNoted},
		{pattern: "POST /review/{id}/take-over", action: pipeline.TakeOver, about: true, handle: s.postTakeOver},
		{pattern: "POST /review/{id}/take-back", action: pipeline.TakeOver, about: true, handle: s.postTakeBack},
		{pattern: "POST /review/{id}/claim", action: pipeline.Worklist, about: true, handle: s.postClaim},
		{pattern: "POST /review/{id}/release", action: pipeline.Worklist, about: true, handle: s.postRelease},
		{pattern: "POST /review/{id}/text", action: pipeline.EditText, about: true, handle: s.postText},
		{pattern: "GET /review/{id}", action: pipeline.Worklist, about: true, audit: true, handle: s.pageReview},

		{pattern: "GET /sign", handle: s.pageToSign},
		{pattern: "GET /sign/{id}", action: pipeline.ReadText, about: true, audit: true, handle: s.pageSign},
		{pattern: "POST /sign/{id}", action: pipeline.SignNote, about: true, handle: s.postSign},
		{pattern: "POST /sign/{id}/text", action: pipeline.SignNote, about: true, handle: s.postMend},
		{pattern: "POST /sign/{id}/confirm", action: pipeline.SignNote, about: true, handle: s.postConfirm},
		{pattern: "POST /sign/{id}/later", action: pipeline.AmendNote, about: true, handle: s.postLater},
		{pattern: "GET /sign/{id}/print", action: pipeline.ReadText, or: pipeline.ReadChart, about: true, audit: true, handle: s.pagePrint},
		{pattern: "GET /sign/{id}/sealed", action: pipeline.ReadText, or: pipeline.ReadChart, about: true, audit: true, handle: s.apiSealed},
		{pattern: "GET /sign/{id}/pdf", action: pipeline.ReadText, or: pipeline.ReadChart, about: true, audit: true, handle: s.apiPDF},
		{pattern: "GET /me/signing", handle: s.pageSigning},
		{pattern: "POST /me/signing/{act}", handle: s.postSigning},
		{pattern: "POST /sign/{id}/return", action: pipeline.ReturnNote, about: true, handle: s.postReturn},

		{pattern: "GET /patients", action: pipeline.ReadChart, handle: s.pagePatients},
		{pattern: "POST /patients", action: pipeline.ReadChart, audit: true, handle: s.postPatients},
		{pattern: "GET /patients/{patient}", action: pipeline.ReadChart, handle: s.pageChart},

		{pattern: "GET /audit", action: pipeline.ReadAudit, audit: true, handle: s.pageAudit},
		{pattern: "POST /audit/verify", action: pipeline.ReadAudit, audit: true, handle: s.postVerify},

		{pattern: "GET /pools", action: pipeline.ManagePools, handle: s.pagePools},
		{pattern: "POST /pools", action: pipeline.ManagePools, handle: s.postPools},

		{pattern: "GET /admin", action: pipeline.ManageJobs, audit: true, handle: s.pageJobs},
		{pattern: "POST /admin/jobs/{id}/{act}", action: pipeline.ManageJobs, about: true, handle: s.postJob},
		{pattern: "GET /admin/users", action: pipeline.ManageUsers, audit: true, handle: s.pageUsers},
		{pattern: "POST /admin/users", action: pipeline.ManageUsers, handle: s.postUser},
		{pattern: "GET /admin/users/{username}/close", action: pipeline.ManageUsers, audit: true, handle: s.pageClose},
		{pattern: "POST /admin/users/{username}/{act}", action: pipeline.ManageUsers, handle: s.postUserAct},

		{pattern: "GET /phrases", handle: s.pagePhrases},
		{pattern: "POST /phrases", handle: s.postPhrase},
		{pattern: "POST /phrases/{phrase}", handle: s.postPhraseAct},
		{pattern: "GET /settings", handle: s.pageSettings},
		{pattern: "POST /settings", handle: s.postLooks},
		{pattern: "POST /settings/{part}", handle: s.postSettings},

		{pattern: "GET /", open: true, handle: s.pageNotFound},
	}...)
}

// pageStart sends each to the page of his role.
func (s *Server) pageStart(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, start(userOf(r)), http.StatusSeeOther)
	return nil
}

// pageNotFound answers what no other route does.
func (s *Server) pageNotFound(w http.ResponseWriter, r *http.Request) error {
	if u, err := s.who(r, true); err == nil {
		r = withUser(r, u)
	}
	err := pipeline.Errorf(pipeline.NotFound, "There is nothing at this address. It may have been mistyped, or the link is old.")
	if strings.HasPrefix(r.URL.Path, "/api/") {
		s.fail(w, r, apiStyle, err)
		return nil
	}
	s.fail(w, r, pageStyle, err)
	return nil
}

// goTo redirects after a form; said names a sentence for the next page.
func goTo(w http.ResponseWriter, r *http.Request, to, said string) error {
	if said != "" {
		to += "?said=" + said
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
