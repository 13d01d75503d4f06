package push_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/fhir/push"
	"dictation/pipeline/record/recordtest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*server){
		"conditional create":     nil,
		"only search":            func(x *server) { x.conditional = false },
		"only where":             func(x *server) { x.silent = true },
		"search, and only where": func(x *server) { x.silent, x.conditional = true, false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recordtest.Run(t, func(t *testing.T) recordtest.Harness {
				x := newServer(t, change)
				var n atomic.Int64
				return recordtest.Harness{
					System:      x.system(nil),
					NewDocument: func(*testing.T) record.Document { return x.admit(recordtest.NewDocument(int(n.Add(1)))) },
					Held:        func(_ *testing.T, number string) []string { return x.held(number) },
				}
			})
		})
	}
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) bool {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
	return true
}

// What is known after a lost answer hangs on what the server can be asked.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		conditional, searches, stored, unknown, settled bool
	}{
		"stored, can be searched":            {searches: true, stored: true, settled: true},
		"stored, conditional and searchable": {conditional: true, searches: true, stored: true, settled: true},
		"stored, only conditional":           {conditional: true, stored: true},
		"not stored, can be searched":        {searches: true},
		"not stored, only conditional":       {conditional: true},
		"stored, cannot be asked":            {stored: true, unknown: true},
		"not stored, cannot be asked":        {unknown: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newServer(t, func(x *server) { x.conditional, x.searches = c.conditional, c.searches })
			doc := x.admit(recordtest.NewDocument(1))
			x.disturb = func(w http.ResponseWriter, store func()) bool {
				if c.stored {
					store()
				}
				return cut(w)
			}
			s := x.system(nil)
			_, err := s.Attach(t.Context(), doc)
			if errors.Is(err, record.ErrUnknown) != c.unknown || (err == nil) != c.settled || errors.Is(err, record.ErrNotSent) {
				t.Fatalf("error %v, want unknown %v, settled %v", err, c.unknown, c.settled)
			}
			if err != nil && pipeline.KindOf(err) != pipeline.Unavailable {
				t.Errorf("kind %s", pipeline.KindOf(err))
			}
			x.mu.Lock()
			x.disturb = nil
			x.mu.Unlock()
			doc.Unsettled = true
			_, err = s.Attach(t.Context(), doc)
			if held := len(x.held(doc.Note.DocumentNumber)); c.unknown {
				if !errors.Is(err, record.ErrUnknown) || x.calls != 1 {
					t.Errorf("sent blindly again: %v after %d calls", err, x.calls)
				}
			} else if err != nil || held != 1 {
				t.Errorf("second try %v; %d documents", err, held)
			}
		})
	}
}

// Any sequence of lost answers, refusals for now and good tries leaves exactly
// one document, and one receipt.
func TestExactlyOne(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		x := newServer(t, func(x *server) {
			x.conditional = rapid.Bool().Draw(rt, "conditional")
			x.searches = x.conditional && rapid.Bool().Draw(rt, "searches") || !x.conditional
			x.silent = x.searches && rapid.Bool().Draw(rt, "silent")
		})
		doc := x.admit(recordtest.NewDocument(int(n.Add(1))))
		var receipts []record.Receipt
		for _, happens := range append(rapid.SliceOfN(rapid.SampledFrom([]string{"good", "lost", "never", "502", "503", "restart"}), 0, 8).Draw(rt, "tries"), "good") {
			x.mu.Lock()
			x.disturb = disturbance(happens)
			x.mu.Unlock()
			// Every try is a fresh process: nothing is remembered but the ledger's word.
			r, err := x.system(nil).Attach(t.Context(), doc)
			switch {
			case err == nil:
				receipts = append(receipts, r)
			case pipeline.OutcomeOf(err) != pipeline.Again || errors.Is(err, record.ErrUnknown):
				rt.Fatalf("%s: %v", happens, err)
			case !errors.Is(err, record.ErrNotSent):
				doc.Unsettled = true
			}
		}
		held := x.held(doc.Note.DocumentNumber)
		if len(held) != 1 || slices.ContainsFunc(receipts, func(r record.Receipt) bool { return r != receipts[0] || r.RecordID != held[0] }) {
			rt.Fatalf("documents %q, receipts %+v", held, receipts)
		}
	})
}

