package web

import (
	"net/http"
	"strconv"

	"dictation/pipeline"
	"dictation/pipeline/store"
	"dictation/transcript"
)

// versionsData is the page of everything a text ever was.
type versionsData struct {
	card
	Lines    []versionLine
	Compared []comparison
	Chosen   bool // two versions that the reader chose
	Sound    bool
	Desk     deskSettings
}

// versionLine is a version in the list.
type versionLine struct {
	store.Version
	Who   string
	Words int  // of one that is compared; the texts of the others are not read
	Shown bool // it is compared on the page
}

// comparison is two versions, word by word.
type comparison struct {
	From, To versionLine
	Pieces   []pipeline.Change
	Changes  int
}

// pageVersions lists all versions and compares those that tell the story: draft,
// typed, QA, signed; or the two that the reader names (from, to).
func (s *Server) pageVersions(w http.ResponseWriter, r *http.Request) error {
	ctx, d := r.Context(), dictationOf(r)
	names := s.cards(userOf(r))
	c, err := names.one(ctx, d)
	if err != nil {
		return err
	}
	data := versionsData{card: c, Sound: d.Sound.Canonical.Key != ""}
	if data.Desk, err = s.deskSettings(r); err != nil {
		return err
	}
	versions, err := s.Store.VersionList(ctx, d.ID)
	if err != nil {
		return err
	}
	for _, v := range versions {
		l := versionLine{Version: v}
		if l.Who, err = remembered(ctx, names.names, v.UserID, names.name); err != nil {
			return err
		}
		data.Lines = append(data.Lines, l)
	}
	draft, err := s.Store.Draft(ctx, d.ID)
	if err != nil {
		return err
	}
	shown, err := data.choose(r)
	if err != nil {
		return err
	}
	for _, i := range shown {
		l := &data.Lines[i]
		if l.Version, err = s.Store.Text(ctx, d.ID, l.N); err != nil {
			return err
		}
		l.Words = len(transcript.Tokens(l.Text))
	}
	for i := 1; i < len(shown); i++ {
		data.compare(transcript.Draft{Engine: draft.Engine, Text: draft.Text, Words: draft.Words}, shown[i-1], shown[i])
	}
	return s.pages.write(w, r, sheet{name: "versions", title: s.speech(r).t("Versions of %s", d.JobNumber), data: data})
}

// choose gives the indexes of the versions to compare, one with the next.
func (data *versionsData) choose(r *http.Request) ([]int, error) {
	q := r.URL.Query()
	if q.Get("from") == "" && q.Get("to") == "" {
		return milestones(data.Lines), nil
	}
	data.Chosen = true
	var chosen []int
	for _, name := range []string{"from", "to"} {
		n, err := strconv.Atoi(q.Get(name))
		if err != nil || n < 1 || n > len(data.Lines) {
			return nil, pipeline.Errorf(pipeline.NotFound, "There is no such version of the text.")
		}
		chosen = append(chosen, n-1)
	}
	return chosen, nil
}

// milestones are the last version of each hand that the text went through in a
// row: typed ten times by one person and then checked, that is two.
func milestones(lines []versionLine) (at []int) {
	for i, l := range lines {
		if i+1 == len(lines) || lines[i+1].Kind != l.Kind || lines[i+1].UserID != l.UserID {
			at = append(at, i)
		}
	}
	return at
}

func (data *versionsData) compare(draft transcript.Draft, from, to int) {
	a, b := &data.Lines[from], &data.Lines[to]
	a.Shown, b.Shown = true, true
	c := comparison{From: *a, To: *b, Pieces: pipeline.Compare(draft, a.Text, b.Text)}
	for _, p := range c.Pieces {
		if p.Changed() {
			c.Changes++
		}
	}
	data.Compared = append(data.Compared, c)
}

// kindName is how pages call a version.
func kindName(k pipeline.VersionKind) string {
	switch k {
	case pipeline.DraftVersion:
		return msg("Draft")
	case pipeline.TypedVersion:
		return msg("Typed")
	case pipeline.QAVersion:
		return msg("QA")
	}
	return msg("Signed")
}
