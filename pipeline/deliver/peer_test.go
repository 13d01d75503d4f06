//go:build linux

package deliver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/deliver"
	"dictation/pipeline/record"
	"dictation/pipeline/record/hl7"
	"dictation/pipeline/record/paper"
)

// taken is a message as another program reads it.
type taken struct {
	Event, Structure, Control, Version, Patient, Family, Type, Author string
	Number, Parent, Completion, Text                                  string
	Numbers, Kinds                                                    []string
	Data                                                              []byte
	Changed                                                           bool
}

// peer starts a receiver that is not ours: the parser and framing of Debian's
// python3-hl7. It drops every connection after drop messages.
func peer(t *testing.T, drop string) (address string, out *bufio.Scanner) {
	t.Helper()
	const python = "/usr/bin/python3"
	if b, err := exec.CommandContext(t.Context(), python, "-c", "import hl7.mllp").CombinedOutput(); err != nil {
		t.Fatalf("the HL7 receiver python3-hl7 is missing: install it with deploy/setup.sh --test\n%s", b)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/receiver.py", drop)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var trouble strings.Builder
	cmd.Stderr = &trouble
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_, _ = io.Copy(io.Discard, pipe)
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Log(trouble.String())
		}
	})
	out = bufio.NewScanner(pipe)
	if !out.Scan() {
		t.Fatal("the receiver did not start: " + trouble.String())
	}
	return "127.0.0.1:" + out.Text(), out
}

// A receiver of other makers reads what we send, whole and once, though it drops
// every second message's connection.
func TestReadByAnotherProgram(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	at, out := peer(t, "2")
	h := &hospital{at: at}
	o := link(t, s.Store, h, "peer", nil)
	var want []record.Document
	for range 5 {
		doc := s.signed(t)
		s.filed(t, o, doc)
		added := s.later(t, doc)
		s.filed(t, o, added)
		want = append(want, doc, added)
	}
	sendDue(t, o)
	var got []taken
	for range want {
		var m taken
		if !out.Scan() || json.Unmarshal(out.Bytes(), &m) != nil || m.Changed {
			t.Fatalf("the receiver wrote %q", out.Text())
		}
		got = append(got, m)
	}
	for _, d := range want {
		i := slices.IndexFunc(got, func(m taken) bool { return m.Number == d.Note.DocumentNumber })
		if i < 0 {
			t.Errorf("%s did not arrive", d.Note.DocumentNumber)
			continue
		}
		m, event := got[i], "T02"
		if d.Note.Relation == pipeline.Addendum {
			event = "T06"
		}
		if m.Event != event || m.Structure != "MDM_T02" || m.Version != "2.5.1" || m.Type != "CN" || m.Completion != "LA" || m.Author != "Example" ||
			m.Family != "Example" || m.Parent != d.Note.Seal.RefersTo || m.Text != strings.TrimRight(d.Note.Text, "\n") || m.Numbers[0] != "1" {
			t.Errorf("it reads %+v\nof the note %q", m, d.Note.Text)
		}
		if l := s.line(t, d); l.State != pipeline.DispatchSent {
			t.Errorf("the ledger says %+v", l)
		}
	}
}

// Results with pages in them are read by it too; an addendum comes with the report
// it belongs to, under the report's number.
func TestResultsReadByAnotherProgram(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	at, out := peer(t, "2")
	client := &hl7.Client{Dial: func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", at)
	}}
	t.Cleanup(func() { client.Close() })
	pages, err := paper.New("Example Hospital", nil)
	if err != nil {
		t.Fatal(err)
	}
	o := deliver.NewOutbound(s.Store, []deliver.Destination{{
		System: hl7.NewORU(hl7.Site{Label: "ris", Client: client, Content: hl7.ContentTextPDF,
			Print: func(doc record.Document) ([]byte, error) { return pages.Note(doc) }}),
		First: time.Millisecond, Longest: time.Millisecond,
	}}, deliver.Options{})
	if err := o.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	doc := s.signed(t)
	s.filed(t, o, doc)
	added := s.later(t, doc)
	s.filed(t, o, added)
	sendDue(t, o)
	text := strings.TrimRight(doc.Note.Text, "\n")
	for i, want := range []taken{{Completion: "F", Text: text}, {Completion: "C", Text: text + "\n" + strings.TrimRight(added.Note.Text, "\n")}} {
		var m taken
		if !out.Scan() || json.Unmarshal(out.Bytes(), &m) != nil || m.Changed {
			t.Fatalf("the receiver wrote %q", out.Text())
		}
		if m.Event != "R01" || m.Structure != "ORU_R01" || m.Number != doc.Note.DocumentNumber || m.Completion != want.Completion || m.Text != want.Text ||
			m.Kinds[len(m.Kinds)-1] != "ED" || !strings.HasPrefix(string(m.Data), "%PDF-") {
			t.Errorf("message %d reads %+v", i+1, m)
		}
	}
}
