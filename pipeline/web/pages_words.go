package web

import (
	"fmt"
	"time"

	"dictation/pipeline"
)

// says is where a dictation is, in words for everybody.
func says(p pipeline.Position) string {
	switch p.State {
	case pipeline.Held:
		return msg("On hold")
	case pipeline.Failed:
		return map[pipeline.Stage]string{
			pipeline.Decode:     msg("The recording could not be used"),
			pipeline.Transcribe: msg("Speech recognition did not work"),
			pipeline.Deliver:    msg("Signed, but not filed yet"),
		}[p.Stage]
	case pipeline.Finished:
		if p.Parted() {
			return msg("Split into its dictations")
		}
		return msg("In the patient's record")
	}
	waits, runs := stageWords(p)
	switch p.State {
	case pipeline.InProgress:
		return runs
	case pipeline.Suspended:
		return laidAside(p)
	}
	return waits
}

// laidAside is runs of stageWords for what is laid aside.
func laidAside(p pipeline.Position) string {
	switch p.Step {
	case pipeline.QA:
		return msg("With the QA editor (laid aside for now)")
	case pipeline.Signature:
		return msg("Being signed (laid aside for now)")
	case pipeline.Cosignature:
		return msg("Being co-signed (laid aside for now)")
	}
	return msg("With the transcriptionist (laid aside for now)")
}

func stageWords(p pipeline.Position) (waits, runs string) {
	switch p.Stage {
	case pipeline.Decode:
		return msg("Received, waiting to be prepared"), msg("The sound is being prepared")
	case pipeline.Transcribe:
		return msg("Waiting for speech recognition"), msg("Speech is being recognised")
	case pipeline.Deliver:
		return msg("Signed, waiting to be filed"), msg("Signed, being filed")
	}
	switch p.Step {
	case pipeline.QA:
		return msg("Waiting for the QA editor"), msg("With the QA editor")
	case pipeline.Signature:
		return msg("Waiting for signature"), msg("Being signed")
	case pipeline.Cosignature:
		return msg("Signed once, waiting for the co-signature"), msg("Being co-signed")
	}
	return msg("Waiting for the transcriptionist"), msg("With the transcriptionist")
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
	case p.Step == pipeline.Signature, p.Step == pipeline.Cosignature:
		return "yours"
	}
	return "busy"
}

// advice is what to do when a dictation does not go on by itself; empty when
// nothing is to be done.
func advice(p pipeline.Position) string {
	switch {
	case p.State == pipeline.Held:
		return msg("Nothing is lost. An administrator has to look at it before it goes on.")
	case p.State != pipeline.Failed:
		return ""
	case p.Stage == pipeline.Decode:
		return msg("If it was the wrong file or the recorder stopped early, send the right one as a new dictation.")
	case p.Stage == pipeline.Transcribe:
		return msg("The recording is kept and can be heard. It can be typed from the sound, or an administrator can run the step again; nothing has to be sent twice.")
	}
	return msg("The signed note is kept. An administrator can have it filed again; nothing has to be signed twice.")
}

// milestone is one of the steps that everybody sees.
type milestone struct {
	Name string
	Is   string // "done", "under way", "stopped", "to come", "by its parts"
	Look string // its class, when Is has been translated
}

// Class names how a milestone looks.
func (m milestone) Class() string {
	if m.Look != "" {
		return m.Look
	}
	return map[string]string{"done": "done", "under way": "now", "stopped": "stopped"}[m.Is]
}

