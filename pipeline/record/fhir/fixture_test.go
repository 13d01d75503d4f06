package fhir_test

import (
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record/fhir"
)

// A made-up patient, visit and note, and the site that serves them.
var (
	site    = fhir.NewMapping("https://records.example/fhir", "")
	patient = pipeline.Patient{
		ID: "0195a1b2-0000-7000-8000-000000000001", MRN: "M000123", Family: "Example", Given: "Pat",
		BirthDate: time.Date(1961, time.July, 1, 0, 0, 0, 0, time.UTC), Sex: "female",
		Updated: time.Date(2026, time.March, 1, 7, 0, 0, 0, time.UTC),
	}
	visit = pipeline.Encounter{
		ID: "0195a1b2-0000-7000-8000-000000000002", Number: "V000777", PatientID: patient.ID, Class: "AMB",
		Reason: "Cough for three weeks", Location: "Clinic 4",
		Start:   time.Date(2026, time.March, 4, 8, 0, 0, 0, time.UTC),
		End:     time.Date(2026, time.March, 4, 8, 40, 0, 0, time.UTC),
		Updated: time.Date(2026, time.March, 4, 8, 41, 0, 0, time.UTC),
	}
	chartDoc = document()
)

func document() pipeline.ChartDocument {
	text := "Consultation\n\nTemperature 37.2 °C. No wheeze.\n"
	return pipeline.ChartDocument{
		ID: "0195a1b2-0000-7000-8000-000000000003", Key: "D0001000042@chart",
		Patient: patient, Encounter: visit,
		AttachedAt: time.Date(2026, time.March, 4, 9, 30, 2, 250_000_000, time.UTC),
		Status:     pipeline.StatusCurrent, DocStatus: pipeline.DocStatusFinal,
		Note: pipeline.Note{
			ID: "0195a1b2-0000-7000-8000-000000000004", DocumentNumber: "D0001000042",
			PatientID: patient.ID, EncounterID: visit.ID, Worktype: pipeline.Consultation,
			Title: "Pulmonary consultation", Text: text, TextVersion: 4,
			Seal: pipeline.Seal{
				DocumentNumber: "D0001000042", TextSHA256: pipeline.TextHash(text),
				AuthorID: "0195a1b2-0000-7000-8000-00000000000a", AuthorName: "Dr. Robin Example",
				SignerID: "0195a1b2-0000-7000-8000-00000000000b", SignerName: "Dr. Kim Cosigner",
				Meaning: "reviewed", SignedAt: time.Date(2026, time.March, 4, 10, 30, 0, 0, time.FixedZone("", 3600)),
			},
		},
	}
}
