package web

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/intake"
)

// maxFiles is how many recordings one form may send.
const maxFiles = 20

// postDictations receives the form as a browser without scripts sends it: the
// properties first, then the files, each streamed to the store as it comes.
func (s *Server) postDictations(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFiles*s.opts.MaxUpload+maxForm)
	parts, err := r.MultipartReader()
	if err != nil {
		return pipeline.Wrap(pipeline.Invalid, err, "The form did not arrive whole. Go back and send it again; nothing was kept.")
	}
	fields := make(map[string]string)
	var data dictationsData
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return brokenOff(err)
		}
		if part.FormName() != "audio" {
			b, err := io.ReadAll(io.LimitReader(part, maxField))
			if err != nil {
				return brokenOff(err)
			}
			fields[part.FormName()] = string(b)
			continue
		}
		if part.FileName() == "" { // no file was chosen
			continue
		}
		if len(data.Receipts) == maxFiles {
			data.Receipts = append(data.Receipts, receipt{FileName: part.FileName(), Trouble: fmt.Sprintf("At most %d recordings can be sent at once. Send this one and those after it in a second form.", maxFiles)})
			break
		}
		data.Receipts = append(data.Receipts, s.receiveFile(r, fields, part.FileName(), len(data.Receipts), part))
	}
	return s.writeReceipts(w, r, fields, data)
}

// receiveFile takes one file in; n makes its key differ from its neighbours'.
func (s *Server) receiveFile(r *http.Request, fields map[string]string, name string, n int, body io.Reader) receipt {
	mrn, visit, _ := strings.Cut(fields["whose"], "|")
	u := userOf(r)
	req := intake.Request{
		Author: u.ID, PatientMRN: mrn, Encounter: visit, Worktype: fields["worktype"], Priority: fields["priority"],
		FileName: name, Source: "page",
	}
	req.Several = fields["several"] == "true"
	if key := fields["key"]; key != "" && len(key) <= maxKey {
		req.Ref = fmt.Sprintf("form:%s:%s:%d", u.ID, key, n)
	}
	d, err := s.received(r, fields, req, body)
	if err != nil {
		if statuses[pipeline.KindOf(err)] >= http.StatusInternalServerError {
			s.opts.Log.ErrorContext(r.Context(), "upload failed", "route", r.Pattern, "err", err)
		}
		return receipt{FileName: name, Trouble: s.sentence(r, err)}
	}
	return receipt{FileName: name, Dictation: d}
}

func (s *Server) received(r *http.Request, fields map[string]string, req intake.Request, body io.Reader) (d pipeline.Dictation, err error) {
	if req.Refers, err = s.refers(r, fields["refers_to"], fields["relation"], fields["reason"]); err != nil {
		return d, err
	}
	return s.Intake.Receive(r.Context(), actor(r), req, body)
}

func (s *Server) writeReceipts(w http.ResponseWriter, r *http.Request, fields map[string]string, data dictationsData) error {
	data.Chosen, data.STAT = fields["whose"], fields["priority"] == pipeline.STAT.String()
	data.Worktype, data.Several = pipeline.Worktype(fields["worktype"]), fields["several"] == "true"
	if len(data.Receipts) == 0 {
		return pipeline.Errorf(pipeline.Invalid, "No recording was chosen. Go back, choose one or more files, and send them again.")
	}
	status := http.StatusCreated
	for _, rc := range data.Receipts {
		if rc.Trouble != "" {
			status = http.StatusUnprocessableEntity
		}
	}
	if status != http.StatusCreated && fields["note"] != "" {
		var err error
		if data.Parent, err = s.parent(r, fields["note"], pipeline.Relation(fields["relation"])); err != nil {
			return err
		}
		data.Parent.Why = fields["reason"]
	}
	return s.writeDictations(w, r, data, status)
}