// steps draws the way of a dictation as six milestones.
func steps(p pipeline.Position) []milestone {
	names := []string{msg("Received"), msg("Prepared"), msg("Recognised"), msg("Typed"), msg("Signed"), msg("In the record")}
	done := 1 // how many lie behind
	switch p.Stage {
	case pipeline.Transcribe:
		done = 2
	case pipeline.Review:
		done = 3
		if p.Step == pipeline.Signature || p.Step == pipeline.Cosignature {
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
			out[i] = milestone{Name: n, Is: msg("done")}
		case p.Parted():
			out[i] = milestone{Name: n, Is: msg("by its parts")}
		case i > done:
			out[i] = milestone{Name: n, Is: msg("to come")}
		case p.State == pipeline.Failed, p.State == pipeline.Held:
			out[i] = milestone{Name: n, Is: msg("stopped")}
		default:
			out[i] = milestone{Name: n, Is: msg("under way")}
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

// stamp is a time for machines, and for the exact hour on pointing at it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// age is full years today.
func age(born time.Time) int {
	now := time.Now().UTC()
	years := now.Year() - born.Year()
	if now.Month() < born.Month() || now.Month() == born.Month() && now.Day() < born.Day() {
		years--
	}
	return years
}

func roleName(r pipeline.Role) string {
	switch r {
	case pipeline.RoleQA:
		return msg("QA editor")
	case pipeline.RoleRecords:
		return msg("Records")
	case pipeline.RoleAdmin:
		return msg("Administrator")
	}
	return map[pipeline.Role]string{
		pipeline.RoleAuthor: msg("Author"), pipeline.RoleTranscriptionist: msg("Transcriptionist"), pipeline.RoleClinician: msg("Clinician"),
		pipeline.RoleAuditor: msg("Auditor"), pipeline.RoleLead: msg("Lead"),
	}[r]
}

// acts says what the audit's words mean.
var acts = map[string]string{
	"dictation.received":   msg("Received"),
	"dictation.claimed":    msg("Taken up"),
	"dictation.released":   msg("Given back"),
	"dictation.suspended":  msg("Laid aside"),
	"dictation.completed":  msg("Step completed"),
	"dictation.sent_to_qa": msg("Sent to QA"),
	"dictation.returned":   msg("Returned"),
	"dictation.signed":     msg("Signed"),
	"dictation.failed":     msg("Failed"),
	"dictation.retried":    msg("Run again"),
	"dictation.by_hand":    msg("Given to be typed from the sound"),
	"dictation.held":       msg("Put on hold"),
	"dictation.unheld":     msg("Hold ended"),
	"dictation.split":      msg("Split into its dictations"),
	"dictation.identified": msg("Patient named"),

	"dictation.unidentified": msg("Whose it is, is open"),
	"identify.wait":          msg("Waits for a registration"),
	"identify.close":         msg("Closed: belongs to no chart"),
	"identify.reopen":        msg("Identification taken back"),
	"identify.ask":           msg("Physician asked whose it is"),
	"identify.answer":        msg("Physician answered whose it is"),
	"identify.match":         msg("Possible patient registered"),
	"dictation.taken_over":   msg("Taken over by a lead"),
	"dictation.take_over":    msg("Asked to take it over"),
	"pool.added":             msg("Pool made"),
	"pool.removed":           msg("Pool removed"),
	"pool.joined":            msg("Joined to a pool"),
	"pool.left":              msg("Taken out of a pool"),
	"pool.rule_added":        msg("Rule of a pool made"),
	"pool.rule_removed":      msg("Rule of a pool removed"),
	"pools.manage":           msg("Pools looked at"),
	"dictation.read":         msg("Looked at"),
	"dictation.list":         msg("List looked at"),
	"dictation.create":       msg("Upload page opened"),
	"text.saved":             msg("Text saved"),
	"text.read":              msg("Text read"),
	"sound.read":             msg("Sound opened"),
	"patient.create":         msg("Patient entered by the feed"),
	"patient.update":         msg("Patient changed by the feed"),
	"patient.merge":          msg("Records of one patient merged"),
	"visit.create":           msg("Visit entered by the feed"),
	"visit.update":           msg("Visit changed by the feed"),
	"notes.learned_from":     msg("Signed notes learned from"),
	"chart.read":             msg("Chart read"),
	"notes.search":           msg("Notes searched"),
	"completeness.read":      msg("Completeness of charts read"),
	"note.code":              msg("Coding"),
	"note.coded":             msg("Code given"),
	"note.uncoded":           msg("Code taken back"),
	"note.coding_done":       msg("Coding finished"),
	"note.coding_open":       msg("Coding taken up again"),
	"record.release":         msg("Record given out"),
	"record.released":        msg("Record given out, whole"),
	"disclosures.read":       msg("Disclosures read"),
	"patient.find":           msg("Patient searched"),
	"worklist.read":          msg("Worklist read"),
	"audit.read":             msg("Audit read"),
	"login":                  msg("Signed in"),
	"confirm":                msg("Password asked again"),
	"user.added":             msg("Account made"),
	"user.disabled":          msg("Account closed"),
	"user.enabled":           msg("Account opened"),
	"user.password":          msg("Password set"),
	"user.roles":             msg("Roles changed"),
	"token.added":            msg("API token made"),
	"tokens.revoked":         msg("API tokens revoked"),
	"token":                  msg("API token presented"),
	"session":                msg("Session presented"),
	"cross-site":             msg("Sent by a page of another site"),
	"jobs.manage":            msg("Jobs looked at"),
	"users.manage":           msg("Accounts looked at"),
	"settings.saved":         msg("Settings saved"),

	"dictation.first_signed":      msg("Signed, the first of two"),
	"dictation.written":           msg("Added to a signed note"),
	"document.superseded":         msg("Document superseded by its amendment"),
	"text.mended":                 msg("Text changed by the signer"),
	"flag.heard":                  msg("Doubtful place heard"),
	"flag.confirmed":              msg("Doubtful place checked"),
	"note.sign":                   msg("Signature asked for"),
	"note.return":                 msg("Return asked for"),
	"note.amend":                  msg("Amendment asked for"),
	"proxy.added":                 msg("Proxy named"),
	"proxy.revoked":               msg("Proxy ended"),
	"user.attending":              msg("Attending named"),
	"second_factor.begun":         msg("Second factor begun"),
	"second_factor.added":         msg("Second factor in force"),
	"second_factor.removed":       msg("Second factor removed"),
	"second_factor.recovery_code": msg("Recovery code used"),
	"phrase.added":                msg("Phrase made"),
	"phrase.saved":                msg("Phrase changed"),
	"phrase.deleted":              msg("Phrase deleted"),
	"word.added":                  msg("Word put on the list"),
	"word.removed":                msg("Word taken off the list"),

	"dictation.undone": msg("Taken back by who sent it on"),
	"text.edit":        msg("Text opened"),

	"delivery.manage":    msg("Deliveries looked at"),
	"delivery.sent":      msg("Sent to a records system"),
	"delivery.unknown":   msg("Sent to a records system, answer lost"),
	"delivery.parked":    msg("Delivery parked"),
	"delivery.resend":    msg("Delivery asked for again"),
	"delivery.hold":      msg("Delivery held back"),
	"delivery.release":   msg("Delivery released"),
	"delivery.settle":    msg("Delivery settled by looking"),
	"delivery.withdraw":  msg("Document withdrawn at its destination"),
	"delivery.reconcile": msg("Notes compared with deliveries"),

	"qa.assessed":      msg("Assessed by QA"),
	"qa.read":          msg("Assessment read by the typist"),
	"qa.disputed":      msg("Mark disputed"),
	"qa.upheld":        msg("Mark upheld"),
	"qa.withdrawn":     msg("Mark withdrawn"),
	"qa.rules":         msg("QA rules looked at"),
	"qa.rules_changed": msg("QA rules changed"),
	"qa.report":        msg("QA report looked at"),
	"qa.feedback":      msg("QA feedback read"),
	"qa.answer":        msg("Disputes looked at"),
}

// act is an action of the audit in words; one without words stands as it is.
func act(action string) string {
	if w := acts[action]; w != "" {
		return w
	}
	return action
}
