package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"dictation/pipeline"
)

// wordFuncs are what templates say things with.
func wordFuncs() template.FuncMap {
	return template.FuncMap{
		"says": says, "tone": tone, "advice": advice, "steps": steps,
		"length": length, "when": when, "stamp": stamp, "day": day, "due": due, "size": size,
		"worktype": func(w pipeline.Worktype) string { return w.Info().Title },
		"worktypes": func() []pipeline.WorktypeInfo {
			return pipeline.Worktypes
		},
		"roles":     func() []pipeline.Role { return pipeline.Roles },
		"role":      roleName,
		"roleList":  roleList,
		"act":       act,
		"short":     func(s string) string { return s[:min(8, len(s))] },
		"name":      nameOf,
		"criticals": criticals,
		"age":       age,
		"caps":      caps,
		"seconds":   seconds,
	}
}

// says is where a dictation is, in words for everybody.
func says(p pipeline.Position) string {
	switch p.State {
	case pipeline.Held:
		return "On hold"
	case pipeline.Failed:
		return map[pipeline.Stage]string{
			pipeline.Decode:     "The recording could not be used",
			pipeline.Transcribe: "Speech recognition did not work",
			pipeline.Deliver:    "Signed, but not filed yet",
		}[p.Stage]
	case pipeline.Finished:
		if p.Parted() {
			return "Split into its dictations"
		}
		return "In the patient's record"
	}
	waits, runs := stageWords(p)
	switch p.State {
	case pipeline.InProgress:
		return runs
	case pipeline.Suspended:
		return runs + " (laid aside for now)"
	}
	return waits
}

func stageWords(p pipeline.Position) (waits, runs string) {
	switch p.Stage {
	case pipeline.Decode:
		return "Received, waiting to be prepared", "The sound is being prepared"
	case pipeline.Transcribe:
		return "Waiting for speech recognition", "Speech is being recognised"
	case pipeline.Deliver:
		return "Signed, waiting to be filed", "Signed, being filed"
	}
	switch p.Step {
	case pipeline.QA:
		return "Waiting for the QA editor", "With the QA editor"
	case pipeline.Signature:
		return "Waiting for signature", "Being signed"
	}
	return "Waiting for the transcriptionist", "With the transcriptionist"
}

// tone sorts positions for colour; the words say the same.
func tone(p pipeline.Position) string {
	switch {
	case p.State == pipeline.Failed:
		return "bad"
	case p.State == pipeline.Held, p.State == pipeline.Suspended:
		return "hold"
	case p.State == pipeline.Finished:
		return "good"
	case p.Step == pipeline.Signature:
		return "yours"
	}
	return "busy"
}

// advice is what to do when a dictation does not go on by itself; empty when
// nothing is to be done.
func advice(p pipeline.Position) string {
	switch {
	case p.State == pipeline.Held:
		return "Nothing is lost. An administrator has to look at it before it goes on."
	case p.State != pipeline.Failed:
		return ""
	case p.Stage == pipeline.Decode:
		return "If it was the wrong file or the recorder stopped early, send the right one as a new dictation."
	case p.Stage == pipeline.Transcribe:
		return "The recording is kept and can be heard. It can be typed from the sound, or an administrator can run the step again; nothing has to be sent twice."
	}
	return "The signed note is kept. An administrator can have it filed again; nothing has to be signed twice."
}

// milestone is one of the steps that everybody sees.
type milestone struct {
	Name string
	Is   string // "done", "under way", "stopped", "to come", "by its parts"
}

// Class names how a milestone looks.
func (m milestone) Class() string {
	return map[string]string{"done": "done", "under way": "now", "stopped": "stopped"}[m.Is]
}

// steps draws the way of a dictation as six milestones.
func steps(p pipeline.Position) []milestone {
	names := []string{"Received", "Prepared", "Recognised", "Typed", "Signed", "In the record"}
	done := 1 // how many lie behind
	switch p.Stage {
	case pipeline.Transcribe:
		done = 2
	case pipeline.Review:
		done = 3
		if p.Step == pipeline.Signature {
			done = 4
		}
	case pipeline.Deliver:
		done = 5
		if p.State == pipeline.Finished {
			done = 6
		}
	}
	out := make([]milestone, len(names))
	for i, n := range names {
		switch {
		case i < done:
			out[i] = milestone{n, "done"}
		case p.Parted():
			out[i] = milestone{n, "by its parts"}
		case i > done:
			out[i] = milestone{n, "to come"}
		case p.State == pipeline.Failed, p.State == pipeline.Held:
			out[i] = milestone{n, "stopped"}
		default:
			out[i] = milestone{n, "under way"}
		}
	}
	return out
}

