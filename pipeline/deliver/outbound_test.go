package deliver_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dictation/pipeline"
	"dictation/pipeline/deliver"
	"dictation/pipeline/record"
	"dictation/pipeline/record/hl7"
	"dictation/pipeline/store"
)

// mishap is what goes wrong with one message.
type mishap string

const (
	fine       mishap = "fine"
	unplugged  mishap = "receiver unplugged"
	cutBefore  mishap = "connection cut before it was kept"
	cutAfter   mishap = "kept, no acknowledgement"
	staleFirst mishap = "acknowledgement of another message first"
	twice      mishap = "acknowledged twice"
	busy       mishap = "AR: come again"
)

var mishaps = []mishap{fine, unplugged, cutBefore, cutAfter, staleFirst, twice, busy}

// hospital is an MLLP receiver of its own mind: it keeps what it has not seen by
// sender and MSH-10, gives a repetition the answer of the first time, and refuses
// an addendum to what it does not have. The plan says what goes wrong next.
type hospital struct {
	mu      sync.Mutex
	plan    []mishap
	seen    map[string][]byte // MSH-3 and MSH-10 → the message
	answers map[string]hl7.Ack
	order   []string // TXA-12 as kept, doubles included
	bytes   [][]byte // all that came
	at      string   // address
	refuse  string   // ERR-3 of an AE for everything, "AR " before it: of an AR; empty: none
	came    chan struct{}
}

func newHospital(t testing.TB) *hospital {
	h := &hospital{seen: map[string][]byte{}, answers: map[string]hl7.Ack{}, came: make(chan struct{}, 1000)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.at = l.Addr().String()
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { h.talk(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); open.Wait() })
	return h
}

// talk is the receiver's side of one connection, with its own framing.
func (h *hospital) talk(conn net.Conn) {
	defer conn.Close()
	var in []byte
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		in = append(in, buf[:n]...)
		for {
			start, end := strings.IndexByte(string(in), 0x0b), strings.IndexByte(string(in), 0x1c)
			if start < 0 || end < start {
				break
			}
			message := append([]byte(nil), in[start+1:end]...)
			in = in[end+1:]
			answers, cut := h.take(message)
			h.came <- struct{}{}
			for _, a := range answers {
				if _, err := conn.Write(append(append([]byte{0x0b}, a...), 0x1c, 0x0d)); err != nil {
					return
				}
			}
			if cut {
				return
			}
		}
	}
}

// next is what goes wrong with the message that came.
func (h *hospital) next() mishap {
	if len(h.plan) == 0 {
		return fine
	}
	m := h.plan[0]
	h.plan = h.plan[1:]
	return m
}

func (h *hospital) take(raw []byte) (answers [][]byte, cut bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bytes = append(h.bytes, raw)
	m := h.next()
	if m == cutBefore {
		return nil, true
	}
	msg, err := hl7.Parse(raw)
	control := msg.Value("MSH", 10)
	reply := func(a hl7.Ack) []byte { a.Control = control; return a.Reply(msg, "R1", time.Unix(0, 0)) }
	if m == busy {
		return [][]byte{reply(hl7.Ack{Code: hl7.AR, Error: hl7.ErrInternal})}, false
	}
	id := msg.Value("MSH", 3) + "|" + control
	ack, known := h.answers[id]
	if !known {
		ack = h.keep(msg, err)
		h.answers[id], h.seen[id] = ack, raw
	} else if string(h.seen[id]) != string(raw) {
		ack = hl7.Ack{Code: hl7.AE, Error: hl7.ErrDuplicateKey} // another message with a number it has seen
	}
	switch m {
	case cutAfter:
		return nil, true
	case staleFirst:
		other := hl7.Ack{Code: hl7.AA, Control: "ANOTHER"}
		return [][]byte{other.Reply(msg, "R0", time.Unix(0, 0)), reply(ack)}, false
	case twice:
		return [][]byte{reply(ack), reply(ack)}, false
	}
	return [][]byte{reply(ack)}, false
}

func (h *hospital) keep(msg hl7.Message, bad error) hl7.Ack {
	number, parent := msg.Value("TXA", 12), msg.Value("TXA", 13)
	switch {
	case bad != nil || number == "" || msg.Value("PID", 3) == "":
		return hl7.Ack{Code: hl7.AE, Error: hl7.ErrRequiredField}
	case strings.HasPrefix(h.refuse, "AR "):
		return hl7.Ack{Code: hl7.AR, Error: h.refuse[3:]}
	case h.refuse != "":
		return hl7.Ack{Code: hl7.AE, Error: h.refuse}
	case parent != "" && !strings.Contains(strings.Join(h.order, " "), parent):
		return hl7.Ack{Code: hl7.AE, Error: hl7.ErrUnknownKey}
	}
	h.order = append(h.order, number)
	return hl7.Ack{Code: hl7.AA}
}

func (h *hospital) kept() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.order...)
}

