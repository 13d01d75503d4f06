package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// signPage is how many notes a page of the list shows.
const signPage = 50

// mostCounted bounds counting: what is over it is shown as "999+".
const mostCounted = 999

// toSignData lists what waits for a signature.
type toSignData struct {
	Lists []signList
	Show  store.ToSign
	Notes []card
	Next  string // cursor of the next page; empty on the last
	First bool   // this is the first page
}

// signList is one choice of whose notes are shown.
type signList struct {
	Show  store.ToSign
	Name  string
	Count int
	Over  bool // there are more
}

func (s *Server) pageToSign(w http.ResponseWriter, r *http.Request) error {
	ctx, u := r.Context(), userOf(r)
	if !u.Is(pipeline.RoleAuthor, pipeline.RoleClinician) {
		return pipeline.Errorf(pipeline.Forbidden, "Only authors and clinicians sign notes.")
	}
	if err := s.Store.Accessed(ctx, actor(r), string(pipeline.Worklist), "", ""); err != nil {
		return err
	}
	after, err := readSignCursor(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	data := toSignData{First: after.ID == ""}
	if data.Lists, data.Show, err = s.signLists(ctx, u, store.ToSign(r.URL.Query().Get("show"))); err != nil {
		return err
	}
	ds, err := s.Store.ToSign(ctx, u, data.Show, after, signPage+1)
	if err != nil {
		return err
	}
	if len(ds) > signPage {
		ds = ds[:signPage]
		data.Next = writeSignCursor(ds[signPage-1])
	}
	if data.Notes, err = s.cards(u).of(ctx, ds); err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "tosign", title: msg("To sign"), data: data})
}

// signLists counts the lists that u has, and chooses the first with something in
// it where none was asked for.
func (s *Server) signLists(ctx context.Context, u pipeline.User, asked store.ToSign) (lists []signList, show store.ToSign, err error) {
	counts, err := s.Store.CountToSign(ctx, u, mostCounted+1)
	if err != nil {
		return nil, "", err
	}
	for _, l := range []signList{
		{Show: store.SignOwn, Name: msg("Your own")},
		{Show: store.SignProxy, Name: msg("As proxy")},
		{Show: store.SignAttending, Name: msg("As attending")},
		{Show: store.SignOthers, Name: msg("Dictated by colleagues")},
	} {
		l.Count = counts[l.Show]
		if l.Over = l.Count > mostCounted; l.Over {
			l.Count = mostCounted
		}
		switch {
		case l.Show == store.SignOthers && !u.Is(pipeline.RoleClinician):
			continue
		case l.Show != store.SignOwn && l.Show != store.SignOthers && l.Count == 0 && asked != l.Show:
			continue
		}
		lists = append(lists, l)
		if asked == l.Show || asked == "" && show == "" && l.Count > 0 {
			show = l.Show
		}
	}
	if show == "" {
		show = store.SignOwn
	}
	return lists, show, nil
}

// nextToSign is the note that is signed after this one: the first of the list,
// or of any list where it is empty. Empty when nothing waits.
func (s *Server) nextToSign(ctx context.Context, u pipeline.User, show store.ToSign) (string, error) {
	lists, first, err := s.signLists(ctx, u, "")
	if err != nil {
		return "", err
	}
	for _, l := range lists {
		if l.Show == show && l.Count > 0 {
			first = show
		}
	}
	ds, err := s.Store.ToSign(ctx, u, first, store.SignCursor{}, 1)
	if err != nil || len(ds) == 0 {
		return "", err
	}
	return "/sign/" + ds[0].ID + "?show=" + string(first), nil
}

// A cursor holds no patient data, so it may stand in an address.
func writeSignCursor(d pipeline.Dictation) string {
	b, err := json.Marshal(store.SignCursor{Priority: d.Priority, Due: d.Due, ID: d.ID})
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func readSignCursor(s string) (c store.SignCursor, err error) {
	if s == "" {
		return c, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err == nil {
		err = checkID(c.ID)
	}
	return c, pipeline.Wrap(pipeline.Invalid, err, "The address of the page is not one that this server made. Open the list again.")
}