// length writes milliseconds as minutes and seconds: "2:05".
func length(ms int64) string {
	s := ms / 1000
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// when is a time as people of this place read it.
func when(t time.Time) string { return t.Local().Format("2 Jan 2006, 15:04") }

// stamp is a time for machines, and for the exact hour on pointing at it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// day is a date without an hour.
func day(t time.Time) string { return t.Format("2 Jan 2006") }

// due says how long is left until t.
func due(t time.Time) string {
	left := time.Until(t).Round(time.Minute)
	if left < 0 {
		return "overdue by " + span(-left)
	}
	return "due in " + span(left)
}

func span(d time.Duration) string {
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case h >= 48:
		return fmt.Sprintf("%d days", h/24)
	case h > 0 && m == 0:
		return fmt.Sprintf("%d h", h)
	case h > 0:
		return fmt.Sprintf("%d h %d min", h, m)
	}
	return fmt.Sprintf("%d min", m)
}

// age is full years today.
func age(born time.Time) int {
	now := time.Now().UTC()
	years := now.Year() - born.Year()
	if now.Month() < born.Month() || now.Month() == born.Month() && now.Day() < born.Day() {
		years--
	}
	return years
}

// size writes bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// nameOf is how a list calls a patient: family name first.
func nameOf(p pipeline.Patient) string {
	if p.ID == "" {
		return "Patient not named yet"
	}
	return strings.TrimSuffix(p.Family+", "+p.Given, ", ")
}

func roleName(r pipeline.Role) string {
	switch r {
	case pipeline.RoleQA:
		return "QA editor"
	case pipeline.RoleRecords:
		return "Records"
	case pipeline.RoleAdmin:
		return "Administrator"
	}
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

func roleList(roles []pipeline.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = roleName(r)
	}
	return strings.Join(names, ", ")
}

// acts says what the audit's words mean.
var acts = map[string]string{
	"dictation.received":   "Received",
	"dictation.claimed":    "Taken up",
	"dictation.released":   "Given back",
	"dictation.suspended":  "Laid aside",
	"dictation.completed":  "Step completed",
	"dictation.sent_to_qa": "Sent to QA",
	"dictation.returned":   "Returned",
	"dictation.signed":     "Signed",
	"dictation.failed":     "Failed",
	"dictation.retried":    "Run again",
	"dictation.by_hand":    "Given to be typed from the sound",
	"dictation.held":       "Put on hold",
	"dictation.unheld":     "Hold ended",
	"dictation.split":      "Split into its dictations",
	"dictation.identified": "Patient named",
	"dictation.read":       "Looked at",
	"dictation.list":       "List looked at",
	"dictation.create":     "Upload page opened",
	"text.saved":           "Text saved",
	"text.read":            "Text read",
	"sound.read":           "Sound heard",
	"patient.create":       "Patient entered by the feed",
	"patient.update":       "Patient changed by the feed",
	"patient.merge":        "Records of one patient merged",
	"visit.create":         "Visit entered by the feed",
	"visit.update":         "Visit changed by the feed",
	"notes.learned_from":   "Signed notes learned from",
	"chart.read":           "Chart read",
	"patient.find":         "Patient searched",
	"worklist.read":        "Worklist read",
	"audit.read":           "Audit read",
	"login":                "Signed in",
	"confirm":              "Password asked again",
	"user.added":           "Account made",
	"user.disabled":        "Account closed",
	"user.enabled":         "Account opened",
	"user.password":        "Password set",
	"token.added":          "API token made",
	"tokens.revoked":       "API tokens revoked",
	"token":                "API token presented",
	"session":              "Session presented",
	"cross-site":           "Sent by a page of another site",
	"jobs.manage":          "Jobs looked at",
	"users.manage":         "Accounts looked at",
	"settings.saved":       "Settings saved",
}

// act is an action of the audit in words; one without words stands as it is.
func act(action string) string {
	if w := acts[action]; w != "" {
		return w
	}
	return action
}
