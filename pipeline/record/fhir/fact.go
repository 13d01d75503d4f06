package fhir

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"dictation/pipeline"
)

// facts is what the chart shows of a resource.
type facts struct {
	Payor        []Reference     `json:"payor"`
	SubscriberID string          `json:"subscriberId"`
	Class        []coverageClass `json:"class"`
	Period       *saidPeriod     `json:"period"`

	Criticality string            `json:"criticality"`
	Reaction    []saidReaction    `json:"reaction"`
	Severity    CodeableConcept   `json:"severity"`
	BodySite    json.RawMessage   `json:"bodySite"`
	Outcome     CodeableConcept   `json:"outcome"`
	Note        []saidNote        `json:"note"`
	Medication  CodeableConcept   `json:"medicationCodeableConcept"`
	MedicationR Reference         `json:"medicationReference"`
	Contained   []saidMedication  `json:"contained"`
	Dosage      []saidDosage      `json:"dosage"`
	Instruction []saidDosage      `json:"dosageInstruction"`
	Component   []saidMeasure     `json:"component"`
	Interpreted []CodeableConcept `json:"interpretation"`
	Ranges      []saidRange       `json:"referenceRange"`
	Absent      CodeableConcept   `json:"dataAbsentReason"`
	Description string            `json:"description"`
	Content     []saidContent     `json:"content"`
	DoNot       bool              `json:"doNotPerform"`
	Intent      string            `json:"intent"`
	values

	OnsetDateTime     string      `json:"onsetDateTime"`
	OnsetPeriod       *saidPeriod `json:"onsetPeriod"`
	OnsetString       string      `json:"onsetString"`
	RecordedDate      string      `json:"recordedDate"`
	EffectiveDateTime string      `json:"effectiveDateTime"`
	EffectiveInstant  string      `json:"effectiveInstant"`
	EffectivePeriod   *saidPeriod `json:"effectivePeriod"`
	DateAsserted      string      `json:"dateAsserted"`
	AuthoredOn        string      `json:"authoredOn"`
	PerformedDateTime string      `json:"performedDateTime"`
	PerformedPeriod   *saidPeriod `json:"performedPeriod"`
	PerformedString   string      `json:"performedString"`
	Issued            string      `json:"issued"`
	Date              string      `json:"date"`

	Recorder      *Reference      `json:"recorder"`
	Asserter      *Reference      `json:"asserter"`
	Requester     *Reference      `json:"requester"`
	InfoSource    *Reference      `json:"informationSource"`
	Performer     json.RawMessage `json:"performer"`
	Author        []Reference     `json:"author"`
	Authenticator *Reference      `json:"authenticator"`
	Custodian     *Reference      `json:"custodian"`
}

type coverageClass struct {
	Type  CodeableConcept `json:"type"`
	Value string          `json:"value"`
	Name  string          `json:"name"`
}

type saidPeriod struct{ Start, End string }

type saidNote struct{ Text string }

type saidReaction struct {
	Manifestation []CodeableConcept
	Description   string
	Severity      string
}

type saidMedication struct {
	ID   string
	Code CodeableConcept
}

type saidDosage struct {
	Text        string
	Instruction string `json:"patientInstruction"`
	Route       CodeableConcept
	Timing      struct{ Code CodeableConcept }
	DoseAndRate []struct{ DoseQuantity *quantity }
}

type saidRange struct {
	Low, High *quantity
	Text      string
}

type saidContent struct{ Attachment saidAttachment }

type saidAttachment struct {
	ContentType, Title, URL, Data string
	Size                          json.Number
}

// saidMeasure is a component of an observation.
type saidMeasure struct {
	Code CodeableConcept
	values
}

// quantity keeps the digits of its number.
type quantity struct {
	Value      json.Number
	Comparator string
	Unit, Code string
}

func (q *quantity) unit() string { return cmp.Or(q.Unit, q.Code) }

func (q *quantity) String() string {
	if q == nil {
		return ""
	}
	return strings.TrimSpace(q.Comparator + q.Value.String() + " " + q.unit())
}

