package web

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dictation/pipeline"
)

func TestPatients(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	find := func(q string) (got patientsView) {
		t.Helper()
		x.do("author", "POST", "/api/v1/patients/search", m{"q": q}).want(http.StatusOK, &got)
		return got
	}
	for q, want := range map[string]int{"ros": 1, "Ada": 2, "mrn-100": 2, "MRN-1001": 1, "xx": 0, "%%": 0, "__": 0} {
		if got := find(q); len(got.Patients) != want {
			t.Errorf("%q finds %+v, want %d", q, got.Patients, want)
		}
	}
	want := patientView{x.patients[0].ID, "MRN-1001", "Rosenfeld", "Ada Maria", "1971-05-04", "female"}
	if got := find("rosen"); len(got.Patients) != 1 || got.Patients[0] != want {
		t.Errorf("got %+v", got)
	}
	if n := x.audited("author", string(pipeline.FindPatient), "", ""); n != 8 {
		t.Errorf("%d searches in the audit, want 8", n)
	}
	x.do("author", "POST", "/api/v1/patients/search", m{"q": "a"}).wantProblem(http.StatusBadRequest, "two characters")
	// No name stands in an address.
	x.do("author", "GET", "/api/v1/patients?q=rosen", nil).wantProblem(http.StatusNotFound, "nothing at this address")

	var visits encountersView
	x.do("author", "GET", "/api/v1/patients/"+x.patients[0].ID+"/encounters", nil).want(http.StatusOK, &visits)
	if len(visits.Encounters) != 1 || visits.Encounters[0].Number != "V-77" || !visits.Encounters[0].End.Equal(x.visit.End) {
		t.Errorf("visits %+v", visits)
	}
	if n := x.audited("author", string(pipeline.FindPatient), "", x.patients[0].ID); n != 1 {
		t.Errorf("%d accesses to the patient in the audit", n)
	}
	x.do("author", "GET", "/api/v1/patients/MRN-1001/encounters", nil).wantProblem(http.StatusNotFound, "no patient")
}

func TestAudit(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	d, _ := x.delivered("author")
	var page, rest auditView
	x.do("auditor", "GET", "/api/v1/audit?limit=3&dictation="+d.ID, nil).want(http.StatusOK, &page)
	if len(page.Entries) != 3 || page.Next == 0 || page.Entries[0].Action != "dictation.completed" {
		t.Errorf("page %+v", page)
	}
	x.do("auditor", "GET", "/api/v1/audit?limit=500&dictation="+d.ID+"&before="+fmt.Sprint(page.Next), nil).want(http.StatusOK, &rest)
	if last := rest.Entries[len(rest.Entries)-1]; last.Action != "dictation.received" || last.Name != "Dr author" || rest.Next != 0 {
		t.Errorf("oldest %+v", last)
	}
	var chain chainView
	x.do("auditor", "GET", "/api/v1/audit/verify", nil).want(http.StatusOK, &chain)
	if !chain.Whole || chain.Entries == 0 || chain.Position != int64(chain.Entries) || len(chain.Head) != 64 {
		t.Errorf("chain %+v", chain)
	}
	x.do("auditor", "GET", "/api/v1/audit?dictation=x", nil).wantProblem(http.StatusBadRequest, "id")
	x.do("auditor", "GET", "/api/v1/audit?before=x", nil).wantProblem(http.StatusBadRequest, "whole number")
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	body := m{"username": "New.Author", "name": "Dr New", "roles": []string{"author", "clinician"}, "password": "a long password"}
	var u userView
	x.do("admin", "POST", "/api/v1/users", body).want(http.StatusCreated, &u)
	if u.Username != "new.author" || len(u.Roles) != 2 || u.ID == "" {
		t.Errorf("account %+v", u)
	}
	x.do("admin", "POST", "/api/v1/users", body).wantProblem(http.StatusConflict, "already")
	body["roles"] = []string{"boss"}
	x.do("admin", "POST", "/api/v1/users", body).wantProblem(http.StatusBadRequest, "no role")
	x.do("admin", "POST", "/api/v1/users/new.author/password", m{"password": "short"}).wantProblem(http.StatusBadRequest, "10 to 128")
	x.do("admin", "POST", "/api/v1/users/nobody/password", m{"password": "another password"}).wantProblem(http.StatusNotFound, "account")
	x.do("admin", "POST", "/api/v1/users/new.author/password", m{"password": "another password"}).want(http.StatusNoContent)
	if _, _, err := x.Auth.SignIn(t.Context(), "new.author", "another password", ""); err != nil {
		t.Error(err)
	}
	var all usersView
	x.do("admin", "GET", "/api/v1/users", nil).want(http.StatusOK, &all)
	if len(all.Users) != len(x.accounts)+1 {
		t.Errorf("%d accounts", len(all.Users))
	}

	var token tokenView
	x.do("qa", "POST", "/api/v1/tokens", m{"label": ""}).wantProblem(http.StatusBadRequest, "label")
	x.do("qa", "POST", "/api/v1/tokens", m{"label": "headset", "password": "not mine"}).wantProblem(http.StatusForbidden, "No token was made")
	x.do("qa", "POST", "/api/v1/tokens", m{"label": "headset", "password": password}).want(http.StatusCreated, &token)
	x.do("", "GET", "/api/v1/worklist", nil, "Authorization", "Bearer "+token.Token).want(http.StatusOK)
	x.do("qa", "POST", "/api/v1/tokens/revoke", nil).want(http.StatusNoContent)
	x.do("", "GET", "/api/v1/worklist", nil, "Authorization", "Bearer "+token.Token).wantProblem(http.StatusUnauthorized, "token")
	x.do("qa", "GET", "/api/v1/worklist", nil).wantProblem(http.StatusUnauthorized, "token")
	x.do("transcriptionist", "GET", "/api/v1/worklist", nil).want(http.StatusOK)
}

func TestPanicIsAnAnswerWithoutItsValue(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := &Server{opts: Options{Log: slog.New(slog.NewTextHandler(&log, nil))}}
	h := s.recoverPanics(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("Rosenfeld") }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
	if w.Code != http.StatusInternalServerError || strings.Contains(log.String(), "Rosenfeld") || log.Len() == 0 {
		t.Errorf("%d, log %s", w.Code, log.String())
	}
}
