package web

import (
	"net/http"
	"strings"

	"dictation/pipeline"
)

// poolsData is the page of the pools.
type poolsData struct {
	Pools   []poolView
	Typists []pipeline.User // who can be in a pool
	Authors []pipeline.User
}

// poolView is a pool with names.
type poolView struct {
	Name    string
	Members []pipeline.User
	Rules   []ruleView
}

// ruleView is a rule with the author's name.
type ruleView struct {
	pipeline.PoolRule
	Author string
}

func (s *Server) pagePools(w http.ResponseWriter, r *http.Request) error {
	return s.writePools(w, r, 0, "")
}

func (s *Server) writePools(w http.ResponseWriter, r *http.Request, status int, trouble string) error {
	users, err := s.Store.Users(r.Context())
	if err != nil {
		return err
	}
	pools, err := s.Store.Pools(r.Context())
	if err != nil {
		return err
	}
	var data poolsData
	byID := make(map[string]pipeline.User, len(users))
	for _, u := range users {
		byID[u.ID] = u
		if u.Is(pipeline.RoleTranscriptionist, pipeline.RoleQA, pipeline.RoleLead) && !u.Disabled {
			data.Typists = append(data.Typists, u)
		}
		if u.Is(pipeline.RoleAuthor, pipeline.RoleClinician) {
			data.Authors = append(data.Authors, u)
		}
	}
	for _, p := range pools {
		v := poolView{Name: p.Name}
		for _, id := range p.Members {
			v.Members = append(v.Members, byID[id])
		}
		for _, rule := range p.Rules {
			v.Rules = append(v.Rules, ruleView{rule, byID[rule.AuthorID].Name})
		}
		data.Pools = append(data.Pools, v)
	}
	return s.pages.write(w, r, sheet{name: "pools", title: "Pools", status: status, trouble: trouble, data: data})
}

// postPools does one change of the pools, named by the button "do".
func (s *Server) postPools(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	err := s.changePools(r)
	switch kind := pipeline.KindOf(err); {
	case err == nil:
		return goTo(w, r, "/pools", "pools")
	case kind == pipeline.Invalid, kind == pipeline.Conflict, kind == pipeline.NotFound:
		return s.writePools(w, r, statuses[kind], s.sentence(r, err))
	}
	return err
}

func (s *Server) changePools(r *http.Request) error {
	ctx, by := r.Context(), actor(r)
	name, err := pipeline.PoolName(r.PostFormValue("pool"))
	if err != nil {
		return err
	}
	user := r.PostFormValue("user")
	rule := pipeline.PoolRule{
		Worktype: pipeline.Worktype(r.PostFormValue("worktype")), AuthorID: r.PostFormValue("author"),
		Facility: strings.TrimSpace(r.PostFormValue("facility")),
	}
	do := r.PostFormValue("do")
	switch do {
	case "join", "leave":
		if _, err := s.Store.User(ctx, user); err != nil {
			return pipeline.Wrap(pipeline.Invalid, err, "Choose an account.")
		}
	case "add-rule", "drop-rule":
		if rule, err = rule.Check(); err != nil {
			return err
		}
		if rule.AuthorID != "" && checkID(rule.AuthorID) != nil {
			return pipeline.Errorf(pipeline.Invalid, "Choose an author from the list.")
		}
	}
	switch do {
	case "add":
		return s.Store.AddPool(ctx, by, name)
	case "drop":
		return s.Store.DropPool(ctx, by, name)
	case "join":
		return s.Store.JoinPool(ctx, by, name, user)
	case "leave":
		return s.Store.LeavePool(ctx, by, name, user)
	case "add-rule":
		return s.Store.AddPoolRule(ctx, by, name, rule)
	case "drop-rule":
		return s.Store.DropPoolRule(ctx, by, name, rule)
	}
	return pipeline.Errorf(pipeline.Invalid, "The page did not say what to do. Load it again.")
}