// values is value[x].
type values struct {
	ValueQuantity *quantity                                   `json:"valueQuantity"`
	ValueConcept  *CodeableConcept                            `json:"valueCodeableConcept"`
	ValueString   string                                      `json:"valueString"`
	ValueBoolean  *bool                                       `json:"valueBoolean"`
	ValueInteger  json.Number                                 `json:"valueInteger"`
	ValueRange    *saidRange                                  `json:"valueRange"`
	ValueRatio    *struct{ Numerator, Denominator *quantity } `json:"valueRatio"`
	ValueTime     string                                      `json:"valueTime"`
	ValueDateTime string                                      `json:"valueDateTime"`
	ValuePeriod   *saidPeriod                                 `json:"valuePeriod"`
	ValueSampled  *struct{ Origin *quantity }                 `json:"valueSampledData"`
}

func (v values) text() (value, unit string) {
	switch {
	case v.ValueQuantity != nil:
		return v.ValueQuantity.Comparator + v.ValueQuantity.Value.String(), v.ValueQuantity.unit()
	case v.ValueConcept != nil:
		return words(*v.ValueConcept), ""
	case v.ValueBoolean != nil:
		return map[bool]string{true: "yes", false: "no"}[*v.ValueBoolean], ""
	case v.ValueRange != nil:
		return v.ValueRange.String(), ""
	case v.ValueRatio != nil:
		return v.ValueRatio.Numerator.String() + " : " + v.ValueRatio.Denominator.String(), ""
	case v.ValuePeriod != nil:
		return v.ValuePeriod.String(), ""
	case v.ValueSampled != nil:
		return "(curve)", ""
	}
	return cmp.Or(v.ValueString, v.ValueInteger.String(), v.ValueTime, v.ValueDateTime), ""
}

func (r saidRange) String() string {
	switch {
	case r.Text != "":
		return r.Text
	case r.Low != nil && r.High != nil:
		return r.Low.Value.String() + "–" + r.High.String()
	case r.Low != nil:
		return "≥ " + r.Low.String()
	case r.High != nil:
		return "≤ " + r.High.String()
	}
	return ""
}

func (p *saidPeriod) String() string {
	if p == nil {
		return ""
	}
	return strings.Trim(p.Start+" – "+p.End, " ")
}

func (p *saidPeriod) start() string {
	if p == nil {
		return ""
	}
	return cmp.Or(p.Start, p.End)
}

// describe fills in part, time and fact.
func (s said) describe(kind string, resource map[string]any, n *pipeline.ClinicalNews) {
	f := &n.Fact
	f.Status, f.Source = s.Status, s.source()
	for _, c := range s.categories() {
		f.Categories = append(f.Categories, codesOf(c)...)
	}
	f.When = cmp.Or(s.EffectiveDateTime, s.EffectiveInstant, s.EffectivePeriod.start(), s.PerformedDateTime, s.PerformedPeriod.start(),
		s.OnsetDateTime, s.OnsetPeriod.start(), s.AuthoredOn, s.DateAsserted, s.RecordedDate, s.Issued, s.Date, s.Period.start())
	if t, ok := readDate("dateTime", f.When); ok {
		n.At = t
	}
	code := s.Code
	var details []string
	switch kind {
	case "Coverage":
		n.Part, details = pipeline.PartInsurance, s.coverage(f)
	case "Condition":
		n.Part, details = s.condition(f)
	case "AllergyIntolerance":
		n.Part, details = pipeline.PartAllergies, s.allergy(f)
	case "MedicationStatement", "MedicationRequest":
		n.Part, details = pipeline.PartMedications, s.doses()
		code = s.medication()
		if s.DoNot {
			f.Status = "do-not-take"
		}
	case "Procedure":
		n.Part, details = pipeline.PartProcedures, []string{s.sites(), words(s.Outcome), s.PerformedString}
	case "Observation":
		n.Part, details = s.observation(f)
	case "DocumentReference":
		n.Part, details = s.document(f, &code)
	}
	for _, note := range s.Note {
		details = append(details, note.Text)
	}
	f.Title = cmp.Or(f.Title, words(code), firstCode(code), "(not named)")
	f.Codes = append(f.Codes, codesOf(code)...)
	f.Detail = sentence(details)
	n.InError = f.Status == inError
}

