package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/store"
)

// The limits of a split.
const (
	MaxParts  = 200
	LeastPart = time.Second
)

// Part is what a person says of one part of a recording.
type Part struct {
	StartMS, EndMS int64  // in the sound that is listened to
	PatientMRN     string // empty: not known yet, and the part is held until somebody names the patient
	Encounter      string // visit number; may be empty
	Worktype       string // empty: the recording's, like the priority
	Priority       string
}

// Split makes each part a dictation of its own, which begins at decode, and
// ends the recording as split. Parts must tile it from its beginning to its end:
// nothing that was spoken is left out. Their bytes are durable before their rows;
// all rows and the recording's move are one transaction. The same request again
// gives the same dictations. A refusal says which part is wrong; nothing is
// changed then.
func (in *Intake) Split(ctx context.Context, by store.Actor, id string, parts []Part) ([]pipeline.Dictation, error) {
	tape, made, err := in.plan(ctx, id, parts)
	if err != nil {
		return nil, err
	}
	if tape.Parted() { // nothing is made twice: this only looks whether it is the same request
		same, _, err := in.store.Split(ctx, by, id, made)
		return same, err
	}
	for i := range made {
		if err := in.keepPart(ctx, tape, &made[i].Dictation); err != nil {
			return nil, errors.Join(err, in.drop(ctx, made[:i+1]))
		}
	}
	// The sender may hang up now: the rows are written all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTime)
	defer cancel()
	kept, again, err := in.store.Split(ctx, by, id, made)
	switch kind := pipeline.KindOf(err); {
	case err == nil && again:
		return kept, in.drop(ctx, made) // two senders crossed: these bytes are the second's
	case err == nil:
	case kind == pipeline.Conflict || kind == pipeline.NotFound || kind == pipeline.Invalid:
		return nil, errors.Join(err, in.drop(ctx, made))
	default:
		return nil, err // the commit may have been made: see commit
	}
	in.queue.Announce(id)
	for _, d := range kept {
		in.queue.Announce(d.ID)
	}
	return kept, nil
}

// Plan gives the dictations that Split would make, without making them; they
// have no job numbers yet.
func (in *Intake) Plan(ctx context.Context, id string, parts []Part) ([]pipeline.Dictation, error) {
	_, made, err := in.plan(ctx, id, parts)
	out := make([]pipeline.Dictation, len(made))
	for i := range made {
		out[i] = made[i].Dictation
	}
	return out, err
}

func (in *Intake) plan(ctx context.Context, id string, parts []Part) (tape pipeline.Dictation, made []store.NewPart, err error) {
	if tape, err = in.store.Dictation(ctx, id); err != nil {
		return tape, nil, err
	}
	if !tape.Parted() {
		if err := tape.CheckSplit(); err != nil {
			return tape, nil, err
		}
	}
	if err := tiles(parts, tape.Sound.DurationMS); err != nil {
		return tape, nil, err
	}
	for i, p := range parts {
		n, err := in.newPart(ctx, tape, p, i)
		if err != nil {
			return tape, nil, ofPart(i, err)
		}
		made = append(made, n)
	}
	// The last millisecond may be followed by a few samples more.
	made[len(made)-1].Part.To = (tape.Sound.Canonical.Size - audio.PartSize(0, 0)) / 2
	for i := range made {
		made[i].Ref = ref(made[i].Dictation)
	}
	return tape, made, nil
}

// ofPart says which part a refusal is about.
func ofPart(i int, err error) error {
	if pipeline.KindOf(err) == pipeline.Invalid {
		return pipeline.Wrap(pipeline.Invalid, err, "Part %d: %s Nothing was changed.", i+1, pipeline.Sentence(err))
	}
	return err
}

