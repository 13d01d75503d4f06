package web

import (
	"net/http"
	"strconv"
	"strings"

	"dictation/pipeline"
	"dictation/transcript"
)

// postText is the workstation of a browser without scripts: it saves the text of
// the form, and completes it where that is asked.
func (s *Server) postText(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 4*int64(s.opts.MaxText)+maxFields)
	ctx, d := r.Context(), dictationOf(r)
	base, err := strconv.Atoi(r.PostFormValue("version"))
	if err != nil || !r.PostForm.Has("text") {
		return pipeline.Errorf(pipeline.Invalid, "The form did not say which version you changed, or came without its text. Open the dictation again; nothing was saved.")
	}
	// Forms send line ends as CR LF.
	text := strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n")
	n, err := s.Desk.Save(ctx, actor(r), d.ID, base, text)
	switch pipeline.KindOf(err) {
	case pipeline.Stale, pipeline.Invalid, pipeline.TooLarge:
		return s.showClash(w, r, text, err)
	}
	if err != nil {
		return err
	}
	if r.PostFormValue("act") != "complete" {
		return goTo(w, r, "/review/"+d.ID, "text-saved")
	}
	if d.Step == pipeline.QA {
		return goTo(w, r, "/assess/"+d.ID, "")
	}
	if left := len(transcript.Blanks(text, nil)); left > 0 && r.PostFormValue("blanks") == "" {
		return s.showText(w, r, nil, pipeline.Errorf(pipeline.Conflict, "Saved, but not completed: the text has blanks (___), and a note with blanks cannot be signed. Fill them, or say below that they stay."))
	}
	if d, err = s.Desk.Complete(ctx, actor(r), d.ID, n); err != nil {
		return err
	}
	if d.Step == pipeline.QA {
		return goTo(w, r, "/work", "ruled")
	}
	return goTo(w, r, "/work", "completed")
}

// showClash gives what was sent back to its writer, beside what is saved.
func (s *Server) showClash(w http.ResponseWriter, r *http.Request, sent string, err error) error {
	return s.showText(w, r, &sent, err)
}

// showText is the workstation after a form that was not all done.
func (s *Server) showText(w http.ResponseWriter, r *http.Request, sent *string, trouble error) error {
	d, err := s.dictation(r)
	if err != nil {
		return err
	}
	data, err := s.reviewOf(w, r, d)
	if err != nil {
		return err
	}
	data.Clash = sent
	return s.pages.write(w, r, sheet{
		name: "review", title: s.speech(r).t("Review %s", d.JobNumber), data: data,
		status: statuses[pipeline.KindOf(trouble)], trouble: pipeline.Sentence(trouble),
	})
}
