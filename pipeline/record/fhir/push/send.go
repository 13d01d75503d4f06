package push

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/fhir"
)

// Attach implements [record.System].
func (s *System) Attach(ctx context.Context, doc record.Document) (record.Receipt, error) {
	payload, err := s.Prepare(doc)
	if err != nil {
		return record.Receipt{}, err
	}
	return s.Send(ctx, doc, payload)
}

// Send implements [record.Preparer].
func (s *System) Send(ctx context.Context, doc record.Document, payload []byte) (record.Receipt, error) {
	receipt, err := s.send(ctx, doc, payload)
	var u *untouched
	if errors.As(err, &u) && !doc.Unsettled {
		// Nothing of this try left, and no earlier one is open either.
		return receipt, &sure{err}
	}
	return receipt, err
}

func (s *System) send(ctx context.Context, doc record.Document, payload []byte) (record.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return record.Receipt{}, before(pipeline.Wrap(pipeline.Unavailable, err, "The note was not sent yet because the work was interrupted. It will be tried again."))
	}
	var d fhir.DocumentReference
	if err := json.Unmarshal(payload, &d); err != nil || len(d.Content) != 1 || len(d.Identifier) == 0 {
		return record.Receipt{}, before(pipeline.Wrap(pipeline.Internal, errors.Join(err, errPayload), "What was prepared for the FHIR server cannot be read."))
	}
	if !s.begin(doc.Key) {
		return record.Receipt{}, pipeline.Errorf(pipeline.Unavailable, "The note is being sent to the FHIR server just now.")
	}
	defer s.end(doc.Key)
	if err := s.resolve(ctx, &d, doc); err != nil {
		return record.Receipt{}, before(err)
	}
	repeats := s.createsConditionally(ctx)
	if !repeats || doc.Unsettled {
		switch held, looked, err := s.find(ctx, d); {
		case err != nil:
			return record.Receipt{}, before(err)
		case held != nil:
			return s.receipt(d, *held)
		case !looked && !repeats && doc.Unsettled:
			return record.Receipt{}, unknown(nil)
		}
	}
	return s.post(ctx, d)
}

// begin takes a key: between a look and what follows no other try may send.
func (s *System) begin(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sending[key] {
		return false
	}
	s.sending[key] = true
	return true
}

func (s *System) end(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sending, key)
}

var errPayload = errors.New("not a DocumentReference of ours")

// post creates the document and settles what became of it.
func (s *System) post(ctx context.Context, d fhir.DocumentReference) (record.Receipt, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return record.Receipt{}, before(err)
	}
	number := d.Identifier[0]
	resp, err := s.call(ctx, http.MethodPost, "DocumentReference", body, map[string]string{
		"If-None-Exist": "identifier=" + plainer.Replace(url.QueryEscape(searchToken(number))),
		"Prefer":        "return=representation",
	})
	var away *unsent
	switch {
	case errors.As(err, &away):
		return record.Receipt{}, before(err)
	case err != nil:
		return s.settle(ctx, d, err)
	}
	switch code := resp.status; {
	case code == http.StatusCreated || code == http.StatusOK:
		return s.created(ctx, d, resp)
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		return record.Receipt{}, before(resp.judge())
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code >= 500:
		return s.settle(ctx, d, resp.judge())
	case code == http.StatusConflict, code == http.StatusPreconditionFailed:
		// Somebody was quicker, which may have been an earlier try of ours.
		if held, _, err := s.find(ctx, d); err == nil && held != nil {
			return s.receipt(d, *held)
		}
	}
	return record.Receipt{}, before(resp.judge())
}

// plainer keeps what a header needs no escape for as the standard's examples have it.
var plainer = strings.NewReplacer("%3A", ":", "%2F", "/", "%7C", "|")

// created reads the answer to a create. Some servers say nothing but where.
func (s *System) created(ctx context.Context, d fhir.DocumentReference, resp answer) (record.Receipt, error) {
	var held fhir.DocumentReference
	if json.Unmarshal(resp.body, &held) == nil && held.ResourceType == "DocumentReference" && held.ID != "" {
		return s.receipt(d, held)
	}
	id := resp.location()
	if id != "" {
		read, err := s.call(ctx, http.MethodGet, "DocumentReference/"+id, nil, nil)
		if err == nil && read.status == http.StatusOK && json.Unmarshal(read.body, &held) == nil && held.ID == id {
			return s.receipt(d, held)
		}
	}
	if id != "" && resp.status == http.StatusCreated {
		return record.Receipt{RecordID: id, At: resp.when(s.cfg.Now())}, nil
	}
	return s.settle(ctx, d, errSilent)
}

var errSilent = errors.New("the answer does not say what was created")

// settleWithin bounds the look that settles a lost answer, also when the work
// itself is being stopped.
const settleWithin = 10 * time.Second

// settle finds out what became of a note whose answer was lost.
func (s *System) settle(ctx context.Context, d fhir.DocumentReference, cause error) (record.Receipt, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	held, looked, err := s.find(ctx, d)
	switch {
	case held != nil:
		return s.receipt(d, *held)
	case s.createsConditionally(ctx), looked, err != nil && s.searchable(err):
		// The next try asks by the number, or looks for it, before anything is sent.
		return record.Receipt{}, pipeline.Wrap(pipeline.Unavailable, cause, "The FHIR server did not answer. The note will be looked for there and sent again if it is not.")
	}
	return record.Receipt{}, unknown(cause)
}

// searchable reports whether a look that failed may succeed later.
func (s *System) searchable(err error) bool {
	return pipeline.KindOf(err) == pipeline.Unavailable
}

// unknown is for a person to settle.
func unknown(cause error) error {
	return pipeline.Wrap(pipeline.Unavailable, errors.Join(record.ErrUnknown, cause),
		"The FHIR server may or may not have the note, and cannot be asked. A person must look there before it is sent again.")
}

// receipt compares what the server holds under the number with what was sent.
func (s *System) receipt(sent, held fhir.DocumentReference) (record.Receipt, error) {
	if held.Subject.Reference != "" && lastPart(held.Subject.Reference) != lastPart(sent.Subject.Reference) {
		return record.Receipt{}, clash("belongs to another patient")
	}
	if len(held.Content) > 0 && !sameText(sent.Content[0].Attachment, held.Content[0].Attachment) {
		return record.Receipt{}, clash("has another text")
	}
	return record.Receipt{RecordID: held.ID, At: held.Meta.LastUpdated}, nil
}

func clash(how string) error {
	return pipeline.Errorf(pipeline.Invalid, "The FHIR server has a document with this number that %s. Nothing was changed there; a person must compare the two.", how)
}

// sameText compares by what the server gives back: the text, or its hash.
func sameText(sent, held fhir.Attachment) bool {
	switch {
	case len(held.Data) > 0:
		return string(held.Data) == string(sent.Data)
	case len(held.Hash) > 0:
		return string(held.Hash) == string(sent.Hash)
	}
	return true
}
