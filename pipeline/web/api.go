package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"dictation/pipeline"
)

// apiRoutes is the JSON API. {id} is always a dictation's id.
//
// Acts that need the lease ask only for the right to the worklist: who does not
// hold the dictation is told who does (423), not that he may not.
func (s *Server) apiRoutes() []route {
	table := []route{
		{pattern: "POST /dictations", action: pipeline.CreateDictation, upload: true, handle: s.apiUpload},
		{pattern: "GET /dictations", handle: s.apiDictations},
		{pattern: "GET /dictations/{id}", action: pipeline.ReadDictation, about: true, audit: true, handle: s.apiDictation},
		{pattern: "GET /dictations/{id}/audio", action: pipeline.ReadSound, about: true, audit: true, handle: s.apiAudio},
		{pattern: "GET /dictations/{id}/playback", action: pipeline.ReadSound, about: true, audit: true, handle: s.apiPlayback},
		{pattern: "GET /dictations/{id}/original", action: pipeline.ReadSound, about: true, audit: true, handle: s.apiOriginal},
		{pattern: "GET /dictations/{id}/peaks", action: pipeline.ReadSound, about: true, audit: true, handle: s.apiPeaks},
		{pattern: "GET /dictations/{id}/text", action: pipeline.ReadText, about: true, audit: true, handle: s.apiText},
		{pattern: "PUT /dictations/{id}/text", action: pipeline.Worklist, about: true, handle: s.apiSave},
		{pattern: "GET /dictations/{id}/versions", action: pipeline.ReadText, about: true, audit: true, handle: s.apiVersions},
		{pattern: "GET /dictations/{id}/versions/{n}", action: pipeline.ReadText, about: true, audit: true, handle: s.apiVersion},

		{pattern: "POST /worklist/next", action: pipeline.Worklist, handle: s.apiNext},
		{pattern: "GET /worklist", action: pipeline.Worklist, audit: true, handle: s.apiWorklist},
		{pattern: "POST /dictations/{id}/claim", action: pipeline.Worklist, about: true, handle: s.apiClaim},
		{pattern: "POST /dictations/{id}/keep", action: pipeline.Worklist, about: true, passive: true, handle: s.apiKeep},
		{pattern: "POST /dictations/{id}/suspend", action: pipeline.Worklist, about: true, handle: s.apiSuspend},
		{pattern: "POST /dictations/{id}/release", action: pipeline.Worklist, about: true, handle: s.apiRelease},
		{pattern: "POST /dictations/{id}/complete", action: pipeline.Worklist, about: true, handle: s.apiComplete},
		{pattern: "POST /dictations/{id}/qa", action: pipeline.Worklist, about: true, handle: s.apiQA},
		// A QA editor returns what he holds, a clinician what waits for a signature.
		{pattern: "POST /dictations/{id}/return", action: pipeline.ReturnNote, or: pipeline.EditText, about: true, handle: s.apiReturn},
		{pattern: "POST /dictations/{id}/sign", action: pipeline.SignNote, about: true, handle: s.apiSign},
		{pattern: "GET /dictations/{id}/signing", action: pipeline.SignNote, about: true, audit: true, handle: s.apiSigning},
		{pattern: "POST /dictations/{id}/confirm", action: pipeline.SignNote, about: true, handle: s.apiConfirm},
		{pattern: "POST /dictations/{id}/mend", action: pipeline.SignNote, about: true, handle: s.apiMend},
		{pattern: "POST /dictations/{id}/later", action: pipeline.AmendNote, about: true, handle: s.apiLater},

		{pattern: "POST /dictations/{id}/retry", action: pipeline.ManageJobs, about: true, handle: s.apiRetry},
		{pattern: "POST /dictations/{id}/hold", action: pipeline.ManageJobs, about: true, handle: s.apiHold},
		{pattern: "POST /dictations/{id}/unhold", action: pipeline.ManageJobs, about: true, handle: s.apiUnhold},
		{pattern: "POST /dictations/{id}/identify", action: pipeline.ManageJobs, about: true, handle: s.apiIdentify},
		{pattern: "POST /dictations/{id}/take-back", action: pipeline.ManageJobs, about: true, handle: s.apiTakeBack},
		{pattern: "POST /dictations/{id}/take-over", action: pipeline.TakeOver, about: true, handle: s.apiTakeOver},
		{pattern: "POST /dictations/{id}/type-by-hand", action: pipeline.TypeByHand, about: true, handle: s.apiTypeByHand},

		{pattern: "GET /dictations/{id}/parts", action: pipeline.ReadDictation, about: true, audit: true, handle: s.apiParts},
		{pattern: "POST /dictations/{id}/split", action: pipeline.SplitDictation, about: true, handle: s.apiSplit},
		{pattern: "POST /dictations/{id}/whole", action: pipeline.SplitDictation, about: true, handle: s.apiWhole},

		{pattern: "GET /events", passive: true, handle: s.apiEvents},
		{pattern: "GET /notes/{id}", action: pipeline.ReadText, or: pipeline.ReadChart, about: true, audit: true, handle: s.apiNote},
		{pattern: "GET /notes/{id}/sealed", action: pipeline.ReadText, or: pipeline.ReadChart, about: true, audit: true, handle: s.apiSealed},
		{pattern: "GET /notes/{id}/pdf", action: pipeline.ReadText, or: pipeline.ReadChart, about: true, audit: true, handle: s.apiPDF},
		{pattern: "POST /patients/search", action: pipeline.FindPatient, audit: true, handle: s.apiPatientSearch},
		{pattern: "GET /patients/{patient}/encounters", action: pipeline.FindPatient, handle: s.apiEncounters},

		{pattern: "GET /audit", action: pipeline.ReadAudit, audit: true, handle: s.apiAudit},
		{pattern: "GET /audit/verify", action: pipeline.ReadAudit, audit: true, handle: s.apiAuditVerify},
		{pattern: "GET /users", action: pipeline.ManageUsers, audit: true, handle: s.apiUsers},
		{pattern: "POST /users", action: pipeline.ManageUsers, handle: s.apiAddUser},
		{pattern: "POST /users/{username}/disable", action: pipeline.ManageUsers, handle: s.apiDisableUser},
		{pattern: "POST /users/{username}/enable", action: pipeline.ManageUsers, handle: s.apiEnableUser},
		{pattern: "POST /users/{username}/roles", action: pipeline.ManageUsers, handle: s.apiSetRoles},
		{pattern: "GET /users/{username}/work", action: pipeline.ManageUsers, audit: true, handle: s.apiOpenWork},
		{pattern: "POST /users/{username}/password", action: pipeline.ManageUsers, handle: s.apiSetPassword},
		{pattern: "GET /me/settings", handle: s.apiSettings},
		{pattern: "PUT /me/settings", handle: s.apiSaveSettings},
		{pattern: "POST /me/keys", handle: s.apiKey},
		{pattern: "POST /users/{username}/attending", action: pipeline.ManageUsers, handle: s.apiAttending},
		{pattern: "POST /users/{username}/second-factor/remove", action: pipeline.ManageUsers, handle: s.apiRemoveOthersFactor},
		{pattern: "GET /me/proxies", handle: s.apiProxies},
		{pattern: "POST /me/proxies", handle: s.apiAddProxy},
		{pattern: "POST /me/proxies/{proxy}/revoke", handle: s.apiRevokeProxy},
		{pattern: "GET /me/second-factor", handle: s.apiFactor},
		{pattern: "POST /me/second-factor", handle: s.apiBeginFactor},
		{pattern: "POST /me/second-factor/confirm", handle: s.apiFinishFactor},
		{pattern: "POST /me/second-factor/remove", handle: s.apiRemoveFactor},
		{pattern: "GET /phrases", handle: s.apiPhrases},
		{pattern: "POST /phrases", handle: s.apiAddPhrase},
		{pattern: "PUT /phrases/{phrase}", handle: s.apiSavePhrase},
		{pattern: "DELETE /phrases/{phrase}", handle: s.apiDeletePhrase},
		{pattern: "POST /tokens", handle: s.apiAddToken},
		{pattern: "POST /tokens/revoke", handle: s.apiRevokeTokens},
	}
	table = append(table, s.recordingRoutes()...)
	table = append(table, s.qaAPI()...)
	table = append(table, s.wordAPI()...)
	for i := range table {
		table[i].pattern = under("/api/v1", table[i].pattern)
		table[i].style = apiStyle
	}
	return append(table,
		route{pattern: "GET /api/openapi.json", style: apiStyle, open: true, handle: s.apiDescription},
		route{pattern: "GET /api/", style: apiStyle, handle: apiUnknown})
}

