package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/intake"
)

// Limits of the form beside the recording, in bytes.
const (
	maxField = 1 << 10
	maxForm  = 1 << 20 // all fields and part headers together
	maxKey   = 200     // of an Idempotency-Key
)

// properties are the fields of the form that must be known before the
// recording's bytes can go to the store.
var properties = []string{"patient_mrn", "encounter", "worktype", "priority"}

// apiUpload receives a recording. It streams to the store when all properties
// come before the audio (they may be empty); otherwise the audio waits in an
// unnamed temporary file until the form has been read.
func (s *Server) apiUpload(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, s.opts.MaxUpload+maxForm)
	f, err := newForm(r)
	if err != nil {
		return err
	}
	if err := f.read(); err != nil {
		return err
	}
	if f.audio == nil {
		return pipeline.Errorf(pipeline.Invalid, "The recording is missing: send it as the form field audio.")
	}
	var spool *os.File
	if !f.has(properties...) {
		if spool, err = f.spool(s.opts.MaxUpload); err != nil {
			return err
		}
		defer spool.Close()
	}
	req, err := s.uploadRequest(r, f)
	if err != nil {
		return err
	}
	f.streaming = spool == nil
	d, err := s.Intake.Receive(r.Context(), actor(r), req, f.body(spool))
	if f.failed != nil {
		return f.failed // why the bytes ended; the rooms below only saw that they did
	}
	if err != nil {
		return err
	}
	if want := f.fields["sha256"]; want != "" && want != d.Original.SHA256 {
		return pipeline.Errorf(pipeline.Conflict, "This Idempotency-Key was used before for another recording (job %s). Send this one with a key of its own.", d.JobNumber)
	}
	w.Header().Set("Location", "/api/v1/dictations/"+d.ID)
	return s.writeDictation(w, r, http.StatusCreated, d)
}

func (s *Server) uploadRequest(r *http.Request, f *form) (intake.Request, error) {
	u := userOf(r)
	req := intake.Request{
		Author: u.ID, PatientMRN: f.fields["patient_mrn"], Encounter: f.fields["encounter"],
		Worktype: f.fields["worktype"], Priority: f.fields["priority"], FileName: f.name, Source: source(r),
	}
	var err error
	if req.Several, err = intake.ParseSeveral(f.fields["several"]); err != nil {
		return req, err
	}
	if req.Refers, err = s.refers(r, f.fields["refers_to"], f.fields["relation"], f.fields["reason"]); err != nil {
		return req, err
	}
	key := r.Header.Get("Idempotency-Key")
	if len(key) > maxKey || !plain(key) {
		return req, pipeline.Errorf(pipeline.Invalid, "The Idempotency-Key must be plain text of at most %d characters.", maxKey)
	}
	if key != "" {
		req.Ref = "api:" + u.ID + ":" + key
	}
	return req, nil
}

// source is the way a recording came: our own command, another program, or the page.
func source(r *http.Request) string {
	switch {
	case r.Header.Get("Authorization") == "":
		return "page"
	case strings.HasPrefix(r.UserAgent(), "dictation/"):
		return "command"
	}
	return "api"
}

// form reads a multipart upload part by part.
type form struct {
	parts  *multipart.Reader
	fields map[string]string
	audio  *multipart.Part // the recording, when its part is reached
	name   string          // of its file
	done   bool            // the form was read to its end
	failed error           // why the recording's bytes could not be taken

	streaming bool // what belongs to the recording is decided; only its SHA-256 may follow
}

func newForm(r *http.Request) (*form, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, pipeline.Wrap(pipeline.Invalid, err, "Send the recording as multipart/form-data with the fields audio, patient_mrn, encounter, worktype and priority.")
	}
	return &form{parts: parts, fields: make(map[string]string)}, nil
}

// has reports whether all these fields were seen.
func (f *form) has(names ...string) bool {
	for _, n := range names {
		if _, ok := f.fields[n]; !ok {
			return false
		}
	}
	return true
}

// read takes in parts up to the audio, or to the end when the audio is behind.
func (f *form) read() error {
	for !f.done {
		part, err := f.parts.NextPart()
		if err == io.EOF {
			f.done = true
			break
		}
		if err != nil {
			return brokenOff(err)
		}
		name := part.FormName()
		if name == "audio" {
			if f.audio != nil {
				return pipeline.Errorf(pipeline.Invalid, "Send one recording at a time. Nothing was kept.")
			}
			f.audio, f.name = part, strings.ReplaceAll(part.FileName(), "\x00", "")
			return nil
		}
		if err := f.field(name, part); err != nil {
			return err
		}
	}
	return nil
}