func disturbance(what string) func(http.ResponseWriter, func()) bool {
	switch what {
	case "lost":
		return func(w http.ResponseWriter, store func()) bool { store(); return cut(w) }
	case "never":
		return func(w http.ResponseWriter, _ func()) bool { return cut(w) }
	case "502": // of a proxy behind which it arrived
		return func(w http.ResponseWriter, store func()) bool {
			store()
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, "<html>Bad gateway</html>")
			return true
		}
	case "503":
		return func(w http.ResponseWriter, _ func()) bool { w.WriteHeader(http.StatusServiceUnavailable); return true }
	}
	return nil
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]struct {
		kind    pipeline.Kind
		notSent bool
	}{
		302: {pipeline.Invalid, true}, 400: {pipeline.Invalid, true}, 401: {pipeline.Invalid, true}, 403: {pipeline.Invalid, true},
		404: {pipeline.Invalid, true}, 408: {pipeline.Unavailable, false}, 409: {pipeline.Invalid, true}, 412: {pipeline.Invalid, true},
		422: {pipeline.Invalid, true}, 429: {pipeline.Unavailable, true}, 500: {pipeline.Unavailable, false}, 503: {pipeline.Unavailable, true},
		504: {pipeline.Unavailable, false},
	} {
		x := newServer(t, nil)
		doc := x.admit(recordtest.NewDocument(1))
		x.disturb = func(w http.ResponseWriter, _ func()) bool {
			w.Header().Set("Retry-After", "9")
			w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
			outcome(w, code, "processing")
			return true
		}
		_, err := x.system(nil).Attach(t.Context(), doc)
		if pipeline.KindOf(err) != want.kind || errors.Is(err, record.ErrNotSent) != want.notSent {
			t.Errorf("%d: %v (kind %s)", code, err, pipeline.KindOf(err))
		}
		if strings.Contains(err.Error(), "Pat 1") || !strings.Contains(err.Error(), "processing DocumentReference.type") {
			t.Errorf("%d: the error says %v", code, err)
		}
		var later *record.Later
		if busy := code == 429 || code == 503; errors.As(err, &later) != busy || busy && later.After != 9*time.Second {
			t.Errorf("%d: come again after %+v", code, later)
		}
	}
}

// later makes a note that refers to another.
func later(doc, parent record.Document, relation pipeline.Relation) record.Document {
	doc.Patient, doc.Encounter = parent.Patient, parent.Encounter
	doc.Note.PatientID, doc.Note.EncounterID = parent.Note.PatientID, parent.Note.EncounterID
	doc.Note.Relation, doc.Note.RefersTo, doc.Note.Reason = relation, parent.Note.ID, "Dose corrected"
	doc.Note.Seal.Relation, doc.Note.Seal.RefersTo = relation, parent.Note.DocumentNumber
	return doc
}