func apiUnknown(http.ResponseWriter, *http.Request) error {
	return pipeline.Errorf(pipeline.NotFound, "There is nothing at this address. See /api/openapi.json for what there is.")
}

// under puts the path of a pattern below root.
func under(root, pattern string) string {
	method, path, _ := strings.Cut(pattern, " ")
	return method + " " + root + path
}

// writeJSON answers with v. The body is made before the status is sent, so that
// an error can still leave as a problem.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // an error means that the client is gone
	return nil
}

// readJSON reads the request's body into v. Fields v does not have are refused:
// a misspelt one would be ignored in silence. No body leaves v as it is.
func (s *Server) readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := s.readBody(w, r)
	if err != nil || len(body) == 0 {
		return err
	}
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		return pipeline.Errorf(pipeline.Invalid, "Send the request as JSON, with Content-Type: application/json.")
	}
	if zeroInJSON(body) {
		return pipeline.Errorf(pipeline.Invalid, "The request holds a zero byte, which cannot be stored. Nothing was changed.")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	err = dec.Decode(v)
	if err == nil && dec.More() {
		err = errors.New("more than one value")
	}
	return pipeline.Wrap(pipeline.Invalid, err, "The request is not the JSON that is expected here; see /api/openapi.json. Nothing was changed.")
}

