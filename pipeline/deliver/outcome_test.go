package deliver_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/deliver"
	"dictation/pipeline/record"
	"dictation/pipeline/record/hl7"
	"dictation/pipeline/record/webhook"
	"dictation/pipeline/store"
)

var person = store.Actor{ID: "test"}

func sendDue(t *testing.T, out *deliver.Outbound) {
	t.Helper()
	if _, err := out.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// What is refused waits for a person and holds what refers to it; other documents
// go on. Sent again, it is another message.
func TestRefusedIsParked(t *testing.T) {
	t.Parallel()
	s, h := newSite(t), newHospital(t)
	out := link(t, s.Store, h, "mllp", nil)
	doc := s.signed(t)
	s.filed(t, out, doc)
	added := s.later(t, doc)
	s.filed(t, out, added)
	h.set(func(h *hospital) { h.refuse = hl7.ErrUnknownKey })
	sendDue(t, out)
	h.set(func(h *hospital) { h.refuse = "" })
	l := s.line(t, doc)
	if l.State != pipeline.DispatchParked || !strings.Contains(l.Reason, "204") || l.Unsettled {
		t.Errorf("refused: %+v", l)
	}
	other := s.signed(t)
	s.filed(t, out, other)
	sendDue(t, out)
	if got := h.kept(); !slices.Equal(got, []string{other.Note.DocumentNumber}) {
		t.Errorf("the receiver keeps %q, want the other patient's alone", got)
	}
	if l := s.line(t, added); l.State != pipeline.DispatchWaiting || l.Attempts != 0 {
		t.Errorf("the addendum did not wait: %+v", l)
	}
	if _, err := s.Resend(t.Context(), person, l.ID); err != nil {
		t.Fatal(err)
	}
	sendDue(t, out)
	if got := h.kept(); !slices.Equal(got[1:], []string{doc.Note.DocumentNumber, added.Note.DocumentNumber}) {
		t.Errorf("the receiver keeps %q", got)
	}
	// Asked for once more, the receiver sees that it has it.
	if _, err := s.Resend(t.Context(), person, l.ID); err != nil {
		t.Fatal(err)
	}
	sendDue(t, out)
	if got := h.kept(); len(got) != 3 || s.line(t, doc).State != pipeline.DispatchSent {
		t.Errorf("the receiver keeps %q, the ledger says %+v", got, s.line(t, doc))
	}
}

// Notes of one patient keep their order; those of others do not wait for them.
func TestOrderOfAPatient(t *testing.T) {
	t.Parallel()
	s, h := newSite(t), newHospital(t)
	h.plan = []mishap{busy}
	out := link(t, s.Store, h, "mllp", func(d *deliver.Destination) { d.First, d.Longest = time.Hour, time.Hour })
	first := s.signed(t)
	second := s.signedFor(t, first.Patient.ID)
	other := s.signed(t)
	for _, d := range []record.Document{second, first, other} { // filed in another order
		s.filed(t, out, d)
	}
	sendDue(t, out)
	if got := h.kept(); !slices.Equal(got, []string{other.Note.DocumentNumber}) {
		t.Errorf("the receiver keeps %q, want what is not behind the first", got)
	}
	l := s.line(t, first)
	if l.State != pipeline.DispatchWaiting || !l.Unsettled || l.Next.Before(time.Now().Add(50*time.Minute)) {
		t.Errorf("the first does not wait its hour: %+v", l)
	}
	if _, err := s.Resend(t.Context(), person, l.ID); err != nil { // a person does not want to wait
		t.Fatal(err)
	}
	sendDue(t, out)
	if got := h.kept(); !slices.Equal(got[1:], []string{first.Note.DocumentNumber, second.Note.DocumentNumber}) {
		t.Errorf("the receiver keeps %q", got)
	}
}

// What may have arrived is the same bytes again, though the patient's name has
// changed; what surely has not is made anew.
func TestSameBytesAgain(t *testing.T) {
	t.Parallel()
	for lost, same := range map[mishap]bool{cutAfter: true, cutBefore: true, busy: true, unplugged: false} {
		s, h := newSite(t), newHospital(t)
		h.plan = []mishap{lost}
		out := link(t, s.Store, h, "mllp", func(d *deliver.Destination) { d.First, d.Longest = time.Hour, time.Hour })
		doc := s.signed(t)
		s.filed(t, out, doc)
		sendDue(t, out)
		l := s.line(t, doc)
		if l.State != pipeline.DispatchWaiting || l.Attempts != 1 || l.Unsettled != same {
			t.Errorf("%s: the ledger says %+v", lost, l)
		}
		p := doc.Patient
		p.Family = "Married"
		if _, err := s.PutPatient(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Resend(t.Context(), person, l.ID); err != nil {
			t.Fatal(err)
		}
		sendDue(t, out)
		last := h.bytes[len(h.bytes)-1]
		if strings.Contains(string(last), "Married") == same || len(h.bytes) == 2 && string(h.bytes[0]) != string(last) {
			t.Errorf("%s: other bytes than before: %v, want %v", lost, !same, same)
		}
		if got := h.kept(); len(got) != 1 || s.line(t, doc).State != pipeline.DispatchSent {
			t.Errorf("%s: the receiver keeps %q", lost, got)
		}
	}
}

// A receiver that takes a repetition as another note is not sent anything blindly.
func TestUnknownIsLeftToAPerson(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var calls atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(srv.Close)
	hook, err := webhook.New(webhook.Config{Name: "hook", URL: srv.URL, Secret: []byte("a secret that is long enough"), Private: true, Once: true})
	if err != nil {
		t.Fatal(err)
	}
	out := deliver.NewOutbound(s.Store, []deliver.Destination{{System: hook}}, deliver.Options{})
	if err := out.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	doc := s.signed(t)
	s.filed(t, out, doc)
	for range 3 {
		sendDue(t, out)
	}
	l := s.line(t, doc)
	if l.State != pipeline.DispatchUnknown || calls.Load() != 1 || !strings.Contains(l.Reason, "person") {
		t.Fatalf("%d calls, the ledger says %+v", calls.Load(), l)
	}
	if _, err := s.Resend(t.Context(), person, l.ID); err != nil { // he looked: it is not there
		t.Fatal(err)
	}
	sendDue(t, out)
	if l := s.line(t, doc); l.State != pipeline.DispatchSent || calls.Load() != 2 {
		t.Errorf("%d calls, the ledger says %+v", calls.Load(), l)
	}
}

func TestGivenUp(t *testing.T) {
	t.Parallel()
	s, h := newSite(t), newHospital(t)
	h.plan = []mishap{unplugged, unplugged, unplugged}
	out := link(t, s.Store, h, "mllp", func(d *deliver.Destination) { d.GiveUp = time.Nanosecond })
	doc := s.signed(t)
	s.filed(t, out, doc)
	sendDue(t, out)
	if l := s.line(t, doc); l.State != pipeline.DispatchParked || !strings.HasPrefix(l.Reason, "Given up after 1 tries") || l.Unsettled {
		t.Errorf("the ledger says %+v", l)
	}
}

// A receiver that does not know our messages at all stops the link: nothing is
// parked, and the next document is not tried.
func TestWrongSettingsStopTheLink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	h := newHospital(t)
	h.refuse = "AR " + hl7.ErrVersion
	out := link(t, s.Store, h, "mllp", func(d *deliver.Destination) { d.First, d.Longest = time.Hour, time.Hour })
	docs := []record.Document{s.signed(t), s.signed(t)}
	for _, d := range docs {
		s.filed(t, out, d)
	}
	sendDue(t, out)
	sendDue(t, out)
	for i, d := range docs {
		if l := s.line(t, d); l.State != pipeline.DispatchWaiting || l.Attempts != 1-i {
			t.Errorf("document %d: %+v", i, l)
		}
	}
}

// Unplugged for a while and plugged in again, with two processes sending: every
// document is there once.
func TestUnpluggedForAWhile(t *testing.T) {
	t.Parallel()
	s, h := newSite(t), newHospital(t)
	h.plan = slices.Repeat([]mishap{unplugged, cutAfter, unplugged, cutBefore}, 10)
	outs := []*deliver.Outbound{link(t, s.Store, h, "mllp", nil), link(t, s.Store, h, "mllp", nil)}
	var want []string
	for range 20 {
		doc := s.signed(t)
		s.filed(t, outs[0], doc)
		want = append(want, doc.Note.DocumentNumber)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for _, out := range outs {
		running.Go(func() { out.Run(ctx) })
	}
	for len(h.kept()) < len(want) {
		<-h.came
	}
	stop()
	running.Wait()
	h.set(func(h *hospital) { h.plan = nil })
	sendDue(t, outs[1]) // what was kept but not acknowledged
	if left, err := s.Dispatches(t.Context(), store.DispatchFilter{}); err != nil || len(left) != 0 {
		t.Errorf("%d lines left, %v", len(left), err)
	}
	got := h.kept()
	slices.Sort(got)
	if slices.Sort(want); !slices.Equal(got, want) {
		t.Errorf("the receiver keeps %q\nwant %q", got, want)
	}
}

func TestHoldAndRules(t *testing.T) {
	t.Parallel()
	s, h := newSite(t), newHospital(t)
	held := link(t, s.Store, h, "mllp", func(d *deliver.Destination) {
		d.Hold, d.Rules = true, []deliver.Rule{{Worktypes: []pipeline.Worktype{pipeline.Letter}}, {Classes: []string{"AMB"}}}
	})
	doc := s.signed(t)
	s.filed(t, held, doc)
	sendDue(t, held)
	l := s.line(t, doc)
	if l.State != pipeline.DispatchHeld || len(h.kept()) != 0 {
		t.Fatalf("the ledger says %+v", l)
	}
	if _, err := s.ReleaseDispatch(t.Context(), person, l.ID); err != nil {
		t.Fatal(err)
	}
	sendDue(t, held)
	if got := h.kept(); len(got) != 1 {
		t.Errorf("the receiver keeps %q", got)
	}
	for _, r := range []deliver.Rule{{Classes: []string{"IMP"}}, {Facilities: []string{"West"}}, {Worktypes: []pipeline.Worktype{pipeline.Letter}, Classes: []string{"AMB"}}} {
		if (deliver.Destination{Rules: []deliver.Rule{r}}).Takes(doc, "East") {
			t.Errorf("rule %+v takes it", r)
		}
	}
}

// A note that has no line in the ledger gets one, and the report says so.
func TestReconcile(t *testing.T) {
	t.Parallel()
	s, h := newSite(t), newHospital(t)
	before := s.signed(t)
	s.filed(t, deliver.NewOutbound(s.Store, nil, deliver.Options{}), before)
	d := deliver.Destination{System: mdm(t, h, "mllp")}
	out := deliver.NewOutbound(s.Store, []deliver.Destination{d}, deliver.Options{OnTheWay: time.Nanosecond})
	if err := out.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	forgotten := s.signed(t)
	s.filed(t, deliver.NewOutbound(s.Store, nil, deliver.Options{}), forgotten)
	report, err := out.Reconcile(t.Context(), person)
	if err != nil {
		t.Fatal(err)
	}
	if d := report.Destinations[0]; d.Missing != 1 || d.Waiting != 1 || report.NotInRecord != 0 || report.Clean() {
		t.Errorf("report %+v", report)
	}
	sendDue(t, out)
	if report, err = out.Reconcile(t.Context(), person); err != nil || !report.Clean() {
		t.Errorf("report %+v, %v", report, err)
	}
	if got := h.kept(); !slices.Equal(got, []string{forgotten.Note.DocumentNumber}) {
		t.Errorf("the receiver keeps %q; what was signed before it was connected does not go there", got)
	}
	last, err := s.LastReconciliation(t.Context())
	if err != nil || fmt.Sprint(last.Destinations) != fmt.Sprint(report.Destinations) {
		t.Errorf("kept report %+v, %v", last, err)
	}
	if err := out.Nightly(t.Context(), person); err != nil {
		t.Error(err)
	}
	if again, _ := s.LastReconciliation(t.Context()); !again.At.Equal(last.At) {
		t.Error("compared twice a day")
	}
}
