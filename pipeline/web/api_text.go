package web

import (
	"context"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/review"
	"dictation/pipeline/store"
	"dictation/transcript"
	"dictation/transcript/check"
)

// textView is one version of the text with the times of its words.
type textView struct {
	Version int                  `json:"version"`
	Kind    pipeline.VersionKind `json:"kind"`
	Text    string               `json:"text"`
	Words   []transcript.Word    `json:"words"`
	Marks   []transcript.Mark    `json:"marks"`
	Flags   []check.Flag         `json:"flags"`            // what the checks ask to look at
	Draft   int                  `json:"draft,omitempty"`  // version whose words the spans count
	Spans   []transcript.Span    `json:"spans"`            // where the draft's words stand
	Done    []string             `json:"accepted"`         // flags that were looked at
	Engine  string               `json:"engine,omitempty"` // of a draft
	Author  string               `json:"author,omitempty"` // name; none for a draft
	Created time.Time            `json:"created"`

	Progress *progressView `json:"progress,omitempty"` // of a draft whose rest is still being recognised
}

func (s *Server) apiText(w http.ResponseWriter, r *http.Request) error { return s.text(w, r, 0) }

func (s *Server) apiVersion(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 {
		return pipeline.Errorf(pipeline.NotFound, "There is no such version of the text.")
	}
	return s.text(w, r, n)
}

// text answers with version n, or the newest when n is 0.
func (s *Server) text(w http.ResponseWriter, r *http.Request, n int) error {
	ctx, d := r.Context(), dictationOf(r)
	v, err := s.Store.Text(ctx, d.ID, n)
	switch {
	case err != nil:
		return err
	case v.N == 0 && n == 0:
		if b, err := s.begun(ctx, d); err != nil || b != nil {
			return writeBegun(w, b, err)
		}
		return pipeline.Errorf(pipeline.Conflict, "There is no text yet: the dictation is at %s. Try again later.", d.Position)
	case v.N == 0:
		return pipeline.Errorf(pipeline.NotFound, "There is no such version of the text.")
	}
	draft, err := s.draftOf(ctx, d.ID, v)
	if err != nil {
		return err
	}
	out := s.viewText(v, draft)
	names := s.viewer(r)
	if err := names.look(ctx, &out.Author, v.UserID, names.name); err != nil {
		return err
	}
	w.Header().Set("ETag", etag(v.N))
	return writeJSON(w, http.StatusOK, out)
}

// writeBegun answers with the beginning of a draft. It has no ETag: nobody can
// change it yet.
func writeBegun(w http.ResponseWriter, b *begun, err error) error {
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, textView{
		Kind: begunText, Text: b.Text, Words: list(b.Words), Marks: []transcript.Mark{}, Flags: []check.Flag{}, Spans: []transcript.Span{}, Done: []string{}, Engine: b.Engine,
		Created: time.Now().UTC(), Progress: &progressView{DoneMS: b.DoneMS, OfMS: b.OfMS},
	})
}

// begunText is the kind of a text that is no version yet.
const begunText pipeline.VersionKind = "begun"

// progressView is how far recognition is.
type progressView struct {
	DoneMS int64 `json:"done_ms"`
	OfMS   int64 `json:"of_ms"`
}

// draftOf is the draft that a version was made of: itself, or the newest.
func (s *Server) draftOf(ctx context.Context, id string, v store.Version) (store.Version, error) {
	if v.Kind == pipeline.DraftVersion {
		return v, nil
	}
	return s.Store.Draft(ctx, id)
}

// versionView is a line in the list of versions.
type versionView struct {
	Version int                  `json:"version"`
	Kind    pipeline.VersionKind `json:"kind"`
	Engine  string               `json:"engine,omitempty"`
	Author  string               `json:"author,omitempty"`
	Created time.Time            `json:"created"`
}

type versionsView struct {
	Versions []versionView `json:"versions"`
}