// zeroInJSON reports whether a string of the JSON has an escaped zero byte. A
// backslash that is itself escaped does not make one.
func zeroInJSON(body []byte) bool {
	for {
		i := bytes.Index(body, []byte(`\u0000`))
		if i < 0 {
			return false
		}
		before := len(body[:i]) - len(bytes.TrimRight(body[:i], `\`))
		if before%2 == 0 {
			return true
		}
		body = body[i+1:]
	}
}

// readBody reads a small body whole: UTF-8, at most what a note in JSON takes.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	// Escapes make JSON longer than the text in it.
	limit := 2*int64(s.opts.MaxText) + 4<<10
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, pipeline.Wrap(pipeline.TooLarge, err, "The request is larger than the limit of %d kB. Nothing was changed.", limit>>10)
	case err != nil:
		return nil, pipeline.Wrap(pipeline.Invalid, err, "The request broke off. Nothing was changed; send it again.")
	case !utf8.Valid(body):
		return nil, pipeline.Errorf(pipeline.Invalid, "The request holds characters that are not UTF-8. Nothing was changed.")
	}
	return body, nil
}

// number reads a whole number from the query; what is missing is 0.
func number(r *http.Request, name string) (int64, error) {
	v := r.URL.Query().Get(name)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0, pipeline.Errorf(pipeline.Invalid, "The parameter %s must be a whole number, not negative.", name)
	}
	return n, nil
}

// limit reads the query's page size: default 50, at most 500.
func limit(r *http.Request) (int, error) {
	n, err := number(r, "limit")
	switch {
	case err != nil:
		return 0, err
	case n == 0:
		return 50, nil
	case n > 500:
		return 0, pipeline.Errorf(pipeline.Invalid, "At most 500 entries can be asked for at once.")
	}
	return int(n), nil
}
