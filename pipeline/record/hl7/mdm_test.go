package hl7

import (
	"context"
	"flag"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/record"
	"dictation/pipeline/record/recordtest"
)

var update = flag.Bool("update", false, "write the golden files")

// archive is a receiver that keeps one document for each MSH-10, as receivers do.
type archive struct {
	mu    sync.Mutex
	texts map[string]string // TXA-12 → MSH-10 of the message that made it
}

func (a *archive) take(_ context.Context, _ []byte, m Message, bad error) Ack {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case bad != nil:
		return Ack{Code: AR, Error: ErrInternal}
	case m.Event() == "ORU^R01":
		a.texts[m.Value("OBR", 3)] = m.Value("MSH", 10)
		return Ack{Code: AA}
	case m.Event() != "MDM^T02":
		return Ack{Code: AR, Error: ErrEventCode}
	case m.Value("PID", 3) == "" || m.Value("TXA", 12) == "":
		return Ack{Code: AE, Error: ErrRequiredField}
	}
	a.texts[m.Value("TXA", 12)] = m.Value("MSH", 10)
	return Ack{Code: AA}
}

func (a *archive) held(number string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.texts[number]; ok {
		return []string{number}
	}
	return nil
}

// listen starts a receiver and gives a client of it.
func listen(t *testing.T, take func(context.Context, []byte, Message, error) Ack) *Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	s := &Listener{Take: take, ID: func() string { return "A1" }}
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	c := &Client{Dial: func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestConformance(t *testing.T) {
	t.Parallel()
	recordtest.Run(t, func(t *testing.T) recordtest.Harness {
		a := &archive{texts: map[string]string{}}
		var n atomic.Int64
		return recordtest.Harness{
			System:      NewMDM(Site{Client: listen(t, a.take)}),
			NewDocument: func(*testing.T) record.Document { return recordtest.NewDocument(int(n.Add(1))) },
			Held:        func(_ *testing.T, number string) []string { return a.held(number) },
		}
	})
}

// The message, field by field, as v2.5.1 chapters 2, 3 and 9 want it.
func TestMessage(t *testing.T) {
	t.Parallel()
	doc := recordtest.NewDocument(7)
	doc.Note.Text = "Consultation\n\nO2 & CO2 | stable ^ 5~6\\7\n"
	d := NewMDM(Site{Authority: "WEST", Sender: [2]string{"DICT", "WEST"}, Receiver: [2]string{"EHR", "MAIN"},
		Provider: func(p record.Person) (string, string) { return "1234567893", "NPI" }})
	got, err := d.Message(doc)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := d.Message(doc); string(again) != string(got) {
		t.Error("the same document is another message")
	}
	readable := strings.ReplaceAll(string(got), "\r", "\n")
	const golden = "testdata/mdm_t02.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(readable), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != readable {
		t.Errorf("message\n%s\nwant\n%s (%v); -update writes it", readable, want, err)
	}
	m, err := Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	if control := m.Value("MSH", 10); len(control) > 20 {
		t.Errorf("MSH-10 %q is too long", control)
	}
	var lines []string
	for _, s := range m.Segments {
		if s.Name == "OBX" {
			lines = append(lines, m.Component(s.Field(5), 1))
		}
	}
	if text := strings.Join(lines, "\n") + "\n"; text != doc.Note.Text {
		t.Errorf("the text arrives as %q", text)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	d := NewMDM(Site{Busy: []string{"206"}})
	for name, c := range map[string]struct {
		ack  Ack
		want pipeline.Kind // empty: delivered
	}{
		"accepted":       {Ack{Code: AA}, ""},
		"refused":        {Ack{Code: AE, Error: ErrUnknownKey}, pipeline.Invalid},
		"not understood": {Ack{Code: AR, Error: ErrEventCode}, pipeline.Invalid},
		"down":           {Ack{Code: AR, Error: ErrInternal}, pipeline.Unavailable},
		"down, unnamed":  {Ack{Code: AR}, pipeline.Unavailable},
		"busy by habit":  {Ack{Code: AE, Error: ErrLocked}, pipeline.Unavailable},
		"nonsense":       {Ack{Code: "OK"}, pipeline.Invalid},
	} {
		err := d.site.judge(c.ack)
		if c.want == "" && err != nil || c.want != "" && (err == nil || pipeline.KindOf(err) != c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// An answer that is lost leaves open whether the note arrived; sent again, the
// receiver has it once.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	a := &archive{texts: map[string]string{}}
	good := listen(t, a.take)
	deaf := &Client{Timeout: 100 * time.Millisecond, Dial: func(ctx context.Context) (net.Conn, error) {
		conn, err := good.Dial(ctx)
		return silent{conn}, err
	}}
	t.Cleanup(func() { deaf.Close() })
	doc := recordtest.NewDocument(1)
	_, err := NewMDM(Site{Client: deaf}).Attach(t.Context(), doc)
	if !Unsettled(err) || pipeline.KindOf(err) != pipeline.Unavailable {
		t.Fatalf("lost answer: %v", err)
	}
	if _, err := NewMDM(Site{Client: good}).Attach(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
	if held := a.held(doc.Note.DocumentNumber); len(held) != 1 {
		t.Errorf("the receiver holds %q", held)
	}
}

// silent is a connection on which what comes back is lost.
type silent struct{ net.Conn }

func (s silent) Read(b []byte) (int, error) {
	for {
		if _, err := s.Conn.Read(b); err != nil {
			return 0, err
		}
	}
}

// Later notes: the event, the note they refer to (TXA-13) and the reason (TXA-21).
func TestLaterMessages(t *testing.T) {
	t.Parallel()
	d := NewMDM(Site{})
	doc := recordtest.NewDocument(7)
	doc.Note.Seal.RefersTo, doc.Note.Reason = "D0000000001", "Dose was wrong | see lab"
	doc.Note.Earlier = []pipeline.Seal{doc.Note.Seal}
	doc.Series = 2
	for relation, event := range map[pipeline.Relation]string{pipeline.Addendum: "T06", pipeline.Amendment: "T10"} {
		doc.Note.Relation = relation
		message, err := d.Message(doc)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Parse(message)
		if err != nil {
			t.Fatal(err)
		}
		if m.Event() != "MDM^"+event || m.Part("MSH", 9, 3) != "MDM_T02" || m.Value("MSH", 10) != "D0000000007"+event+"B" ||
			m.Value("TXA", 12) != "D0000000007" || m.Value("TXA", 13) != "D0000000001" || m.Value("TXA", 21) != doc.Note.Reason || m.Value("TXA", 17) != "LA" {
			t.Errorf("%s:\n%s", relation, strings.ReplaceAll(string(message), "\r", "\n"))
		}
		if txa, _ := m.Segment("TXA"); strings.Count(txa.Field(22), "~") != 1 {
			t.Errorf("%s: TXA-22 %q, want both signatures", relation, txa.Field(22))
		}
	}
	m, err := Parse(d.Cancellation(doc, "Wrong unit"))
	_, content := m.Segment("OBX")
	if err != nil || m.Event() != "MDM^T11" || m.Part("MSH", 9, 3) != "MDM_T01" || m.Value("TXA", 19) != "CA" || m.Value("TXA", 21) != "Wrong unit" || content {
		t.Errorf("cancellation: %v\n%s", err, strings.ReplaceAll(string(d.Cancellation(doc, "Wrong unit")), "\r", "\n"))
	}
	if id := control(record.Document{Note: pipeline.Note{DocumentNumber: "D234567890123456"}, Series: 99}, "T10"); len(id) > 20 {
		t.Errorf("MSH-10 %q is too long", id)
	}
}