func (s *Server) apiVersions(w http.ResponseWriter, r *http.Request) error {
	versions, err := s.Store.VersionList(r.Context(), dictationOf(r).ID)
	if err != nil {
		return err
	}
	names := s.viewer(r)
	out := versionsView{Versions: make([]versionView, len(versions))}
	for i, v := range versions {
		line := versionView{Version: v.N, Kind: v.Kind, Engine: v.Engine, Created: v.Created.UTC()}
		if err := names.look(r.Context(), &line.Author, v.UserID, names.name); err != nil {
			return err
		}
		out.Versions[i] = line
	}
	return writeJSON(w, http.StatusOK, out)
}

type savedView struct {
	Version  int `json:"version"`
	Disputed int `json:"disputed"` // words that the page and alignment put in different places
}

// apiSave stores the text as a new version. If-Match names the version it was
// made from: a text is never saved over one that its writer has not seen.
func (s *Server) apiSave(w http.ResponseWriter, r *http.Request) error {
	base, err := ifMatch(r.Header.Get("If-Match"))
	if err != nil {
		return err
	}
	if base < 0 {
		writeProblem(w, problem{
			Status: http.StatusPreconditionRequired, Kind: pipeline.Invalid,
			Detail: "Say in the header If-Match which version of the text you changed. Nothing was saved.",
		})
		return nil
	}
	edit, err := s.sentEdit(w, r)
	if err != nil {
		return err
	}
	var out savedView
	out.Version, out.Disputed, err = s.Desk.SaveEdit(r.Context(), actor(r), dictationOf(r).ID, base, edit)
	if err != nil {
		return s.stale(w, r, err)
	}
	w.Header().Set("ETag", etag(out.Version))
	return writeJSON(w, http.StatusOK, out)
}

// sentEdit reads the text of a save: as it is, or in JSON with what the page
// knows besides.
func (s *Server) sentEdit(w http.ResponseWriter, r *http.Request) (review.Edit, error) {
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t == "text/plain" {
		b, err := s.readBody(w, r)
		return review.Edit{Text: string(b)}, err
	}
	var body struct {
		Text     *string           `json:"text"`
		Spans    []transcript.Span `json:"spans"`
		Marks    []transcript.Mark `json:"marks"`
		Accepted []string          `json:"accepted"`
	}
	if err := s.readJSON(w, r, &body); err != nil {
		return review.Edit{}, err
	}
	if body.Text == nil {
		// Taken as empty, a forgotten text would wipe the note.
		return review.Edit{}, pipeline.Errorf(pipeline.Invalid, "The text is missing. Nothing was saved.")
	}
	return review.Edit{Text: *body.Text, Words: body.Spans, Marks: body.Marks, Accepted: body.Accepted}, nil
}

// viewText is a version as its readers get it; draft is what it was made of.
func (s *Server) viewText(v, draft store.Version) textView {
	words, seats := draftSeats(v, draft)
	timed := transcript.Placed(words, v.Text, seats)
	return textView{
		Version: v.N, Kind: v.Kind, Text: v.Text, Words: list(timed), Marks: list(transcript.Marked(v.Places.Marks, v.Text, timed)),
		Flags: list(check.Carry(draft.Flags, draft.Text, v.Text)), Draft: draft.N, Spans: list(transcript.Spans(seats, v.Text)),
		Done: list(v.Places.Accepted), Engine: v.Engine, Created: v.Created.UTC(),
	}
}

// draftSeats are a draft's words, and which of them each token of v stands for.
func draftSeats(v, draft store.Version) ([]transcript.Word, []int) {
	words := review.Timed(draft)
	return words, review.Seats(v, draft, words)
}

func etag(version int) string { return `"` + strconv.Itoa(version) + `"` }

// ifMatch reads the version in an If-Match header; -1 when there is none.
func ifMatch(h string) (int, error) {
	h = strings.TrimSpace(h)
	if h == "" {
		return -1, nil
	}
	n, err := strconv.Atoi(strings.Trim(h, `"`))
	if err != nil || n < 0 {
		return 0, pipeline.Errorf(pipeline.Invalid, "The header If-Match must name one version of the text, like \"3\". Nothing was saved.")
	}
	return n, nil
}
