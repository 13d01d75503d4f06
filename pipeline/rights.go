package pipeline

import "slices"

// Action is something a person asks to do; its name stands in the audit.
type Action string

// The actions that rights are asked for.
const (
	CreateDictation Action = "dictation.create"
	ReadDictation   Action = "dictation.read" // properties and state, no text or sound
	ReadSound       Action = "sound.read"
	ReadText        Action = "text.read"
	EditText        Action = "text.edit" // needs the lease
	Worklist        Action = "worklist.read"
	SignNote        Action = "note.sign"
	ReturnNote      Action = "note.return"
	AmendNote       Action = "note.amend" // also: add to it
	ReadChart       Action = "chart.read" // also FHIR
	FindPatient     Action = "patient.find"

	SearchNotes      Action = "notes.search"      // an author in his own, others in all
	ReadCompleteness Action = "completeness.read" // what charts lack
	CodeNote         Action = "note.code"
	ReleaseRecord    Action = "record.release"   // give a patient's record to somebody outside
	ReadDisclosures  Action = "disclosures.read" // who was given it
	WritePatient     Action = "patient.write"    // news of patients and visits by FHIR

	ManageJobs     Action = "jobs.manage" // retry, hold, identify, take back
	TypeByHand     Action = "dictation.type_by_hand"
	SplitDictation Action = "dictation.split"     // also: say that it is one
	TakeOver       Action = "dictation.take_over" // take a job from its holder's hands
	ManagePools    Action = "pools.manage"
	ManageUsers    Action = "users.manage"
	SitePhrases    Action = "phrases.site" // change what everybody can use; own phrases need no right
	ReadAudit      Action = "audit.read"

	ManageDeliveries Action = "delivery.manage" // send again, hold, settle what goes to other systems

	ReadFeedback   Action = "qa.feedback" // what QA found in one's own typing
	AnswerFeedback Action = "qa.answer"   // disputes
	ReadQAReport   Action = "qa.report"   // numbers, no text
	ManageQARules  Action = "qa.rules"
)

// general is what each role may do with anything at all.
var general = map[Role][]Action{
	RoleAuthor:           {CreateDictation, FindPatient, SearchNotes},
	RoleTranscriptionist: {Worklist, ReadFeedback, SplitDictation}, // typing pools digitise tapes, and must see whose number they typed; it is audited
	RoleQA:               {SitePhrases, Worklist, AnswerFeedback, ReadQAReport},
	RoleLead:             {SitePhrases, Worklist, SplitDictation, TakeOver, ManagePools, AnswerFeedback, ReadQAReport, ManageQARules},
	RoleClinician:        {CreateDictation, FindPatient, Worklist, ReadChart, SearchNotes, ReadCompleteness},
	RoleRecords:          {ManageDeliveries, ReadChart, FindPatient, WritePatient, SearchNotes, ReadCompleteness, CodeNote, ReleaseRecord, ReadDisclosures},
	RoleAuditor:          {ReadAudit, ReadDisclosures},
	RoleAdmin:            {ManageDeliveries, SitePhrases, ManageQARules, ReadQAReport, ManageJobs, ManageUsers, ManagePools, ReadDictation, TypeByHand, SplitDictation},
}

// May reports whether u may do a; d is the dictation it is done to, nil for
// actions that concern none. A refusal is a Forbidden error for the person.
//
// The relation decides as well as the role: an author reads and signs what is
// his own, a transcriptionist or QA editor hears and reads only what she holds
// (and hears what waits to be split), a clinician what waits for a signature or
// was signed.
func May(u User, a Action, d *Dictation) error {
	for _, r := range u.Roles {
		for _, allowed := range general[r] {
			if allowed == a {
				return nil
			}
		}
	}
	if d != nil && related(u, a, *d) {
		return nil
	}
	return Errorf(Forbidden, "Your account may not do this. Ask an administrator if you should.")
}

func related(u User, a Action, d Dictation) bool {
	own := u.ID != "" && u.ID == d.AuthorID && u.Is(RoleAuthor, RoleClinician)
	holds := u.ID != "" && u.ID == d.HolderID && d.State == InProgress
	atSignature := d.Stage == Review && d.Step == Signature
	atCosignature := d.Stage == Review && d.Step == Cosignature
	toSign := d.Stage == Deliver || atSignature || atCosignature
	proxy := d.AuthorID != "" && slices.Contains(u.ProxyFor, d.AuthorID)
	second := d.CosignerID != "" && (u.ID == d.CosignerID || slices.Contains(u.ProxyFor, d.CosignerID))
	switch a {
	case ReadDictation:
		return own || proxy || second || u.Is(RoleTranscriptionist, RoleQA, RoleLead, RoleClinician)
	case ReadSound, ReadText:
		toSplit := a == ReadSound && d.AwaitsSplit()
		return own || (holds || toSplit) && u.Is(RoleTranscriptionist, RoleLead) || holds && u.Is(RoleQA) ||
			toSign && (proxy || second || u.Is(RoleClinician))
	case TypeByHand, SplitDictation:
		return own
	case EditText:
		return d.Stage == Review && holds
	case SignNote:
		return atSignature && (own || proxy || u.Is(RoleClinician)) || atCosignature && second
	case ReturnNote:
		return (atSignature || atCosignature) && (own || proxy || second || u.Is(RoleClinician))
	case AmendNote:
		return d.Stage == Deliver && (own || u.Is(RoleClinician))
	}
	return false
}