func (s said) coverage(f *pipeline.Fact) []string {
	if len(s.Payor) > 0 {
		f.Title = s.Payor[0].Display
	}
	var kind CodeableConcept
	_ = json.Unmarshal(s.Type, &kind) // its shape was looked at
	f.Value = s.SubscriberID
	f.Title = cmp.Or(f.Title, words(kind))
	details := []string{words(kind)}
	for _, c := range s.Class {
		details = append(details, cmp.Or(words(c.Type), firstCode(c.Type))+" "+cmp.Or(c.Name, c.Value))
	}
	if s.Period != nil {
		details = append(details, s.Period.String())
	}
	return details
}

func (s said) condition(f *pipeline.Fact) (pipeline.ChartPart, []string) {
	clinical, verified := firstCode(s.ClinicalStatus), firstCode(s.Verification)
	f.Status = clinical
	if verified == inError || verified == "refuted" || clinical == "" {
		f.Status = verified
	}
	details := []string{words(s.Severity), s.sites(), s.OnsetString}
	if verified != "" && verified != "confirmed" && verified != f.Status {
		details = append(details, verified)
	}
	if slices.Contains([]string{"inactive", "remission", "resolved"}, clinical) {
		return pipeline.PartHistory, details
	}
	return pipeline.PartProblems, details
}

func (s said) allergy(f *pipeline.Fact) (details []string) {
	clinical, verified := firstCode(s.ClinicalStatus), firstCode(s.Verification)
	f.Status = clinical
	if verified == inError || verified == "refuted" || clinical == "" {
		f.Status = verified
	}
	if s.Criticality == "high" {
		f.Flag = "high"
	}
	for _, r := range s.Reaction {
		var list []string
		for _, m := range r.Manifestation {
			list = append(list, words(m))
		}
		details = append(details, sentence([]string{strings.Join(list, ", "), r.Description, r.Severity}))
	}
	return details
}

// medication is the drug, in the resource or contained in it.
func (s said) medication() CodeableConcept {
	if words(s.Medication) != "" {
		return s.Medication
	}
	for _, c := range s.Contained {
		if s.MedicationR.Reference == "#"+c.ID {
			return c.Code
		}
	}
	return CodeableConcept{Text: s.MedicationR.Display}
}

func (s said) doses() (details []string) {
	for _, d := range slices.Concat(s.Dosage, s.Instruction) {
		text := cmp.Or(d.Text, d.Instruction)
		if text == "" {
			parts := []string{}
			for _, a := range d.DoseAndRate {
				parts = append(parts, a.DoseQuantity.String())
			}
			text = sentence(append(parts, words(d.Route), words(d.Timing.Code)))
		}
		details = append(details, text)
	}
	return details
}

func (s said) observation(f *pipeline.Fact) (pipeline.ChartPart, []string) {
	f.Value, f.Unit = s.text()
	var details []string
	for _, c := range s.Component {
		value, unit := c.text()
		details = append(details, strings.TrimSpace(words(c.Code)+" "+value+" "+unit))
	}
	if f.Value == "" && len(s.Component) == 0 {
		details = append(details, words(s.Absent))
	}
	for _, i := range s.Interpreted {
		f.Flag = cmp.Or(f.Flag, firstCode(i), words(i))
	}
	if len(s.Ranges) > 0 {
		f.Range = s.Ranges[0].String()
	}
	has := func(code string) bool {
		return slices.ContainsFunc(f.Categories, func(c pipeline.FactCode) bool { return c.Code == code })
	}
	switch {
	case has("laboratory"):
		return pipeline.PartLaboratory, details
	case has("vital-signs"):
		return pipeline.PartVitals, details
	case has("social-history"):
		return pipeline.PartHistory, details
	}
	return pipeline.PartFindings, details
}

