package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"dictation/audio"
	"dictation/pipeline"
	"dictation/pipeline/blob"
	"dictation/pipeline/store"
)

// maxListed is how many missing chunks are named at once.
const maxListed = 1000

// Begin announces a recording whose sound will come in chunks. The same id again
// changes what is said of it, as long as it is not sent; made tells which.
func (in *Intake) Begin(ctx context.Context, by store.Actor, r pipeline.Recording) (_ pipeline.Recording, made bool, err error) {
	if err := r.Check(); err != nil {
		return r, false, err
	}
	if r.Length > in.opts.MaxBytes {
		return r, false, tooLarge(in.opts.MaxBytes)
	}
	r.AuthorID, r.FileName = by.ID, fileName(r.FileName)
	d, err := in.properties(ctx, request(r, ""))
	if err != nil {
		return r, false, err
	}
	if d.Relation == pipeline.Amendment {
		if err := in.store.Amendable(ctx, d.RefersTo); err != nil {
			return r, false, err
		}
	}
	r.About.Worktype = d.Worktype
	return in.store.Announce(ctx, by, r, d.PatientID)
}

// request is what a recording asks for when it becomes a dictation.
func request(r pipeline.Recording, source string) Request {
	name := r.FileName
	if r.Format == pipeline.PCM {
		name = "recording.wav"
	}
	return Request{
		Author: r.AuthorID, PatientMRN: r.About.PatientMRN, Encounter: r.About.Encounter, Worktype: string(r.About.Worktype),
		Priority: r.About.Priority.String(), Several: r.About.Several, FileName: name, Source: source,
		Refers: r.About.Refers,
	}
}

// Own reads a recording of the actor; another's is Forbidden.
func (in *Intake) Own(ctx context.Context, by store.Actor, id string) (pipeline.Recording, error) {
	r, err := in.store.Recording(ctx, id)
	if err == nil && r.AuthorID != by.ID {
		err = pipeline.Errorf(pipeline.Forbidden, "This recording is another author's.")
	}
	return r, err
}

// AddChunk keeps chunk n of a recording, whose SHA-256 its sender says in hex.
// When it returns without an error bytes and row are durable. The same chunk
// again is kept once; another of the same number is a Conflict.
func (in *Intake) AddChunk(ctx context.Context, by store.Actor, id string, n int, digest string, body []byte) (pipeline.Chunk, error) {
	c := pipeline.Chunk{N: n, Size: int64(len(body)), SHA256: hexSum(body)}
	r, err := in.Own(ctx, by, id)
	if err == nil {
		err = checkChunk(r, c, digest)
	}
	if err != nil {
		return c, err
	}
	here, err := in.store.RecordingChunks(ctx, id, n, 1)
	if err != nil {
		return c, err
	}
	key := blob.ChunkKey(id, n, c.SHA256)
	if known := len(here) == 1 && here[0].N == n; !known && r.Open() {
		if _, err := in.blob.Put(ctx, key, bytes.NewReader(body), c.Size, "application/octet-stream"); err != nil {
			return c, err
		}
	}
	err = in.store.AddChunk(ctx, by.ID, id, c, in.opts.MaxBytes)
	return c, err
}

