package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dictation/pipeline"
)

// qaRulesData is the administrator's page of what QA sees.
type qaRulesData struct {
	Rev     int64
	Rules   []ruleLine
	New     pipeline.QARule // what was typed, when it was refused
	Authors []pipeline.User
	Typists []pipeline.User
	Scale   pipeline.Scale
}

// ruleLine is a rule with the names around it.
type ruleLine struct {
	pipeline.QARule
	N              int
	Author, Typist string
	First, Last    bool
}

func (s *Server) pageQARules(w http.ResponseWriter, r *http.Request) error {
	return s.writeQARules(w, r, 0, "", pipeline.QARule{OneIn: 1})
}

func (s *Server) writeQARules(w http.ResponseWriter, r *http.Request, status int, trouble string, typed pipeline.QARule) error {
	rules, rev, err := s.Store.QARules(r.Context())
	if err != nil {
		return err
	}
	data := qaRulesData{Rev: rev, New: typed, Scale: s.Desk.Scale()}
	names, err := s.Store.UserNames(r.Context())
	if err != nil {
		return err
	}
	for i, rule := range rules {
		data.Rules = append(data.Rules, ruleLine{
			QARule: rule, N: i + 1, Author: names[rule.AuthorID], Typist: names[rule.TypistID], First: i == 0, Last: i == len(rules)-1,
		})
	}
	if data.Authors, err = s.withRole(r, pipeline.RoleAuthor, pipeline.RoleClinician); err != nil {
		return err
	}
	if data.Typists, err = s.withRole(r, pipeline.RoleTranscriptionist); err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{name: "qarules", title: "QA rules", status: status, trouble: trouble, data: data})
}

// postQARule adds a rule at the end of the list.
func (s *Server) postQARule(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	rule, err := ruleOf(r)
	if err == nil {
		err = s.changeRules(r, "rule added", func(rules pipeline.QARules) (pipeline.QARules, error) { return append(rules, rule), nil })
	}
	return s.rulesDone(w, r, err, "rule-added", rule)
}

func ruleOf(r *http.Request) (rule pipeline.QARule, err error) {
	rule = pipeline.QARule{
		Name: strings.TrimSpace(r.PostFormValue("name")), AuthorID: r.PostFormValue("author"), TypistID: r.PostFormValue("typist"),
		Worktype: pipeline.Worktype(r.PostFormValue("worktype")), HasBlanks: r.PostFormValue("blanks") != "", HasFlags: r.PostFormValue("flags") != "",
	}
	whole := func(name string, into *int) {
		v := strings.TrimSpace(r.PostFormValue(name))
		if v == "" || err != nil {
			return
		}
		if *into, err = strconv.Atoi(v); err != nil {
			err = pipeline.Wrap(pipeline.Invalid, err, "Write the numbers of the rule in figures.")
		}
	}
	whole("new_below", &rule.NewBelow)
	whole("one_in", &rule.OneIn)
	return rule, err
}

// postQARuleAct moves or removes a rule.
func (s *Server) postQARuleAct(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	act := r.PathValue("act")
	if act != "up" && act != "down" && act != "remove" {
		return s.pageNotFound(w, r)
	}
	id := r.PostFormValue("rule")
	err := s.changeRules(r, "rule "+act, func(rules pipeline.QARules) (pipeline.QARules, error) {
		i := slices.IndexFunc(rules, func(rule pipeline.QARule) bool { return rule.ID == id })
		if i < 0 {
			return nil, pipeline.Errorf(pipeline.Stale, "This rule is no longer there. Nothing was changed.")
		}
		switch j := i; {
		case act == "remove":
			return slices.Delete(rules, i, i+1), nil
		case act == "up" && i > 0:
			j--
			rules[i], rules[j] = rules[j], rules[i]
		case act == "down" && i < len(rules)-1:
			j++
			rules[i], rules[j] = rules[j], rules[i]
		}
		return rules, nil
	})
	return s.rulesDone(w, r, err, "rules-changed", pipeline.QARule{OneIn: 1})
}

// changeRules edits the list of the revision that the form was made from.
func (s *Server) changeRules(r *http.Request, what string, edit func(pipeline.QARules) (pipeline.QARules, error)) error {
	rules, rev, err := s.Store.QARules(r.Context())
	if err != nil {
		return err
	}
	if r.PostFormValue("rev") != strconv.FormatInt(rev, 10) {
		return pipeline.Errorf(pipeline.Stale, "Somebody else changed the QA rules meanwhile. Nothing was changed; look at them again.")
	}
	if rules, err = edit(rules); err != nil {
		return err
	}
	_, err = s.Desk.SetRules(r.Context(), actor(r), rev, rules, what)
	return err
}

func (s *Server) rulesDone(w http.ResponseWriter, r *http.Request, err error, done string, typed pipeline.QARule) error {
	if err != nil && mendable(err) {
		return s.writeQARules(w, r, statuses[pipeline.KindOf(err)], s.sentence(r, err), typed)
	}
	if err != nil {
		return err
	}
	return goTo(w, r, "/qa/rules", done)
}