// tiles checks that the parts are the whole recording, each once.
func tiles(parts []Part, total int64) error {
	wrong := func(format string, args ...any) error {
		return pipeline.Errorf(pipeline.Invalid, format+" Nothing was changed.", args...)
	}
	if n := len(parts); n < 2 || n > MaxParts {
		return wrong("A recording is split into 2 to %d parts; these are %d.", MaxParts, n)
	}
	end := int64(0)
	for i, p := range parts {
		switch {
		case i == 0 && p.StartMS != 0:
			return wrong("The first part must begin at %s, where the recording begins; it begins at %s.", pipeline.Clock(0), pipeline.Clock(max(0, p.StartMS)))
		case p.StartMS > end:
			return wrong("Between part %d and part %d a stretch is left out, from %s to %s. Each part must begin where the one before it ends.", i, i+1, pipeline.Clock(end), pipeline.Clock(p.StartMS))
		case p.StartMS < end:
			return wrong("Part %d begins at %s, before part %d ends at %s. Each part must begin where the one before it ends.", i+1, pipeline.Clock(max(0, p.StartMS)), i, pipeline.Clock(end))
		case p.EndMS-p.StartMS < LeastPart.Milliseconds():
			return wrong("Part %d, which begins at %s, is shorter than a second.", i+1, pipeline.Clock(p.StartMS))
		case p.EndMS > total:
			return wrong("Part %d ends at %s, behind the end of the recording at %s.", i+1, pipeline.Clock(p.EndMS), pipeline.Clock(total))
		}
		end = p.EndMS
	}
	if end != total {
		return wrong("The last part must end at %s, where the recording ends; it ends at %s.", pipeline.Clock(total), pipeline.Clock(end))
	}
	return nil
}

// newPart is the dictation of one part. What it does not say it has of the recording.
func (in *Intake) newPart(ctx context.Context, tape pipeline.Dictation, p Part, i int) (store.NewPart, error) {
	const perMS = audio.CanonicalRate / 1000
	d := pipeline.Dictation{
		ID: newID(), AuthorID: tape.AuthorID, Worktype: tape.Worktype, Priority: tape.Priority, Facility: tape.Facility,
		Source: "split", Part: pipeline.Part{Of: tape.ID, From: p.StartMS * perMS, To: p.EndMS * perMS},
	}
	d.Original.Name = fmt.Sprintf("%s part %d.wav", tape.JobNumber, i+1)
	var err error
	if p.Worktype != "" {
		if d.Worktype, err = pipeline.ParseWorktype(p.Worktype); err != nil {
			return store.NewPart{}, err
		}
	}
	if p.Priority != "" {
		if d.Priority, err = pipeline.ParsePriority(p.Priority); err != nil {
			return store.NewPart{}, err
		}
	}
	d.Due = d.Priority.Due(tape.Created) // it was received with the tape
	switch {
	case p.PatientMRN == "" && p.Encounter != "":
		return store.NewPart{}, pipeline.Errorf(pipeline.Invalid, "A visit is named without its patient; type the patient's number (MRN) as well.")
	case p.PatientMRN == "":
		d.Questions = append(d.Questions, pipeline.PatientMissing)
	default:
		if err := in.belongs(ctx, &d, p.PatientMRN, p.Encounter); err != nil {
			return store.NewPart{}, err
		}
	}
	if d.AuthorID == "" {
		d.Questions = append(d.Questions, pipeline.AuthorUnknown)
	}
	return store.NewPart{Dictation: d}, nil
}

// ref names a part and what it is to become.
func ref(d pipeline.Dictation) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{d.PatientID, d.EncounterID, string(d.Worktype), d.Priority.String()}, "\n")))
	return fmt.Sprintf("split:%s:%d-%d:%s", d.Part.Of, d.Part.From, d.Part.To, hex.EncodeToString(sum[:8]))
}

// keepPart copies the part's stretch of the sound from store to store; a few
// blocks of it are in memory.
func (in *Intake) keepPart(ctx context.Context, tape pipeline.Dictation, d *pipeline.Dictation) (err error) {
	canonical, err := in.blob.Get(ctx, tape.Sound.Canonical.Key)
	if err != nil {
		return err
	}
	defer canonical.Close()
	r, w := io.Pipe()
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		w.CloseWithError(audio.CopyPart(w, canonical, d.Part.From, d.Part.To))
	}()
	size, name := audio.PartSize(d.Part.From, d.Part.To), d.Original.Name
	d.Original, err = in.blob.Put(ctx, blob.OriginalKey(d.ID), r, size, "audio/wav")
	r.CloseWithError(io.ErrClosedPipe) // whatever Put did not read nobody reads
	<-copied
	d.Original.Name = name
	if err == nil && d.Original.Size != size {
		err = fmt.Errorf("%d of %d bytes of a part were stored", d.Original.Size, size)
	}
	return err
}

// drop removes bytes that have no row.
func (in *Intake) drop(ctx context.Context, parts []store.NewPart) error {
	ctx = context.WithoutCancel(ctx)
	var errs []error
	for _, p := range parts {
		errs = append(errs, in.blob.Delete(ctx, blob.OriginalKey(p.ID)))
	}
	return errors.Join(errs...)
}