// set changes the receiver.
func (h *hospital) set(f func(*hospital)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f(h)
}

var errUnplugged = errors.New("network is unreachable")

// mdm is a destination with a connection of its own to the receiver.
func mdm(t testing.TB, h *hospital, name string) *hl7.MDM {
	client := &hl7.Client{Timeout: 5 * time.Second, Dial: func(ctx context.Context) (net.Conn, error) {
		h.mu.Lock()
		off := len(h.plan) > 0 && h.plan[0] == unplugged
		if off {
			h.plan = h.plan[1:]
		}
		h.mu.Unlock()
		if off {
			return nil, errUnplugged
		}
		return new(net.Dialer).DialContext(ctx, "tcp", h.at)
	}}
	t.Cleanup(func() { client.Close() })
	return hl7.NewMDM(hl7.Site{Label: name, Client: client})
}

// link is an Outbound as a fresh process has it: only store and receiver are
// left from before.
func link(t testing.TB, s *store.Store, h *hospital, name string, change func(*deliver.Destination)) *deliver.Outbound {
	d := deliver.Destination{System: mdm(t, h, name)}
	if change != nil {
		change(&d)
	}
	out := deliver.NewOutbound(s, []deliver.Destination{d}, deliver.Options{})
	if err := out.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	return out
}

// filed brings the document into the built-in record and the ledger of out.
func (s *site) filed(t testing.TB, out *deliver.Outbound, doc record.Document) {
	t.Helper()
	ctx := t.Context()
	d, err := s.Claim(ctx, doc.Note.DictationID, pipeline.Deliver, "w", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	job := pipeline.Job{Dictation: d, Stage: pipeline.Deliver, Attempt: d.Attempt}
	r, err := deliver.New(s.Store, record.NewChart(s), "en-US").And(out).Handle(ctx, job)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Complete(ctx, job, "w", r); err != nil {
		t.Fatal(err)
	}
}

// later writes and signs an addendum to a note.
func (s *site) later(t testing.TB, doc record.Document) record.Document {
	t.Helper()
	d, err := s.Dictation(t.Context(), doc.Note.DictationID)
	if err != nil {
		t.Fatal(err)
	}
	d.ID, d.JobNumber, d.RefersTo, d.Relation, d.Original = newID(), "", doc.Note.ID, pipeline.Addendum, pipeline.Object{}
	note, _, err := s.Later(t.Context(), store.Actor{ID: s.author.ID}, d, "Labs: Na 140 | K 4.1 ~ 4.2\nMüller & Söhne: 37.5 °C \\ ^ stable.", func(d pipeline.Dictation, n *pipeline.Note) error {
		refers := n.Seal.RefersTo
		if err := s.seal(d, n); err != nil {
			return err
		}
		n.Seal.RefersTo = refers
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return record.Document{Note: note}
}

func (s *site) line(t testing.TB, doc record.Document) pipeline.Dispatch {
	t.Helper()
	lines, err := s.DispatchesOf(t.Context(), doc.Note.DocumentNumber)
	if err != nil || len(lines) != 1 {
		t.Fatalf("%d lines in the ledger, %v; want 1", len(lines), err)
	}
	return lines[0]
}

// Any sequence of mishaps, with a new process for each try, gives every document
// once at the receiver, in order, by the same bytes.
func TestOnceAtTheReceiver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	rapid.Check(t, func(rt *rapid.T) {
		h := newHospital(t)
		h.plan = rapid.SliceOfN(rapid.SampledFrom(mishaps), 0, 8).Draw(rt, "mishaps")
		tries := len(h.plan) + 3
		name := "mllp-" + newID()[:8]
		first := link(t, s.Store, h, name, nil)
		doc := s.signed(t)
		s.filed(t, first, doc)
		added := s.later(t, doc)
		s.filed(t, first, added)
		two := rapid.Bool().Draw(rt, "two processes at a time")
		for range tries {
			var at sync.WaitGroup
			for range map[bool]int{false: 1, true: 2}[two] {
				out := link(t, s.Store, h, name, nil)
				at.Go(func() {
					if _, err := out.Once(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			at.Wait()
		}
		want := doc.Note.DocumentNumber + " " + added.Note.DocumentNumber
		if got := strings.Join(h.kept(), " "); got != want {
			rt.Fatalf("the receiver keeps %q, want %q", got, want)
		}
		for _, d := range []record.Document{doc, added} {
			if l := s.line(t, d); l.State != pipeline.DispatchSent || l.SHA256 == "" || l.RecordID != d.Note.DocumentNumber {
				rt.Fatalf("the ledger says %+v", l)
			}
		}
		same := map[string]string{}
		for _, raw := range h.bytes {
			m, _ := hl7.Parse(raw)
			id := m.Value("MSH", 10)
			if before, ok := same[id]; ok && before != string(raw) {
				rt.Fatalf("message %s came with other bytes", id)
			}
			same[id] = string(raw)
		}
	})
}
