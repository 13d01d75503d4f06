package seed

import (
	"fmt"
	"time"
)

// Patient is a made-up person with a record.
type Patient struct {
	MRN        string // medical record number
	Family     string
	Given      string
	BirthDate  time.Time // midnight UTC
	Sex        string    // FHIR administrative gender: male, female, other, unknown
	Encounters []Encounter
}

// Encounter is a visit of a patient.
type Encounter struct {
	Number   string // visit number
	Class    string // FHIR v3-ActCode: AMB ambulatory, IMP inpatient, EMER emergency
	Reason   string
	Location string
	Start    time.Time
	End      time.Time // zero while it lasts
}

const day = 24 * time.Hour

// Patients lists the demonstration's patients. Their encounters lie in the weeks
// before today; the last inpatient stays are still going on.
func Patients(today time.Time) []Patient {
	today = today.UTC().Truncate(day)
	patients := make([]Patient, len(people))
	visit := 0
	for i, p := range people {
		patients[i] = Patient{
			MRN:       fmt.Sprintf("%d", 700_101+17*i),
			Family:    p.family,
			Given:     p.given,
			BirthDate: time.Date(p.born[0], time.Month(p.born[1]), p.born[2], 0, 0, 0, 0, time.UTC),
			Sex:       p.sex,
		}
		for _, v := range p.visits {
			visit++
			patients[i].Encounters = append(patients[i].Encounters, v.encounter(visit, today))
		}
	}
	return patients
}

func (v visit) encounter(n int, today time.Time) Encounter {
	start := today.Add(-time.Duration(v.daysAgo)*day + time.Duration(v.hour)*time.Hour)
	e := Encounter{Number: fmt.Sprintf("V%05d", 20_000+13*n), Class: v.class, Reason: v.reason, Location: v.location, Start: start}
	if v.hours > 0 {
		e.End = start.Add(time.Duration(v.hours) * time.Hour)
	}
	return e
}
