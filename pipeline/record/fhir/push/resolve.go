package push

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/fhir"
)

// found is what a search answers, as far as it is looked at.
type found struct {
	ResourceType string `json:"resourceType"`
	Entry        []struct {
		Resource json.RawMessage `json:"resource"`
	} `json:"entry"`
}

// person is as much of a Patient as tells people apart.
type person struct {
	ResourceType string `json:"resourceType"`
	ID           string `json:"id"`
	BirthDate    string `json:"birthDate"`
}

// resolve puts the server's ids in place of numbers.
func (s *System) resolve(ctx context.Context, d *fhir.DocumentReference, doc record.Document) error {
	if d.Subject.Identifier == nil {
		return pipeline.Wrap(pipeline.Internal, errPayload, "What was prepared for the FHIR server names no patient.")
	}
	if err := s.resolvePatient(ctx, d, doc); err != nil {
		return err
	}
	if err := s.resolveVisit(ctx, d); err != nil {
		return err
	}
	for i := range d.RelatesTo {
		if err := s.resolveTarget(ctx, d.Subject.Reference, &d.RelatesTo[i].Target); err != nil {
			return err
		}
	}
	return nil
}

func (s *System) resolvePatient(ctx context.Context, d *fhir.DocumentReference, doc record.Document) error {
	resources, err := s.search(ctx, "Patient", url.Values{"identifier": {searchToken(*d.Subject.Identifier)}})
	if err != nil {
		return err
	}
	people, err := only[person](resources, "Patient", func(p person) string { return p.ResourceType })
	switch {
	case err != nil:
		return err
	case len(people) == 0:
		return pipeline.Errorf(pipeline.Invalid, "The FHIR server does not know the patient's record number. The note was not sent; it can be sent again once the patient is there.")
	case len(people) > 1:
		return pipeline.Errorf(pipeline.Invalid, "The FHIR server has several patients with this record number. The note was not sent; a person must see to it there.")
	}
	born := doc.Patient.BirthDate
	if there := people[0].BirthDate; there != "" && born.Year() > 1 && !strings.HasPrefix(born.Format(time.DateOnly), there) {
		return pipeline.Errorf(pipeline.Invalid, "The patient with this record number has another date of birth on the FHIR server. The note was not sent; a person must compare the two.")
	}
	d.Subject = fhir.Reference{Reference: "Patient/" + people[0].ID}
	return nil
}

// resolveVisit looks for the visit. A server without it gets its number, except
// where the profile wants a visit that is there.
func (s *System) resolveVisit(ctx context.Context, d *fhir.DocumentReference) error {
	if d.Context == nil || len(d.Context.Encounter) == 0 || d.Context.Encounter[0].Identifier == nil {
		if s.cfg.Profile != USCore {
			return pipeline.Errorf(pipeline.Invalid, "This FHIR server takes only notes that belong to a visit, and this one belongs to none.")
		}
		return nil
	}
	asked := url.Values{"identifier": {searchToken(*d.Context.Encounter[0].Identifier)}}
	if s.cfg.Profile == Epic {
		asked.Set("patient", d.Subject.Reference) // it takes no search without
	}
	resources, err := s.search(ctx, "Encounter", asked)
	if err != nil {
		return err
	}
	visits, err := only[fhir.Encounter](resources, "Encounter", func(e fhir.Encounter) string { return e.ResourceType })
	switch {
	case err != nil:
		return err
	case len(visits) > 1:
		return pipeline.Errorf(pipeline.Invalid, "The FHIR server has several visits with this number. The note was not sent; a person must see to it there.")
	case len(visits) == 1 && lastPart(visits[0].Subject.Reference) != lastPart(d.Subject.Reference):
		return pipeline.Errorf(pipeline.Invalid, "The visit with this number belongs to another patient on the FHIR server. The note was not sent.")
	case len(visits) == 1:
		d.Context.Encounter = []fhir.Reference{{Reference: "Encounter/" + visits[0].ID}}
	case s.cfg.Profile != USCore:
		return pipeline.Errorf(pipeline.Invalid, "The FHIR server does not know the visit. The note was not sent; it can be sent again once the visit is there.")
	}
	return nil
}

