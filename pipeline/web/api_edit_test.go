package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"dictation/transcript"
)

// TestSaveEdit: what a page knows besides the text is checked, stored with it
// and given back; the server's own account stands beside it.
func TestSaveEdit(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	path := "/api/v1/dictations/" + d.ID + "/text"
	var draft, got textView
	x.do("transcriptionist", "GET", path, nil).want(http.StatusOK, &draft)
	n := len(draft.Words)
	if whole := []transcript.Span{{From: 0, To: len(draft.Text), Word: 0}}; !slices.Equal(draft.Spans, whole) || draft.Draft != 1 {
		t.Errorf("a draft's spans are %v of %d", draft.Spans, draft.Draft)
	}

	// The last two words change places, by cut and paste: the page knows, alignment cannot.
	tokens := transcript.Tokens(draft.Text)
	last, before := tokens[n-1], tokens[n-2]
	text := draft.Text[:before.Offset] + last.Text + " " + before.Text
	at := before.Offset + len(last.Text) + 1
	spans := []transcript.Span{
		{From: 0, To: tokens[n-3].Offset + len(tokens[n-3].Text), Word: 0},
		{From: before.Offset, To: before.Offset + len(last.Text), Word: n - 1}, {From: at, To: len(text), Word: n - 2},
	}
	blank := strings.Index(text, "___")
	mark := transcript.Mark{Kind: transcript.Blank, Offset: blank, Length: 3, AudioMS: 3210, Reason: "a door slams"}
	doubt := transcript.Mark{Kind: transcript.QAMark, Offset: 0, Length: 3, AudioMS: 0, Reason: "which one?"}
	var saved savedView
	body := m{"text": text, "spans": spans, "marks": []transcript.Mark{doubt, mark}, "accepted": []string{"w3"}}
	x.do("transcriptionist", "PUT", path, body, "If-Match", `"1"`).want(http.StatusOK, &saved)
	if saved.Version != 2 || saved.Disputed != 0 {
		t.Errorf("saved %+v", saved)
	}
	x.do("transcriptionist", "PUT", path, body, "If-Match", `"1"`).want(http.StatusOK, &saved) // the answer was lost
	if saved.Version != 2 {
		t.Errorf("the same again is version %d", saved.Version)
	}
	x.do("transcriptionist", "GET", path, nil).want(http.StatusOK, &got)
	if !slices.Equal(got.Spans, spans) || !slices.Equal(got.Marks, []transcript.Mark{doubt, mark}) || !slices.Equal(got.Done, []string{"w3"}) {
		t.Errorf("spans %v, marks %+v, accepted %v", got.Spans, got.Marks, got.Done)
	}
	if w := got.Words[n-1]; w.StartMS != draft.Words[n-2].StartMS {
		t.Errorf("the word that moved is heard at %d", w.StartMS)
	}
	v, err := x.Store.Text(t.Context(), d.ID, 2)
	if err != nil || len(v.Places.Derived) == 0 || slices.Equal(v.Places.Derived, v.Places.Told) {
		t.Errorf("stored %+v, %v", v.Places, err)
	}

	// A page that is wrong about a word is told so; what it said stands.
	wrong := []transcript.Span{{From: 0, To: len(tokens[0].Text), Word: 1}}
	x.do("transcriptionist", "PUT", path, m{"text": text, "spans": wrong}, "If-Match", `"2"`).want(http.StatusOK, &saved)
	if saved.Version != 3 || saved.Disputed == 0 {
		t.Errorf("a wrong account is saved as %+v", saved)
	}

	// A program that sends only the text keeps the marks whose words stand.
	x.do("transcriptionist", "PUT", path, m{"text": "Now " + text}, "If-Match", `"3"`).want(http.StatusOK, &saved)
	x.do("transcriptionist", "GET", path, nil).want(http.StatusOK, &got)
	if len(got.Marks) != 2 || got.Marks[1].Reason != mark.Reason || got.Marks[1].Offset != mark.Offset+4 || !slices.Equal(got.Done, []string{"w3"}) {
		t.Errorf("carried %+v %v", got.Marks, got.Done)
	}
}

func TestSaveEditRefused(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d := x.claimed("author")
	path := "/api/v1/dictations/" + d.ID + "/text"
	for name, tc := range map[string]struct {
		body m
		says string
	}{
		"no word there":   {m{"text": "One two", "spans": [][]int{{1, 3, 0}}}, "places of the words"},
		"no such word":    {m{"text": "One two", "spans": [][]int{{0, 3, 900}}}, "places of the words"},
		"short span":      {m{"text": "One two", "spans": [][]int{{0, 3}}}, "not the JSON"},
		"mark outside":    {m{"text": "One two", "marks": []m{{"kind": "qa", "offset": 5, "length": 9}}}, "marks do not fit"},
		"blank on a word": {m{"text": "One two", "marks": []m{{"kind": "blank", "offset": 0, "length": 3}}}, "marks do not fit"},
		"long reason":     {m{"text": "One two", "marks": []m{{"kind": "qa", "offset": 0, "length": 3, "reason": strings.Repeat("x", 201)}}}, "reason of a mark"},
		"odd name":        {m{"text": "One two", "accepted": []string{strings.Repeat("w", 21)}}, "no flag has"},
	} {
		t.Run(name, func(t *testing.T) {
			x.in(t).do("transcriptionist", "PUT", path, tc.body, "If-Match", `"1"`).wantProblem(http.StatusBadRequest, tc.says)
		})
	}
	if texts := x.texts(d.ID); len(texts) != 1 {
		t.Errorf("a refused save was stored: %q", texts)
	}
}