func (f *form) field(name string, part io.Reader) error {
	switch name {
	case "patient_mrn", "encounter", "worktype", "priority", "sha256":
	case "several", "refers_to", "relation", "reason":
		if f.streaming {
			return pipeline.Errorf(pipeline.Invalid, "Send the field %s before the recording. Nothing was kept.", name)
		}
	default:
		return pipeline.Errorf(pipeline.Invalid, "The upload has a field that is not known. The fields are audio, patient_mrn, encounter, worktype, priority, several, refers_to, relation, reason and sha256. Nothing was kept.")
	}
	if f.has(name) {
		return pipeline.Errorf(pipeline.Invalid, "The field %s is there twice. Nothing was kept.", name)
	}
	b, err := io.ReadAll(io.LimitReader(part, maxField+1))
	if err != nil {
		return brokenOff(err)
	}
	if !plain(string(b)) {
		return pipeline.Errorf(pipeline.Invalid, "The field %s holds characters that cannot be read. Nothing was kept.", name)
	}
	if len(b) > maxField {
		return pipeline.Errorf(pipeline.TooLarge, "The field %s is longer than %d characters. Nothing was kept.", name, maxField)
	}
	f.fields[name] = strings.TrimSpace(string(b))
	if name == "sha256" {
		f.fields[name] = strings.ToLower(f.fields[name])
	}
	return nil
}

// spool puts the audio into a temporary file and reads the fields behind it.
// The file has no name any more when it is filled: nothing stays after a crash.
func (f *form) spool(limit int64) (*os.File, error) {
	tmp, err := os.CreateTemp("", "dictation-upload-")
	if err != nil {
		return nil, noSpool(err)
	}
	if err := os.Remove(tmp.Name()); err != nil {
		return nil, errors.Join(noSpool(err), tmp.Close())
	}
	if err := f.fill(tmp, limit); err != nil {
		return nil, errors.Join(err, tmp.Close())
	}
	return tmp, nil
}

func (f *form) fill(tmp *os.File, limit int64) error {
	n, err := io.Copy(tmp, io.LimitReader(f.audio, limit+1))
	switch {
	case n > limit:
		return pipeline.Errorf(pipeline.TooLarge, "This recording is larger than the limit of %d MB. It was not kept; send it in parts, or ask an administrator to raise the limit.", limit>>20)
	case err != nil:
		return brokenOff(err)
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return noSpool(err)
	}
	return f.read()
}

func noSpool(err error) error {
	return pipeline.Wrap(pipeline.Unavailable, err, "There is no room to take the recording in just now. Nothing was kept; try again, or tell an administrator.")
}

func brokenOff(err error) error {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return pipeline.Wrap(pipeline.TooLarge, err, "The upload is larger than the limit. Nothing was kept; send the recording in parts.")
	}
	return pipeline.Wrap(pipeline.Invalid, err, "The upload broke off before its end. Nothing was kept; send it again.")
}

// body gives the recording's bytes: from the spool, or straight from the form.
// At its end it reads what is left of the form and compares the SHA-256 when
// the sender gave one; on an error there the store keeps nothing.
func (f *form) body(spool *os.File) io.Reader {
	if spool != nil {
		return &checked{form: f, from: spool, hash: sha256.New()}
	}
	return &checked{form: f, from: f.audio, hash: sha256.New()}
}

type checked struct {
	form *form
	from io.Reader
	hash hash.Hash
}

// Read implements io.Reader.
func (c *checked) Read(p []byte) (int, error) {
	if c.form.failed != nil {
		return 0, c.form.failed
	}
	n, err := c.from.Read(p)
	c.hash.Write(p[:n])
	switch err {
	case nil:
		return n, nil
	case io.EOF:
		c.form.failed = c.end()
	default:
		c.form.failed = brokenOff(err)
	}
	if c.form.failed != nil {
		return n, c.form.failed
	}
	return n, io.EOF
}

func (c *checked) end() error {
	if err := c.form.read(); err != nil {
		return err
	}
	want := c.form.fields["sha256"]
	if want != "" && want != hex.EncodeToString(c.hash.Sum(nil)) {
		return pipeline.Errorf(pipeline.Invalid, "What arrived is not what was sent: the SHA-256 differs. Nothing was kept; send it again.")
	}
	return nil
}