// resolveTarget finds the document that a later note refers to: it must be there
// first.
func (s *System) resolveTarget(ctx context.Context, patient string, target *fhir.Reference) error {
	if target.Identifier == nil {
		return nil
	}
	resources, err := s.search(ctx, "DocumentReference", url.Values{
		"identifier": {searchToken(*target.Identifier)}, "patient": {patient},
	})
	if err != nil {
		return err
	}
	docs, err := only[fhir.DocumentReference](resources, "DocumentReference", func(r fhir.DocumentReference) string { return r.ResourceType })
	switch {
	case err != nil:
		return err
	case len(docs) == 0:
		return pipeline.Errorf(pipeline.Unavailable, "The note that this one refers to is not on the FHIR server yet. It will be sent after that one.")
	case len(docs) > 1:
		return pipeline.Errorf(pipeline.Invalid, "The FHIR server has the note that this one refers to more than once. This one was not sent; a person must see to it there.")
	}
	*target = fhir.Reference{Reference: "DocumentReference/" + docs[0].ID}
	return nil
}

// find looks for the document. looked is false where the server does not let us
// search; an error says that it could not be asked.
func (s *System) find(ctx context.Context, d fhir.DocumentReference) (held *fhir.DocumentReference, looked bool, err error) {
	resp, err := s.query(ctx, "DocumentReference", url.Values{
		"identifier": {searchToken(d.Identifier[0])}, "patient": {d.Subject.Reference},
	})
	if err != nil {
		return nil, false, err
	}
	switch code := resp.status; {
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500 && code != http.StatusNotImplemented:
		return nil, false, resp.judge()
	case code != http.StatusOK:
		return nil, false, nil
	}
	resources, err := resp.resources()
	if err != nil {
		return nil, false, nil
	}
	docs, err := only[fhir.DocumentReference](resources, "DocumentReference", func(r fhir.DocumentReference) string { return r.ResourceType })
	if err != nil || len(docs) == 0 {
		return nil, err == nil, err
	}
	if len(docs) > 1 {
		return nil, true, pipeline.Errorf(pipeline.Invalid, "The FHIR server has the note more than once. It was not sent again; a person must see to it there.")
	}
	return &docs[0], true, nil
}

// search runs a search that must be answered.
func (s *System) search(ctx context.Context, resource string, values url.Values) ([]json.RawMessage, error) {
	resp, err := s.query(ctx, resource, values)
	if err != nil {
		return nil, err
	}
	if resp.status != http.StatusOK {
		return nil, resp.judge()
	}
	return resp.resources()
}

// query searches by POST, which keeps numbers out of addresses and so out of the
// logs of every machine on the way.
func (s *System) query(ctx context.Context, resource string, values url.Values) (answer, error) {
	if s.cfg.SearchByURL {
		return s.call(ctx, http.MethodGet, resource+"?"+values.Encode(), nil, nil)
	}
	return s.call(ctx, http.MethodPost, resource+"/_search", []byte(values.Encode()), map[string]string{
		"Content-Type": "application/x-www-form-urlencoded",
	})
}

// only reads the resources of one type; searches may bring others along.
func only[R any](resources []json.RawMessage, kind string, kindOf func(R) string) ([]R, error) {
	var list []R
	for _, raw := range resources {
		var head struct {
			ResourceType string `json:"resourceType"`
		}
		if json.Unmarshal(raw, &head) != nil || head.ResourceType != kind {
			continue
		}
		var r R
		if err := json.Unmarshal(raw, &r); err != nil {
			return nil, pipeline.Errorf(pipeline.Invalid, "The FHIR server answers a search with something that cannot be read as FHIR R4.")
		}
		list = append(list, r)
	}
	return list, nil
}

// searchToken is an identifier as a search asks for it (R4 3.1.1.4.0.1).
func searchToken(i fhir.Identifier) string {
	escape := strings.NewReplacer(`\`, `\\`, `,`, `\,`, `|`, `\|`, `$`, `\$`)
	return escape.Replace(i.System) + "|" + escape.Replace(i.Value)
}

// lastPart is the id in a reference, whether relative or whole.
func lastPart(reference string) string {
	reference, _, _ = strings.Cut(reference, "/_history/")
	return reference[strings.LastIndexByte(reference, '/')+1:]
}
