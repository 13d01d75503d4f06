package web

import (
	"context"
	"net/http"
	"strings"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// jobsData is the administrator's page of what does not go on by itself.
type jobsData struct {
	Stopped []card // failed and held
	InHand  []card // in review, with somebody or laid aside
	Counts  []count
}

// count is how many dictations are at a place.
type count struct {
	Says string
	Tone string
	N    int
}

func (s *Server) pageJobs(w http.ResponseWriter, r *http.Request) error {
	return s.writeJobs(w, r, 0, "")
}

func (s *Server) writeJobs(w http.ResponseWriter, r *http.Request, status int, trouble string) error {
	ctx := r.Context()
	stopped, err := s.listed(ctx, store.Filter{State: pipeline.Failed}, store.Filter{State: pipeline.Held})
	if err != nil {
		return err
	}
	inHand, err := s.listed(ctx, store.Filter{Stage: pipeline.Review, State: pipeline.InProgress},
		store.Filter{Stage: pipeline.Review, State: pipeline.Suspended})
	if err != nil {
		return err
	}
	var data jobsData
	names := s.cards(userOf(r))
	if data.Stopped, err = names.of(ctx, stopped); err != nil {
		return err
	}
	if data.InHand, err = names.of(ctx, inHand); err != nil {
		return err
	}
	counts, err := s.Store.Counts(ctx)
	if err != nil {
		return err
	}
	data.Counts = inOrder(s.speech(r), counts)
	return s.pages.write(w, r, sheet{name: "jobs", title: "Jobs", status: status, trouble: trouble, data: data})
}

// listed reads the newest hundred of each filter, one after the other.
func (s *Server) listed(ctx context.Context, filters ...store.Filter) (all []pipeline.Dictation, err error) {
	for _, f := range filters {
		f.Limit = 100
		ds, err := s.Store.Dictations(ctx, f)
		if err != nil {
			return nil, err
		}
		all = append(all, ds...)
	}
	return all, nil
}

// inOrder lists counts in the order a dictation passes the places.
func inOrder(sp *speech, counts map[pipeline.Position]int) []count {
	var out []count
	for _, stage := range pipeline.Stages {
		for _, step := range []pipeline.Step{pipeline.NoStep, pipeline.Typing, pipeline.QA, pipeline.Signature, pipeline.Cosignature} {
			for _, state := range []pipeline.State{pipeline.Pending, pipeline.InProgress, pipeline.Suspended, pipeline.Held, pipeline.Failed} {
				p := pipeline.Position{Stage: stage, Step: step, State: state}
				if n := counts[p]; n > 0 {
					out = append(out, count{sp.t(says(p)), tone(p), n})
				}
			}
		}
	}
	return out
}

// postJob does what an administrator asks for with a dictation.
func (s *Server) postJob(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	ctx, by, id := r.Context(), actor(r), dictationOf(r).ID
	var err error
	done := ""
	switch r.PathValue("act") {
	case "retry":
		done = "retried"
		_, err = s.Store.Retry(ctx, by, id)
	case "unhold":
		done = "unheld"
		_, err = s.Store.Unhold(ctx, by, id)
	case "identify":
		done = "identified"
		err = s.identify(r, id, identity{
			PatientMRN: strings.TrimSpace(r.PostFormValue("patient_mrn")),
			Encounter:  strings.TrimSpace(r.PostFormValue("encounter")),
			Author:     strings.TrimSpace(r.PostFormValue("author")),
			Worktype:   r.PostFormValue("worktype"),
			Priority:   r.PostFormValue("priority"),
		})
	case "take-back":
		done = "taken-back"
		_, err = s.Desk.TakeBack(ctx, by, id)
	case "type-by-hand":
		done = "by-hand"
		_, err = s.Desk.TypeByHand(ctx, by, id)
	default:
		return s.pageNotFound(w, r)
	}
	if err != nil {
		return s.jobTrouble(w, r, err)
	}
	s.Queue.Announce(id)
	return goTo(w, r, "/admin", done)
}

func (s *Server) jobTrouble(w http.ResponseWriter, r *http.Request, err error) error {
	switch kind := pipeline.KindOf(err); kind {
	case pipeline.Conflict, pipeline.Invalid:
		return s.writeJobs(w, r, statuses[kind], s.sentence(r, err))
	}
	return err
}

type usersData struct {
	Users    []pipeline.User
	Factored map[string]bool // ids of those with a second factor
	New      pipeline.User   // what was typed, when it was refused
}

func (s *Server) pageUsers(w http.ResponseWriter, r *http.Request) error {
	return s.writeUsers(w, r, 0, "", pipeline.User{})
}

func (s *Server) writeUsers(w http.ResponseWriter, r *http.Request, status int, trouble string, typed pipeline.User) error {
	users, err := s.Store.Users(r.Context())
	if err != nil {
		return err
	}
	factored, err := s.Store.Factored(r.Context())
	if err != nil {
		return err
	}
	return s.pages.write(w, r, sheet{
		name: "users", title: "Accounts", status: status, trouble: trouble, data: usersData{users, factored, typed},
	})
}

// postUser makes an account.
func (s *Server) postUser(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	u := pipeline.User{
		Username: strings.TrimSpace(r.PostFormValue("username")), Name: strings.TrimSpace(r.PostFormValue("name")),
	}
	var err error
	if u.Roles, err = parseRoles(r.PostForm["role"]); err != nil {
		return err
	}
	if _, err := s.Auth.AddUser(r.Context(), actor(r), u, r.PostFormValue("password")); err != nil {
		return s.userTrouble(w, r, err, u)
	}
	return goTo(w, r, "/admin/users", "added")
}

// postUserAct closes or opens an account or sets its password.
func (s *Server) postUserAct(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFields)
	u, err := s.named(r)
	if err != nil {
		return err
	}
	done := ""
	switch act := r.PathValue("act"); act {
	case "disable":
		if u.ID == userOf(r).ID {
			err = pipeline.Errorf(pipeline.Conflict, "You cannot close your own account. Ask another administrator.")
			break
		}
		done, err = "disabled", s.closeAccount(r, u.ID)
	case "enable":
		done, err = "enabled", s.Store.SetDisabled(r.Context(), actor(r), u.ID, false)
	case "roles":
		done, err = "roles", s.postRoles(r, u)
	case "attending":
		done = "attending"
		_, err = s.Desk.SetAttending(r.Context(), actor(r), u.Username, strings.TrimSpace(r.PostFormValue("attending")))
	case "second-factor":
		done, err = "factor-removed", s.Store.RemoveSecondFactor(r.Context(), actor(r), u.ID)
	case "password":
		done, err = "password", s.Auth.SetPassword(r.Context(), actor(r), u.ID, r.PostFormValue("password"))
	default:
		return s.pageNotFound(w, r)
	}
	if err != nil {
		return s.userTrouble(w, r, err, pipeline.User{})
	}
	return goTo(w, r, "/admin/users", done)
}

func (s *Server) userTrouble(w http.ResponseWriter, r *http.Request, err error, typed pipeline.User) error {
	switch kind := pipeline.KindOf(err); kind {
	case pipeline.Conflict, pipeline.Invalid, pipeline.NotFound:
		return s.writeUsers(w, r, statuses[kind], s.sentence(r, err), typed)
	}
	return err
}
