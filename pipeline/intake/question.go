package intake

import (
	"context"
	"slices"
	"time"

	"dictation/pipeline"
)

// visitOpen is how long after its end a visit still takes documents that need one.
const visitOpen = 60 * 24 * time.Hour

// claims is what the sender said, as he said it.
func (req Request) claims() pipeline.Claims {
	return pipeline.Claims{Author: req.AuthorName, Worktype: req.Worktype, PatientMRN: req.PatientMRN, Encounter: req.Encounter}
}

// belongsOrAsks sets whose the dictation is. A sender who is not sure is not
// refused: what is not known is asked, and nothing is guessed.
func (in *Intake) belongsOrAsks(ctx context.Context, d *pipeline.Dictation, req Request) error {
	if req.Unsure {
		return in.bindKnown(ctx, d, req.PatientMRN, req.Encounter)
	}
	if err := in.belongs(ctx, d, req.PatientMRN, req.Encounter); err != nil {
		return err
	}
	return in.needsVisit(ctx, d)
}

// bindKnown binds the dictation to the patient and visit that are known and fit
// each other; for the rest it asks.
func (in *Intake) bindKnown(ctx context.Context, d *pipeline.Dictation, mrn, visit string) error {
	ask := func(q pipeline.Question) { d.Questions = append(d.Questions, q) }
	p, err := in.store.PatientByMRN(ctx, mrn)
	switch {
	case err == nil:
		d.PatientID = p.ID
	case pipeline.KindOf(err) != pipeline.NotFound:
		return err
	case mrn == "":
		ask(pipeline.PatientMissing)
	default:
		ask(pipeline.PatientUnknown)
	}
	if visit == "" {
		return in.needsVisit(ctx, d)
	}
	e, err := in.store.EncounterByNumber(ctx, visit)
	switch {
	case pipeline.KindOf(err) == pipeline.NotFound && err != nil:
		ask(pipeline.VisitUnknown)
		return nil
	case err != nil:
		return err
	case d.PatientID != "" && e.PatientID != d.PatientID:
		ask(pipeline.VisitOther) // either may be mistyped: whose it is must be asked as well
		ask(pipeline.PatientOther)
		return nil
	case d.PatientID == "":
		return nil // the visit's patient is a candidate, not an answer
	}
	d.EncounterID, d.Facility = e.ID, e.Location
	return in.needsVisit(ctx, d)
}

// needsVisit asks where documents of the kind belong to a visit and there is none,
// or one that is over or was cancelled.
func (in *Intake) needsVisit(ctx context.Context, d *pipeline.Dictation) error {
	needs := slices.Contains(in.opts.NeedVisit, d.Worktype)
	if d.EncounterID == "" {
		if needs && !d.AsksFor("visit") {
			d.Questions = append(d.Questions, pipeline.VisitMissing)
		}
		return nil
	}
	void, end, err := in.store.VisitEnded(ctx, d.EncounterID)
	if err != nil {
		return err
	}
	if void || needs && !end.IsZero() && in.opts.Now().Sub(end) > visitOpen {
		d.Questions = append(d.Questions, pipeline.VisitClosed)
	}
	return nil
}
