package push

import (
	"encoding/json"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/fhir"
)

// Prepare implements [record.Preparer].
func (s *System) Prepare(doc record.Document) ([]byte, error) {
	if err := doc.Check(); err != nil {
		return nil, err
	}
	return json.Marshal(s.resource(doc))
}

// resource is the note for the server, with numbers in place of its ids.
func (s *System) resource(doc record.Document) fhir.DocumentReference {
	status := pipeline.DocStatusFinal
	if doc.Note.Relation == pipeline.Amendment {
		status = pipeline.DocStatusAmended
	}
	d := s.mapping.DocumentReference(pipeline.ChartDocument{
		Note: doc.Note, Patient: doc.Patient, Encounter: doc.Encounter,
		Status: pipeline.StatusCurrent, DocStatus: status,
	})
	a := &d.Content[0].Attachment
	a.URL, a.Language = "", doc.Language // the text goes with it: nobody there can fetch it here
	d.Subject = fhir.Reference{Type: "Patient", Identifier: &fhir.Identifier{System: s.mapping.MRN, Value: doc.Patient.MRN}}
	if d.Context != nil && doc.Encounter.ID != "" {
		d.Context.Encounter = []fhir.Reference{{
			Type: "Encounter", Identifier: &fhir.Identifier{System: s.mapping.Visit, Value: doc.Encounter.Number},
		}}
	}
	d.Author = []fhir.Reference{s.person(d.Author[0], doc.Author)}
	signer := s.person(*d.Authenticator, doc.Signer)
	d.Authenticator = &signer
	s.suit(&d, doc)
	return d
}

// person names an account by the server's id where it has one, and else in words:
// our account numbers mean nothing there.
func (s *System) person(here fhir.Reference, p record.Person) fhir.Reference {
	if id := s.cfg.Practitioners[p.ID]; id != "" {
		return fhir.Reference{Reference: "Practitioner/" + id, Display: here.Display}
	}
	return fhir.Reference{Type: "Practitioner", Display: here.Display}
}

// suit changes what the vendors want otherwise.
func (s *System) suit(d *fhir.DocumentReference, doc record.Document) {
	switch s.cfg.Profile {
	case Epic:
		d.Content[0].Attachment.ContentType = "text/plain"
		d.Author = onlyKnown(d.Author) // without one it is filed under the background user
		d.Authenticator = nil
	case Oracle:
		d.Author = onlyKnown(d.Author)
		d.Authenticator = nil
		if d.Context == nil {
			d.Context = &fhir.DocumentContext{}
		}
		// The period must have an end; a visit that lasts was seen until the signature.
		if d.Context.Period == nil {
			d.Context.Period = &fhir.Period{Start: doc.Created.UTC()}
		}
		if d.Context.Period.End.IsZero() {
			d.Context.Period.End = doc.Note.Seal.SignedAt.UTC().Truncate(time.Millisecond)
		}
	}
}

func onlyKnown(people []fhir.Reference) []fhir.Reference {
	if people[0].Reference == "" {
		return nil
	}
	return people
}