func TestLaterNotes(t *testing.T) {
	t.Parallel()
	x := newServer(t, nil)
	s := x.system(nil)
	first := x.admit(recordtest.NewDocument(1))
	adds := later(recordtest.NewDocument(2), first, pipeline.Addendum)
	replaces := later(recordtest.NewDocument(3), first, pipeline.Amendment)
	if _, err := s.Attach(t.Context(), adds); pipeline.KindOf(err) != pipeline.Unavailable || !errors.Is(err, record.ErrNotSent) {
		t.Fatalf("an addendum before its note: %v", err)
	}
	for _, doc := range []record.Document{first, adds, replaces} {
		if _, err := s.Attach(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{"superseded final []", "current final [appends doc.1]", "current amended [replaces doc.1]"} {
		d := x.docs[i]
		var relations []string
		for _, r := range list(d, "relatesTo") {
			ref := r.(object)["target"].(object)["reference"].(string)
			relations = append(relations, fmt.Sprint(r.(object)["code"], " ", strings.TrimPrefix(ref, "DocumentReference/")))
		}
		if got := fmt.Sprint(d["status"], " ", d["docStatus"], " ", relations); got != want {
			t.Errorf("document %d is %s, want %s", i+1, got, want)
		}
	}
}

// Nothing goes to a chart by guess.
func TestWrongPatient(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*server){
		"not there":             func(x *server) { x.people = x.people[:0] },
		"there twice":           func(x *server) { x.people = append(x.people, object{}); twin(x) },
		"born another day":      func(x *server) { x.people[0]["birthDate"] = "1961-07-02" },
		"visit of another":      func(x *server) { x.visits[0]["subject"] = object{"reference": "Patient/x"} },
		"number of another":     func(x *server) { x.docs = append(x.docs, copyOf(x, "Patient/x", "")) },
		"number of other words": func(x *server) { x.docs = append(x.docs, copyOf(x, "Patient/p-M000001", "b3RoZXI=")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newServer(t, nil)
			doc := x.admit(recordtest.NewDocument(1))
			change(x)
			before := len(x.docs)
			_, err := x.system(nil).Attach(t.Context(), doc)
			if pipeline.KindOf(err) != pipeline.Invalid {
				t.Errorf("error %v, want kind invalid", err)
			}
			if len(x.docs) != before {
				t.Error("something was stored")
			}
			for _, private := range []string{"M000001", "V000001", "Example", "1961"} {
				if strings.Contains(fmt.Sprint(err, x.requests), private) {
					t.Errorf("%s stands in an error or an address: %v %q", private, err, x.requests)
				}
			}
		})
	}
}

func twin(x *server) {
	x.people[1] = object{"resourceType": "Patient", "id": "twin", "identifier": x.people[0]["identifier"]}
}

// copyOf is a document that is there under the number of document 1.
func copyOf(x *server, patient, data string) object {
	number := recordtest.NewDocument(1).Note.DocumentNumber
	d := object{
		"resourceType": "DocumentReference", "id": "other", "subject": object{"reference": patient}, "stamp": time.Unix(0, 0),
		"identifier": []any{object{"system": "urn:dictation:document", "value": number}}, "meta": object{},
	}
	if data != "" {
		d["content"] = []any{object{"attachment": object{"data": data}}}
	}
	return d
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	x := newServer(t, nil)
	doc := recordtest.NewDocument(1)
	doc.Encounter.End = time.Time{}
	prepare := func(p push.Profile, known map[string]string) (d object) {
		payload, err := x.system(func(c *push.Config) { c.Profile, c.Practitioners = p, known }).Prepare(doc)
		if err != nil || json.Unmarshal(payload, &d) != nil {
			t.Fatal(err)
		}
		return d
	}
	contentType := func(d object) any { return list(d, "content")[0].(object)["attachment"].(object)["contentType"] }
	known := map[string]string{doc.Author.ID: "77"}
	if d := prepare(push.Epic, nil); contentType(d) != "text/plain" || d["author"] != nil || d["authenticator"] != nil {
		t.Errorf("epic %v", d)
	}
	d := prepare(push.Oracle, known)
	period := d["context"].(object)["period"].(object)
	if contentType(d) != "text/plain;charset=utf-8" || period["end"] != "2026-03-04T09:31:00Z" ||
		list(d, "author")[0].(object)["reference"] != "Practitioner/77" || d["authenticator"] != nil {
		t.Errorf("oracle %v", d)
	}
	if d := prepare(push.USCore, nil); list(d, "author")[0].(object)["display"] != "Dr. Robin Example" || d["id"] != nil {
		t.Errorf("us core %v", d)
	}
	for _, p := range []push.Profile{push.Epic, push.Oracle} {
		if _, err := x.system(func(c *push.Config) { c.Profile = p }).Attach(t.Context(), x.admit(visitless(doc))); pipeline.KindOf(err) != pipeline.Invalid {
			t.Errorf("%s takes a note without a visit: %v", p, err)
		}
	}
}

func visitless(doc record.Document) record.Document {
	doc.Encounter, doc.Note.EncounterID = pipeline.Encounter{}, ""
	return doc
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]push.Config{
		"no address":         {},
		"http outside":       {Base: "http://records.example/fhir"},
		"secret in address":  {Base: "https://a:b@records.example/fhir"},
		"unknown profile":    {Base: "https://records.example/fhir", Profile: "mine"},
		"token and key":      {Base: "https://records.example/fhir", Token: "x", Backend: &push.Backend{ClientID: "c"}},
		"no client":          {Base: "https://records.example/fhir", Backend: &push.Backend{}},
		"no key":             {Base: "https://records.example/fhir", Backend: &push.Backend{ClientID: "c", Key: []byte("x")}},
		"token address http": {Base: "https://records.example/fhir", Backend: &push.Backend{ClientID: "c", TokenURL: "http://x/t"}},
	} {
		if _, err := push.New(cfg); pipeline.KindOf(err) != pipeline.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s, err := push.New(push.Config{Base: "https://records.example/fhir/"}); err != nil || s.Name() != "fhir" {
		t.Errorf("%v, %v", s, err)
	}
}