func checkChunk(r pipeline.Recording, c pipeline.Chunk, digest string) error {
	switch {
	case c.N < 0 || c.N >= pipeline.MaxChunks:
		return pipeline.Errorf(pipeline.Invalid, "Chunks are numbered from 0 to %d.", pipeline.MaxChunks-1)
	case c.Size == 0:
		return pipeline.Errorf(pipeline.Invalid, "A chunk has at least one byte.")
	case c.Size > pipeline.MaxChunk:
		return pipeline.Errorf(pipeline.TooLarge, "A chunk has at most %d bytes.", pipeline.MaxChunk)
	case r.Format == pipeline.PCM && c.Size%2 != 0:
		return pipeline.Errorf(pipeline.Invalid, "A chunk of sound holds whole samples of two bytes each.")
	case c.SHA256 != digest:
		return pipeline.Errorf(pipeline.Invalid, "What arrived is not what was sent: the SHA-256 differs. It was not kept; send it again.")
	}
	return nil
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Complete makes a recording a dictation when all that its sender claims is here;
// else missing names chunks to send again (the first 1000) and the error is a
// Conflict. samples, when not 0, is how many the sender thinks the edited sound
// has. A repeated claim gives the dictation made the first time.
func (in *Intake) Complete(ctx context.Context, by store.Actor, id string, claim pipeline.Claim, samples int64, source string) (d pipeline.Dictation, missing []int, err error) {
	r, err := in.Own(ctx, by, id)
	if err == nil {
		err = claim.Check()
	}
	if err != nil {
		return d, nil, err
	}
	if r.DictationID != "" {
		if r.Claim != claim {
			return d, nil, pipeline.Errorf(pipeline.Conflict, "This recording was sent before, as another one. Nothing was changed.")
		}
		d, err = in.store.Dictation(ctx, r.DictationID)
		return d, nil, err
	}
	chunks, err := in.store.RecordingChunks(ctx, id, 0, pipeline.MaxChunks)
	if err != nil {
		return d, nil, err
	}
	if missing = pipeline.Missing(chunks, claim.Chunks, maxListed); len(missing) > 0 {
		return d, missing, pipeline.Errorf(pipeline.Conflict, "Not all of the recording is here yet. What is here is kept; send what is missing.")
	}
	if len(chunks) != claim.Chunks || size(chunks) != claim.Bytes {
		return d, nil, pipeline.Errorf(pipeline.Conflict, "More or other sound is here than was said. Nothing was sent; what is here is kept.")
	}
	if r.Format == pipeline.File && claim.Bytes != r.Length {
		return d, nil, pipeline.Errorf(pipeline.Conflict, "The file is not as long as was said when it was begun. What is here is kept.")
	}
	r.Claim, r.Chunks = claim, len(chunks)
	d, err = in.finish(ctx, by, r, chunks, finishing{samples: samples, source: source})
	return d, nil, err
}

// SendAsIs makes what is here of a recording a dictation, for an author whose
// device is gone: all sound that came, in the order it was spoken where a chunk
// is missing, or a file up to the first such chunk. hold, when not empty, is why a person must look at it first.
func (in *Intake) SendAsIs(ctx context.Context, by store.Actor, id, hold string) (d pipeline.Dictation, err error) {
	r, err := in.store.Recording(ctx, id)
	if err != nil {
		return d, err
	}
	if r.DictationID != "" {
		return in.store.Dictation(ctx, r.DictationID)
	}
	chunks, err := in.store.RecordingChunks(ctx, id, 0, pipeline.MaxChunks)
	if err != nil {
		return d, err
	}
	r.Chunks = len(chunks)
	if missing := pipeline.Missing(chunks, len(chunks), 1); len(missing) > 0 && r.Format == pipeline.File {
		chunks = chunks[:missing[0]]
	} else if len(missing) > 0 {
		r.Takes = nil // they count samples from the beginning: behind a hole they would cut out the wrong ones
	}
	if len(chunks) == 0 {
		return d, pipeline.Errorf(pipeline.Invalid, "Nothing of this recording has come in that could be sent. Discard it, or send it from the device it is on.")
	}
	r.Claim = pipeline.Claim{Chunks: len(chunks), Bytes: size(chunks)}
	if r.Claim.SHA256, err = in.sum(ctx, id, chunks); err != nil {
		return d, err
	}
	return in.finish(ctx, by, r, chunks, finishing{source: "page", hold: hold})
}

// Discard ends a recording that its author does not want. Its chunks are kept
// until they are cleared as those of sent recordings are.
func (in *Intake) Discard(ctx context.Context, by store.Actor, id string) error {
	r, err := in.Own(ctx, by, id)
	if err != nil {
		return err
	}
	patient := ""
	if p, err := in.store.PatientByMRN(ctx, r.About.PatientMRN); err == nil {
		patient = p.ID
	}
	return in.store.DropRecording(ctx, by, id, patient)
}

// Until is when an unfinished recording is handed on as it is, unless more of it
// comes in.
func (in *Intake) Until(r pipeline.Recording) time.Time { return r.Updated.Add(in.opts.Unfinished) }

// HandOn takes recordings that nobody finished in time: each becomes a dictation
// on hold, so that a person decides. One without any sound is discarded. It
// returns how many there were.
func (in *Intake) HandOn(ctx context.Context, by store.Actor) (n int, err error) {
	list, err := in.store.Idle(ctx, in.opts.Now().Add(-in.opts.Unfinished), 100)
	if err != nil {
		return 0, err
	}
	for _, r := range list {
		if r.Chunks == 0 {
			err = errors.Join(err, in.store.DropRecording(ctx, by, r.ID, ""))
		} else {
			why := "Its author began this recording and did not finish it; this is what came in. Listen to it, and ask the author, before it goes on."
			_, sent := in.SendAsIs(ctx, by, r.ID, why)
			err = errors.Join(err, sent)
		}
		n++
	}
	return n, err
}

// Clear removes the chunks of recordings that were sent or discarded long ago.
func (in *Intake) Clear(ctx context.Context, by store.Actor) (n int, err error) {
	list, err := in.store.Spent(ctx, in.opts.Now().Add(-in.opts.Chunks), 100)
	if err != nil {
		return 0, err
	}
	for _, r := range list {
		chunks, err := in.store.RecordingChunks(ctx, r.ID, 0, pipeline.MaxChunks)
		if err != nil {
			return n, err
		}
		for _, c := range chunks {
			if err := in.blob.Delete(ctx, blob.ChunkKey(r.ID, c.N, c.SHA256)); err != nil {
				return n, err
			}
		}
		if err := in.store.Cleared(ctx, by, r.ID); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// finishing is how a recording is finished.
type finishing struct {
	samples int64 // that the edited sound must have; 0: not said
	source  string
	hold    string
}

// finish joins the chunks to the original and writes the dictation's row.
func (in *Intake) finish(ctx context.Context, by store.Actor, r pipeline.Recording, chunks []pipeline.Chunk, f finishing) (pipeline.Dictation, error) {
	req := request(r, f.source)
	req.Unsure = f.hold != "" // a person looks at it anyway: also where the patient is not known any more
	d, err := in.properties(ctx, req)
	if err != nil {
		return d, err
	}
	if err := in.keepJoined(ctx, &d, r, chunks, f.samples); err != nil {
		return d, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTime)
	defer cancel()
	kept, again, err := in.store.FinishRecording(ctx, by, r, d, f.hold)
	switch kind := pipeline.KindOf(err); {
	case err == nil && again, kind == pipeline.Conflict && err != nil:
		return kept, errors.Join(err, in.blob.Delete(ctx, d.Original.Key))
	case err != nil:
		return kept, err // the commit may have been made: see commit
	}
	in.queue.Announce(kept.ID)
	return kept, nil
}

// keepJoined writes the original. What was claimed of the chunks is checked on
// the way: on a difference nothing is kept.
func (in *Intake) keepJoined(ctx context.Context, d *pipeline.Dictation, r pipeline.Recording, chunks []pipeline.Chunk, samples int64) error {
	if r.Format == pipeline.File {
		j := in.join(ctx, r.ID, pieces(chunks, whole(chunks)))
		defer j.Close()
		return in.keep(ctx, d, &proved{r: j, want: r.Claim.SHA256, hash: sha256.New()})
	}
	heard, err := pipeline.Edit(r.Takes, size(chunks)/2)
	if err != nil {
		return err
	}
	n := pipeline.Samples(heard)
	if samples != 0 && samples != n {
		return pipeline.Errorf(pipeline.Conflict, "Device and server disagree about what was inserted and overwritten. Nothing was sent; all that was spoken is kept. Send it again.")
	}
	if sum, err := in.sum(ctx, r.ID, chunks); err != nil || sum != r.Claim.SHA256 {
		return errors.Join(err, differs(sum, r.Claim.SHA256))
	}
	head, err := audio.CanonicalHead(n)
	if err != nil {
		return pipeline.Wrap(pipeline.TooLarge, err, "This recording is too long for one dictation. All that was spoken is kept.")
	}
	for i := range heard {
		heard[i].From, heard[i].To = 2*heard[i].From, 2*heard[i].To
	}
	j := in.join(ctx, r.ID, pieces(chunks, heard))
	defer j.Close()
	return in.keep(ctx, d, io.MultiReader(bytes.NewReader(head), j))
}

// sum is the SHA-256 of all chunks in their order.
func (in *Intake) sum(ctx context.Context, id string, chunks []pipeline.Chunk) (string, error) {
	j := in.join(ctx, id, pieces(chunks, whole(chunks)))
	defer j.Close()
	h := sha256.New()
	_, err := io.Copy(h, j)
	return hex.EncodeToString(h.Sum(nil)), err
}

func differs(got, want string) error {
	if got == want || got == "" {
		return nil
	}
	return pipeline.Wrap(pipeline.Conflict, fmt.Errorf("sha256 %s, claimed %s", got, want), "What is here is not what was sent: the SHA-256 of the whole differs. Nothing was sent; what is here is kept. Send it again.")
}

// whole is all bytes of the chunks.
func whole(chunks []pipeline.Chunk) []pipeline.Stretch {
	return []pipeline.Stretch{{From: 0, To: size(chunks)}}
}

func size(chunks []pipeline.Chunk) (n int64) {
	for _, c := range chunks {
		n += c.Size
	}
	return n
}
