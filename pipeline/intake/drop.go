package intake

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/store"
)

// dropActor is who receives dropped files, in the audit.
const dropActor = "intake"

// Scan makes dictations of all files in the intake bucket and returns how many.
// A file is removed from the bucket only after its dictation is committed; one
// that was received before (a crash came between) is removed without a second
// dictation. A file that cannot be received stays for the next look.
func (in *Intake) Scan(ctx context.Context) (n int, err error) {
	for drop, err := range in.blob.Drops(ctx) {
		if err != nil {
			return n, err
		}
		if strings.HasSuffix(drop.Key, "/") && drop.Size == 0 {
			continue // a folder marker
		}
		if err := in.receiveDrop(ctx, drop.Key); err != nil {
			if ctx.Err() != nil {
				return n, err
			}
			// Keys may hold a patient's name: only the tag is logged.
			in.opts.Log.ErrorContext(ctx, "dropped file not received", "etag", drop.ETag, "err", err)
			continue
		}
		n++
	}
	return n, nil
}

func (in *Intake) receiveDrop(ctx context.Context, key string) error {
	drop, err := in.blob.Drop(ctx, key)
	if err != nil {
		return err
	}
	ref := fmt.Sprintf("bucket:%s:%s:%d", drop.Key, drop.ETag, drop.Modified.UnixNano())
	if _, err := in.store.DictationBySource(ctx, ref); err == nil {
		return in.removeDrop(ctx, drop)
	}
	if drop.Size > in.opts.MaxBytes {
		return tooLarge(in.opts.MaxBytes)
	}
	d, hold, err := in.identify(ctx, drop)
	if err != nil {
		return err
	}
	if err := in.keepDrop(ctx, drop, &d); err != nil {
		return err
	}
	if _, err := in.commit(ctx, store.Actor{ID: dropActor}, d, ref, hold); err != nil {
		return err
	}
	return in.removeDrop(ctx, drop)
}

// keepDrop copies the bytes that the metadata were read with, whole or not at all.
func (in *Intake) keepDrop(ctx context.Context, drop blob.Dropped, d *pipeline.Dictation) error {
	r, err := in.blob.OpenDrop(ctx, drop)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := in.keep(ctx, d, r); err != nil {
		return err
	}
	if d.Original.Size != drop.Size {
		return errors.Join(fmt.Errorf("%d of %d bytes were read", d.Original.Size, drop.Size), in.blob.Delete(ctx, d.Original.Key))
	}
	return nil
}

// removeDrop removes a received file, unless another has taken its name since.
func (in *Intake) removeDrop(ctx context.Context, drop blob.Dropped) error {
	now, err := in.blob.Drop(ctx, drop.Key)
	if pipeline.KindOf(err) == pipeline.NotFound && err != nil {
		return nil
	}
	if err != nil || now.ETag != drop.ETag || !now.Modified.Equal(drop.Modified) {
		return err
	}
	return in.blob.DeleteDrop(ctx, drop.Key)
}

// identify reads a dropped file's metadata: patient-mrn, author (username),
// worktype, priority, encounter and several ("true": the recording holds several
// dictations, and then no patient is asked for). What is missing or wrong does
// not refuse the file: whose it is, is asked in the queue of the unidentified;
// for the rest the dictation is held for a person, and hold says why.
func (in *Intake) identify(ctx context.Context, drop blob.Dropped) (d pipeline.Dictation, hold string, err error) {
	meta := drop.Metadata
	req := Request{
		AuthorName: fileName(meta["author"]), PatientMRN: fileName(meta["patient-mrn"]), Encounter: fileName(meta["encounter"]), Worktype: fileName(meta["worktype"]),
		Priority: meta["priority"], FileName: drop.Key[strings.LastIndexByte(drop.Key, '/')+1:], Source: "bucket", Unsure: true,
	}
	known := false
	switch u, _, err := in.store.UserByName(ctx, meta["author"]); {
	case err == nil && u.Is(pipeline.RoleAuthor, pipeline.RoleClinician):
		req.Author, known = u.ID, true
	case err == nil || pipeline.KindOf(err) == pipeline.NotFound:
	default:
		return d, "", err
	}
	// One fault must not hide what else was said: each is put right for itself.
	var why []string
	if _, err := pipeline.ParsePriority(req.Priority); err != nil {
		why = append(why, "The file names no priority we know (metadata priority).")
		req.Priority = ""
	}
	if req.Several, err = ParseSeveral(meta["several"]); err != nil {
		why = append(why, "The file does not say clearly whether it holds several dictations (metadata several: true or false).")
	}
	if d, err = in.properties(ctx, req); err != nil {
		return d, "", err
	}
	if !known {
		d.Questions = append(d.Questions, pipeline.AuthorUnknown)
	}
	return d, strings.Join(why, " "), nil
}
