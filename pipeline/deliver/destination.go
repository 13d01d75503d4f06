package deliver

import (
	"slices"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
)

// Destination is a records system of others, and what goes there.
type Destination struct {
	System record.System
	Rules  []Rule // one of them must fit; none: everything goes there
	Hold   bool   // nothing is sent before a person releases it

	Parallel int           // documents at a time, of different patients; default 1
	First    time.Duration // wait after the first failure; doubles from there
	Longest  time.Duration // longest wait between two tries
	GiveUp   time.Duration // parked when it could not be delivered for so long; 0: never
	Lease    time.Duration // longest time of one try; default 5 min
}

// Rule says which documents go to a destination. An empty field does not narrow.
type Rule struct {
	Facilities []string            `json:"facilities"`
	Worktypes  []pipeline.Worktype `json:"worktypes"`
	Classes    []string            `json:"patient_classes"` // FHIR v3-ActCode: AMB, IMP, EMER …
}

func (r Rule) fits(facility string, worktype pipeline.Worktype, class string) bool {
	return (len(r.Facilities) == 0 || slices.Contains(r.Facilities, facility)) &&
		(len(r.Worktypes) == 0 || slices.Contains(r.Worktypes, worktype)) &&
		(len(r.Classes) == 0 || slices.Contains(r.Classes, class))
}

// Takes reports whether a document of a facility goes to the destination.
func (d Destination) Takes(doc record.Document, facility string) bool {
	fits := func(r Rule) bool { return r.fits(facility, doc.Note.Worktype, doc.Encounter.Class) }
	return len(d.Rules) == 0 || slices.ContainsFunc(d.Rules, fits)
}

// wait is how long a document that has waited for age waits on: as long again,
// so that the times between tries double.
func (d Destination) wait(age time.Duration) time.Duration {
	return min(max(age, d.First), d.Longest)
}
