package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

const (
	completenessPage = 50
	unsignedDays     = 7 // after which a text should have been signed
	mostDays         = 3650
)

// completenessData is the worklist of what charts lack.
type completenessData struct {
	Kinds    []deficiencyTab
	Kind     pipeline.DeficiencyKind
	Days     int    // Unsigned: older than so many
	Unsigned []card // of Kind Unsigned
	Stays    []pipeline.Deficiency
	Next     string // address of the next page; empty on the last
	First    string // address of the first; empty on it
}

type deficiencyTab struct {
	Kind       pipeline.DeficiencyKind
	Name, Path string
}

var deficiencyNames = map[pipeline.DeficiencyKind]string{
	pipeline.Unsigned:        msg("Not signed in time"),
	pipeline.NoAdmissionNote: msg("No history and physical"),
	pipeline.NoDischargeNote: msg("No discharge summary"),
}

func (s *Server) pageCompleteness(w http.ResponseWriter, r *http.Request) (err error) {
	v := r.URL.Query()
	data := completenessData{Kind: pipeline.Unsigned, Days: unsignedDays}
	if k := pipeline.DeficiencyKind(v.Get("sign")); k != "" {
		if data.Kind = k; !slices.Contains(pipeline.DeficiencyKinds, k) {
			return pipeline.Errorf(pipeline.NotFound, "There is no such list. Choose one on the page Completeness.")
		}
	}
	if d := v.Get("days"); d != "" {
		if data.Days, err = strconv.Atoi(d); err != nil || data.Days < 1 || data.Days > mostDays {
			return pipeline.Errorf(pipeline.Invalid, "Give the days as a number from 1 to %d.", mostDays)
		}
	}
	after, err := parsePlace(v.Get("after"))
	if err != nil {
		return err
	}
	for _, k := range pipeline.DeficiencyKinds {
		data.Kinds = append(data.Kinds, deficiencyTab{k, deficiencyNames[k], "/completeness?sign=" + string(k)})
	}
	if after.ID != "" {
		data.First = data.path("")
	}
	if err := s.deficiencies(r, &data, after); err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "completeness", title: msg("Completeness"), data: data})
}

func (d completenessData) path(after string) string {
	days := ""
	if d.Kind == pipeline.Unsigned {
		days = strconv.Itoa(d.Days)
	}
	return pathWith("/completeness", "sign", string(d.Kind), "days", days, "after", after)
}

// deficiencies reads the page's rows.
func (s *Server) deficiencies(r *http.Request, data *completenessData, after store.Cursor) error {
	ctx := r.Context()
	if data.Kind == pipeline.Unsigned {
		ds, err := s.Store.Unsigned(ctx, time.Duration(data.Days)*24*time.Hour, after, completenessPage+1)
		if err != nil {
			return err
		}
		if len(ds) > completenessPage {
			ds = ds[:completenessPage]
			last := ds[completenessPage-1]
			data.Next = data.path(place(store.Cursor{At: last.Created, ID: last.ID}))
		}
		data.Unsigned, err = s.cards(userOf(r)).of(ctx, ds)
		return err
	}
	var grace time.Duration
	if data.Kind == pipeline.NoAdmissionNote {
		grace = pipeline.AdmissionNoteWithin
	}
	list, err := s.Store.Deficiencies(ctx, data.Kind, grace, after, completenessPage+1)
	if err != nil {
		return err
	}
	if len(list) > completenessPage {
		list = list[:completenessPage]
		last := list[completenessPage-1]
		data.Next = data.path(place(store.Cursor{At: last.Since, ID: last.Encounter.ID}))
	}
	data.Stays = list
	return nil
}
