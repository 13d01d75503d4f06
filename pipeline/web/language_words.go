package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"dictation/pipeline"
)

// funcs are what templates say things with.
func (sp *speech) funcs(all []*speech) template.FuncMap {
	return template.FuncMap{
		"t": sp.t, "tn": sp.tn, "join": func(s ...string) string { return strings.Join(s, " ") },
		"says":  func(p pipeline.Position) string { return sp.t(says(p)) },
		"place": func(s pipeline.State) string { return sp.t(queueWords[s]) },
		"tone":  tone, "advice": func(p pipeline.Position) string { return sp.t(advice(p)) },
		"steps":  sp.steps,
		"length": length, "when": sp.when, "stamp": stamp, "day": sp.day, "due": sp.due, "span": sp.span, "since": sp.since, "size": sp.size,
		"worktype":   func(w pipeline.Worktype) string { return sp.t(w.Info().Title) },
		"worktypes":  sp.worktypes,
		"roles":      func() []pipeline.Role { return pipeline.Roles },
		"role":       func(r pipeline.Role) string { return sp.t(roleName(r)) },
		"roleList":   sp.roleList,
		"act":        func(action string) string { return sp.t(act(action)) },
		"short":      func(s string) string { return s[:min(8, len(s))] },
		"name":       sp.name,
		"sex":        func(s string) string { return sp.t(sexes[s]) },
		"criticals":  criticals,
		"phraseKind": phraseKind,
		"caps":       caps,
		"seconds":    seconds,
		"speeches":   func() []*speech { return all },
		"ages":       func() []int { return queueAges },
		"age":        age,
		"giveForm":   func(note string, c codeView) giveForm { return giveForm{note, c} },
	}
}

// queueWords are the lists of a queue.
var queueWords = map[pipeline.State]string{
	pipeline.Pending: msg("Waiting"), pipeline.InProgress: msg("In hand"), pipeline.Suspended: msg("Laid aside"), pipeline.Held: msg("On hold"),
}

var sexes = map[string]string{
	"male": msg("male"), "female": msg("female"), "other": msg("other"), "unknown": msg("unknown"),
}

// worktypes is the table of worktypes with titles in the language.
func (sp *speech) worktypes() []pipeline.WorktypeInfo {
	list := make([]pipeline.WorktypeInfo, len(pipeline.Worktypes))
	for i, w := range pipeline.Worktypes {
		w.Title = sp.t(w.Title)
		list[i] = w
	}
	return list
}

func (sp *speech) steps(p pipeline.Position) []milestone {
	list := steps(p)
	for i, m := range list {
		list[i].Look, list[i].Name, list[i].Is = m.Class(), sp.t(m.Name), sp.t(m.Is)
	}
	return list
}

func (sp *speech) roleList(roles []pipeline.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = sp.t(roleName(r))
	}
	return strings.Join(names, ", ")
}

// name is how a list calls a patient: family name first.
func (sp *speech) name(p pipeline.Patient) string {
	if p.ID == "" {
		return sp.t("Patient not named yet")
	}
	return nameOf(p)
}

// nameOf is the name without words around it.
func nameOf(p pipeline.Patient) string { return strings.TrimSuffix(p.Family+", "+p.Given, ", ") }

// dateForm is how a language writes a date.
func (sp *speech) dateForm() string {
	if sp.Tag == "de" {
		return "02.01.2006"
	}
	return "2 Jan 2006"
}

// when is a time as people of this place read it.
func (sp *speech) when(t time.Time) string { return t.Local().Format(sp.dateForm() + ", 15:04") }

// day is a date without an hour.
func (sp *speech) day(t time.Time) string { return t.Format(sp.dateForm()) }

// due says how long is left until t.
func (sp *speech) due(t time.Time) string {
	left := time.Until(t).Round(time.Minute)
	if left < 0 {
		return sp.t("overdue by %s", sp.span(-left))
	}
	return sp.t("due in %s", sp.span(left))
}

// since is how long ago t was.
func (sp *speech) since(t time.Time) string { return sp.span(max(0, time.Since(t))) }

func (sp *speech) span(d time.Duration) string {
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case h >= 48:
		return sp.t("%d days", h/24)
	case h > 0 && m == 0:
		return sp.t("%d h", h)
	case h > 0:
		return sp.t("%d h %d min", h, m)
	}
	return sp.t("%d min", m)
}

// size writes bytes for people.
func (sp *speech) size(n int64) string {
	switch {
	case n >= 1<<20:
		mb := fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
		if sp.Tag == "de" {
			mb = strings.Replace(mb, ".", ",", 1)
		}
		return mb
	case n >= 1<<10:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return sp.t("%d bytes", n)
}
