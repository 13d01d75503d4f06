package feed_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"dictation/deploy/local/localtest"
	"dictation/pipeline"
	"dictation/pipeline/feed"
	"dictation/pipeline/record/hl7"
	"dictation/pipeline/store"
	"dictation/transcript"
)

func TestMain(m *testing.M) {
	localtest.Main(m, func(ctx context.Context, url string) error {
		s, err := store.Open(ctx, url)
		if err != nil {
			return err
		}
		defer s.Close()
		_, err = s.Migrate(ctx)
		return err
	})
}

// hospital sends to a feed over a real connection.
type hospital struct {
	*hl7.Client
	store *store.Store
	n     int
}

func setup(t *testing.T, opts feed.Options) *hospital {
	t.Helper()
	s, err := store.Open(t.Context(), localtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	opts.Zone = time.UTC
	go func() { done <- feed.New(s, opts).Listener().Serve(ctx, l) }()
	c := &hl7.Client{Dial: func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}}
	t.Cleanup(func() {
		c.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return &hospital{Client: c, store: s}
}

// message writes one with its own control id; at is EVN-2.
func (h *hospital) message(event, at string, segments ...string) []byte {
	h.n++
	return fmt.Appendf(nil, "MSH|^~\\&|ADT|WEST|DICT|WEST|20260304||%s|C%d|P|2.5.1||||||UNICODE UTF-8\rEVN||%s\r%s\r",
		event, h.n, at, strings.Join(segments, "\r"))
}

// visit is a PV1: class, location (PV1-3) and number (PV1-19).
func visit(class, location, number string) string {
	return "PV1|1|" + class + "|" + location + strings.Repeat("|", 16) + number
}

func (h *hospital) send(t *testing.T, message []byte, want hl7.Code) hl7.Ack {
	t.Helper()
	ack, err := h.Send(t.Context(), message, true)
	if err != nil || ack.Code != want {
		t.Fatalf("answer %+v, %v; want %s", ack, err, want)
	}
	return ack
}

func (h *hospital) patient(t *testing.T, mrn string) pipeline.Patient {
	t.Helper()
	p, err := h.store.PatientByMRN(t.Context(), mrn)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAdmission(t *testing.T) {
	t.Parallel()
	h := setup(t, feed.Options{})
	h.send(t, h.message("ADT^A01", "20260304090000", "PID|1||M1^^^WEST^MR||Example^Eve||19800203|F", visit("I", "2E^12", "V1")), hl7.AA)
	p := h.patient(t, "M1")
	if p.Family != "Example" || p.Given != "Eve" || p.BirthDate.Format(time.DateOnly) != "1980-02-03" || p.Sex != "female" {
		t.Errorf("patient %+v", p)
	}
	v, err := h.store.EncounterByNumber(t.Context(), "V1")
	if err != nil || v.PatientID != p.ID || v.Class != "IMP" || v.Location != "2E 12" || !v.End.IsZero() {
		t.Errorf("visit %+v, %v", v, err)
	}
	h.send(t, h.message("ADT^A03", "20260305100000", "PID|1||M1^^^WEST^MR", visit("I", "", "V1")), hl7.AA)
	v, err = h.store.EncounterByNumber(t.Context(), "V1")
	if err != nil || v.End.Format(time.DateTime) != "2026-03-05 10:00:00" || v.Location != "2E 12" {
		t.Errorf("after discharge %+v, %v", v, err)
	}
	if p := h.patient(t, "M1"); p.Family != "Example" || p.Sex != "female" {
		t.Errorf("what was not said again is gone: %+v", p)
	}
	h.send(t, h.message("ADT^A13", "20260305110000", "PID|1||M1^^^WEST^MR", visit("I", "", "V1")), hl7.AA)
	if v, err = h.store.EncounterByNumber(t.Context(), "V1"); err != nil || !v.End.IsZero() {
		t.Errorf("discharge taken back: %+v, %v", v, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	h := setup(t, feed.Options{Authority: "WEST"})
	for name, c := range map[string]struct {
		message []byte
		want    hl7.Code
		err     string
	}{
		"no PID":               {h.message("ADT^A01", "20260304"), hl7.AE, hl7.ErrSegmentSequence},
		"no number":            {h.message("ADT^A08", "20260304", "PID|1||||X^Y"), hl7.AE, hl7.ErrRequiredField},
		"another's number":     {h.message("ADT^A08", "20260304", "PID|1||M1^^^EAST^MR||X^Y"), hl7.AE, hl7.ErrRequiredField},
		"no date":              {h.message("ADT^A08", "20260304", "PID|1||M1^^^WEST^MR||X^Y||soon"), hl7.AE, hl7.ErrDataType},
		"merge of nothing":     {h.message("ADT^A40", "20260304", "PID|1||M1^^^WEST^MR"), hl7.AE, hl7.ErrRequiredField},
		"results":              {h.message("ORU^R01", "20260304", "PID|1||M1^^^WEST^MR"), hl7.AE, hl7.ErrMessageType},
		"not UTF-8":            {h.message("ADT^A08", "20260304", "PID|1||M1^^^WEST^MR||\xc9xample"), hl7.AE, hl7.ErrDataType},
		"what we do not need":  {h.message("ADT^A60", "20260304", "PID|1||M1^^^WEST^MR"), hl7.AA, ""},
		"unknown Z and orders": {h.message("ADT^A28", "20260304", "ZZZ|1|x", "PV2|", "PID|1||M7^^^WEST^MR||X^Y"), hl7.AA, ""},
	} {
		t.Run(name, func(t *testing.T) {
			ack := h.send(t, c.message, c.want)
			if ack.Error != c.err {
				t.Errorf("answer %+v, want error %q", ack, c.err)
			}
			if strings.Contains(ack.Text, "xample") {
				t.Errorf("the answer tells of the patient: %q", ack.Text)
			}
		})
	}
}

// news is one state of a patient that a feed tells of.
type news struct {
	at   string
	name string
}

// In whatever order and however often messages come, the newest news stand.
func TestOrderAndRepetition(t *testing.T) {
	t.Parallel()
	h := setup(t, feed.Options{})
	all := []news{{"20260301", "Ann"}, {"20260302", "Anna"}, {"20260303", "Hanna"}, {"20260304", "Hannah"}}
	for seed := range uint64(6) {
		mrn := fmt.Sprintf("M%d", seed)
		var messages [][]byte
		for _, n := range all {
			m := h.message("ADT^A08", n.at, "PID|1||"+mrn+"^^^WEST^MR||Example^"+n.name+"||19800203|F", visit("I", n.name, "V"+mrn))
			messages = append(messages, m, m)
		}
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
		for _, m := range messages {
			h.send(t, m, hl7.AA)
		}
		if p := h.patient(t, mrn); p.Given != "Hannah" {
			t.Errorf("order %d: the patient is called %q", seed, p.Given)
		}
		if v, err := h.store.EncounterByNumber(t.Context(), "V"+mrn); err != nil || v.Location != "Hannah" {
			t.Errorf("order %d: the visit is at %q, %v", seed, v.Location, err)
		}
	}
}

// What was refused is refused again with the same words, until the settings or
// the database let it pass; what was taken stays so.
func TestRefusedIsTriedAgain(t *testing.T) {
	t.Parallel()
	h := setup(t, feed.Options{})
	m := h.message("ADT^A40", "20260304", "PID|1||M1^^^WEST^MR")
	first, second := h.send(t, m, hl7.AE), h.send(t, m, hl7.AE)
	if first != second || first.Text == "" || first.Error != hl7.ErrRequiredField {
		t.Errorf("%+v, then %+v", first, second)
	}

	message := h.message("ADT^A28", "20260304", "PID|1||M1^^^WEST^MR||Example^Eve")
	take := func(authority string) hl7.Ack {
		parsed, err := hl7.Parse(message)
		return feed.New(h.store, feed.Options{Authority: authority}).Take(t.Context(), message, parsed, err)
	}
	if a := take("EAST"); a.Code != hl7.AE || a.Error != hl7.ErrRequiredField {
		t.Errorf("with the wrong authority %+v", a)
	}
	for _, authority := range []string{"WEST", "EAST"} {
		if a := take(authority); a.Code != hl7.AA {
			t.Errorf("%s: %+v", authority, a)
		}
	}
}

// A message that the database cannot hold is refused and kept, and the next one
// is taken.
func TestOneBadMessageBlocksNothing(t *testing.T) {
	t.Parallel()
	h := setup(t, feed.Options{})
	var name strings.Builder // longer than an index takes, and not to be compressed
	for r := rand.New(rand.NewPCG(1, 1)); name.Len() < 20_000; {
		fmt.Fprintf(&name, "%x", r.Uint64())
	}
	long := strings.Repeat("7", 500)
	for what, c := range map[string]struct {
		message []byte
		err     string
	}{
		"name":    {h.message("ADT^A28", "20260304", "PID|1||M1^^^WEST^MR||"+name.String()), hl7.ErrInternal},
		"number":  {h.message("ADT^A28", "20260304", "PID|1||"+long), hl7.ErrDataType},
		"merged":  {h.message("ADT^A40", "20260304", "PID|1||M1", "MRG|"+long), hl7.ErrDataType},
		"visit":   {h.message("ADT^A01", "20260304", "PID|1||M1", visit("I", "", long)), hl7.ErrDataType},
		"control": {fmt.Appendf(nil, "MSH|^~\\&|A|B|C|D|||ADT^A28|%s|P|2.5.1\rPID|1||M1", long), hl7.ErrDataType},
	} {
		if ack := h.send(t, c.message, hl7.AE); ack.Error != c.err || ack.Text == "" {
			t.Errorf("%s: %+v", what, ack)
		}
	}
	h.send(t, h.message("ADT^A28", "20260304", "PID|1||M1^^^WEST^MR||Ex\x00am\x07ple^E\\X00\\ve"), hl7.AA)
	if p := h.patient(t, "M1"); p.Family != "Example" || p.Given != "Eve" {
		t.Errorf("patient %+v", p)
	}
	wide := strings.Repeat(long, 10) // of a sender's name the beginning is a key
	h.send(t, fmt.Appendf(nil, "MSH|^~\\&|%s|%s|C|D|||ADT^A28|1|P|2.5.1\rPID|1||M2", wide, wide), hl7.AA)
	n, err := h.store.ForgetFeed(t.Context(), time.Now().Add(time.Hour))
	if err != nil || n != 7 {
		t.Errorf("%d messages were kept, %v", n, err)
	}
}

// A number that is another patient's visit moves nothing, until the records are one.
func TestVisitOfAnother(t *testing.T) {
	t.Parallel()
	h := setup(t, feed.Options{})
	h.send(t, h.message("ADT^A01", "20260301", "PID|1||M1||Example^Eve", visit("I", "2E", "V1")), hl7.AA)
	wrong := h.message("ADT^A08", "20260302", "PID|1||M2||Other^Ann", visit("I", "3W", "V1"))
	if ack := h.send(t, wrong, hl7.AE); ack.Error != hl7.ErrDuplicateKey {
		t.Errorf("answer %+v", ack)
	}
	v, err := h.store.EncounterByNumber(t.Context(), "V1")
	if err != nil || v.PatientID != h.patient(t, "M1").ID || v.Location != "2E" {
		t.Errorf("the visit is %+v, %v", v, err)
	}
	if _, err := h.store.PatientByMRN(t.Context(), "M2"); pipeline.KindOf(err) != pipeline.NotFound {
		t.Errorf("a part of the refused message was applied: %v", err)
	}
	h.send(t, h.message("ADT^A40", "20260303", "PID|1||M2||Other^Ann", "MRG|M1"), hl7.AA)
	h.send(t, wrong, hl7.AA)
	if v, err := h.store.EncounterByNumber(t.Context(), "V1"); err != nil || v.Location != "3W" || v.PatientID != h.patient(t, "M2").ID {
		t.Errorf("after the merge the visit is %+v, %v", v, err)
	}
	// An appointment's number is no visit number.
	h.send(t, h.message("SIU^S12", "20260304", "SCH|V1||||||^Check-up||||^^^20260401093000", "PID|1||M3"), hl7.AA)
	v, err = h.store.EncounterByNumber(t.Context(), "APPT-V1")
	if err != nil || v.PatientID != h.patient(t, "M3").ID || v.Start.UTC().Format(time.DateTime) != "2026-04-01 09:30:00" {
		t.Errorf("the appointment is %+v, %v", v, err)
	}
}

// The log tells of events that are known, and of nothing that a sender wrote.
func TestLogTellsNothing(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	f := feed.New(setup(t, feed.Options{}).store, feed.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	for _, text := range []string{
		"MSH|^~\\&|SECRET|SECRET|||||SECRET^SECRET|SECRET1|SECRET\rEVN|SECRET\rPID|1||SECRET",
		"MSH|^~\\&|SECRET|SECRET|||||ADT^A08|SECRET2|SECRET\rEVN|SECRET\rPID|1||SECRET||SECRET||SECRET",
		"MSH|^~\\&|SECRET|SECRET|||||ADT|SECRET3|SECRET\rEVN|SECRET\rSECRET\rSECRET",
		"SECRET",
	} {
		m, bad := hl7.Parse([]byte(text))
		f.Take(t.Context(), []byte(text), m, bad)
	}
	if strings.Contains(log.String(), "SECRET") || !strings.Contains(log.String(), "event=other") || !strings.Contains(log.String(), "event=ADT^A08") {
		t.Errorf("the log is\n%s", log.String())
	}
}

// signed gives the patient a signed note.
func (h *hospital) signed(t *testing.T, patient string) (dictation string) {
	t.Helper()
	u, err := h.store.AddUser(t.Context(), store.Actor{ID: "test"}, pipeline.User{Username: "a", Name: "Dr. A", Roles: []pipeline.Role{pipeline.RoleAuthor}}, "hash")
	must(t, err)
	by, id := store.Actor{ID: u.ID}, uuid.NewString()
	_, _, err = h.store.Receive(t.Context(), by, pipeline.Dictation{
		ID: id, AuthorID: u.ID, PatientID: patient, Worktype: pipeline.Letter, Priority: pipeline.Routine, Due: time.Now(), Source: "api",
	}, "", "")
	must(t, err)
	h.stage(t, id, pipeline.Decode, pipeline.Result{Sound: &pipeline.Sound{Canonical: pipeline.Object{Key: "k"}}})
	h.stage(t, id, pipeline.Transcribe, pipeline.Result{Draft: &transcript.Draft{Engine: "e", Text: "Text."}})
	_, err = h.store.ClaimReview(t.Context(), by, id, pipeline.Typing, time.Minute)
	must(t, err)
	_, err = h.store.CompleteReview(t.Context(), by, id, pipeline.Completed, 1, "")
	must(t, err)
	_, _, err = h.store.Sign(t.Context(), by, id, 1, func(_ pipeline.Dictation, n *pipeline.Note) error {
		n.Seal = pipeline.Seal{DocumentNumber: n.DocumentNumber, TextSHA256: pipeline.TextHash(n.Text), SignerID: u.ID, SignedAt: time.Now()}
		n.Seal.Sign(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
		return nil
	})
	must(t, err)
	return id
}

func (h *hospital) stage(t *testing.T, id string, stage pipeline.Stage, r pipeline.Result) {
	t.Helper()
	d, err := h.store.Claim(t.Context(), id, stage, "w", time.Minute)
	must(t, err)
	_, err = h.store.Complete(t.Context(), pipeline.Job{Dictation: d, Stage: stage, Attempt: d.Attempt}, "w", r)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A merge takes the dictation, its signed note and the visit along, says so in
// the audit, and the old number leads to the record that is left.
func TestMerge(t *testing.T) {
	t.Parallel()
	h := setup(t, feed.Options{})
	h.send(t, h.message("ADT^A01", "20260301", "PID|1||OLD^^^WEST^MR||Example^Eve||19800203|F", visit("I", "2E", "V1")), hl7.AA)
	h.send(t, h.message("ADT^A28", "20260301", "PID|1||NEW^^^WEST^MR||Example^Eva||19800203|F"), hl7.AA)
	old, survivor := h.patient(t, "OLD"), h.patient(t, "NEW")
	id := h.signed(t, old.ID)
	before, _, _, err := h.store.NoteForDelivery(t.Context(), id)
	must(t, err)

	merge := h.message("ADT^A40", "20260302", "PID|1||NEW^^^WEST^MR||Example^Eva", "MRG|OLD^^^WEST^MR")
	for range 2 {
		h.send(t, merge, hl7.AA)
	}
	if p := h.patient(t, "OLD"); p.ID != survivor.ID || p.MRN != "NEW" {
		t.Errorf("the old number leads to %+v", p)
	}
	d, err := h.store.Dictation(t.Context(), id)
	note, p, _, noteErr := h.store.NoteForDelivery(t.Context(), id)
	v, visitErr := h.store.EncounterByNumber(t.Context(), "V1")
	if err := errors.Join(err, noteErr, visitErr); err != nil || d.PatientID != survivor.ID || note.PatientID != survivor.ID || p.ID != survivor.ID || v.PatientID != survivor.ID {
		t.Errorf("dictation of %s, note of %s, visit of %s; want %s (%v)", d.PatientID, note.PatientID, v.PatientID, survivor.ID, err)
	}
	if note.Text != before.Text || note.Seal.TextSHA256 != before.Seal.TextSHA256 {
		t.Error("the signed text changed")
	}
	if found, err := h.store.Patients(t.Context(), store.PatientFilter{Family: "Example"}); err != nil || len(found) != 1 {
		t.Errorf("the search finds %d records, %v", len(found), err)
	}
	if _, _, _, err := h.store.Seal(t.Context(), 1000); err != nil {
		t.Fatal(err)
	}
	state, _, err := h.store.CheckAudit(t.Context())
	if err != nil || len(state.Problems()) > 0 {
		t.Errorf("audit: %v, %v", state.Problems(), err)
	}
	entries, err := h.store.History(t.Context(), id)
	must(t, err)
	merged := 0
	for _, e := range entries {
		if e.Action == "patient.merge" && e.Patient == survivor.ID {
			merged++
		}
	}
	if merged != 1 {
		t.Errorf("%d lines of the merge in the dictation's audit", merged)
	}
	// News of the old number, come late, is news of the survivor and not newer.
	h.send(t, h.message("ADT^A08", "20260228", "PID|1||OLD^^^WEST^MR||Older^Name", visit("I", "2E", "V2")), hl7.AA)
	if v, err := h.store.EncounterByNumber(t.Context(), "V2"); err != nil || v.PatientID != survivor.ID {
		t.Errorf("a visit under the old number is of %s, %v", v.PatientID, err)
	}
	if p := h.patient(t, "NEW"); p.Family != "Example" {
		t.Errorf("the survivor is called %q", p.Family)
	}
}