func (s said) document(f *pipeline.Fact, code *CodeableConcept) (pipeline.ChartPart, []string) {
	_ = json.Unmarshal(s.Type, code) // its shape was looked at
	f.Title = s.Description
	for _, c := range s.Content {
		a := c.Attachment
		size := len(a.Data) / 4 * 3
		if n, err := a.Size.Int64(); err == nil && a.Data == "" {
			size = int(n)
		}
		f.Files = append(f.Files, pipeline.FactFile{Type: a.ContentType, Title: a.Title, Size: size})
		f.Title = cmp.Or(f.Title, a.Title)
	}
	var details []string
	if f.Title != "" {
		details = append(details, words(*code))
	}
	if slices.ContainsFunc(codesOf(*code), func(c pipeline.FactCode) bool { return c.System == loinc && consultations[c.Code] }) {
		return pipeline.PartConsultations, details
	}
	return pipeline.PartDocuments, details
}

// consultations are the LOINC types of what consultants write.
var consultations = map[string]bool{"11488-4": true, "34100-8": true, "34104-0": true, "34749-2": true}

// Attachment gives a file of a document that came in: its type, title and bytes.
func (m Mapping) Attachment(c pipeline.Clinical, n int) (a Attachment, err error) {
	var s said
	if err := json.Unmarshal(c.Resource, &s); err != nil {
		return a, err
	}
	if n < 0 || n >= len(s.Content) || s.Content[n].Attachment.Data == "" {
		return a, pipeline.Errorf(pipeline.NotFound, "The document has no such file here.")
	}
	from := s.Content[n].Attachment
	a = Attachment{ContentType: from.ContentType, Title: from.Title}
	a.Data, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(from.Data), ""))
	a.Size = len(a.Data)
	return a, err
}

// source is who said or did it, in the sender's words.
func (s said) source() string {
	var names []string
	for _, r := range []*Reference{s.Recorder, s.Asserter, s.Requester, s.InfoSource, s.Authenticator, s.Custodian} {
		if r != nil {
			names = append(names, r.Display)
		}
	}
	var list []struct {
		Reference
		Actor Reference `json:"actor"`
	}
	if json.Unmarshal(s.Performer, &list) == nil {
		for _, p := range list {
			names = append(names, cmp.Or(p.Display, p.Actor.Display))
		}
	}
	for _, a := range s.Author {
		names = append(names, a.Display)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == "" })
	if len(names) == 0 {
		return ""
	}
	return clip(names[0], 200)
}

// categories reads category, which is one concept, several, or codes.
func (s said) categories() (list []CodeableConcept) {
	var one CodeableConcept
	var codes []string
	switch {
	case json.Unmarshal(s.Category, &list) == nil:
	case json.Unmarshal(s.Category, &codes) == nil:
		list = nil
		for _, c := range codes {
			list = append(list, CodeableConcept{Coding: []Coding{{Code: c}}})
		}
	case json.Unmarshal(s.Category, &one) == nil:
		list = []CodeableConcept{one}
	}
	return list
}

// sites are the places of the body.
func (s said) sites() string {
	var list []CodeableConcept
	var one CodeableConcept
	if json.Unmarshal(s.BodySite, &list) != nil && json.Unmarshal(s.BodySite, &one) == nil {
		list = []CodeableConcept{one}
	}
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = words(c)
	}
	return strings.Join(names, ", ")
}

func codesOf(c CodeableConcept) (list []pipeline.FactCode) {
	for _, one := range c.Coding {
		if one.Code != "" {
			list = append(list, pipeline.FactCode{System: one.System, Code: one.Code})
		}
	}
	return list
}

func firstCode(c CodeableConcept) string {
	if len(c.Coding) == 0 {
		return c.Text
	}
	return c.Coding[0].Code
}

// sentence joins what is said, once each.
func sentence(parts []string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return clip(strings.Join(out, "; "), 4000)
}

// clip cuts a text to so many bytes, between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
