package hl7

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dictation/pipeline"
)

const admission = "MSH|^~\\&|ADT|WEST|DICT|WEST|20260304093000+0100||ADT^A01^ADT_A01|42|P|2.5.1||||||UNICODE UTF-8\r" +
	"EVN||20260304092959\rZXY|kept\rPID|1||M1^^^WEST^MR~S9^^^GOV^SS||Example^Eve^\"\"||19800203|F\rPV1|1|I|2E^12\r"

func TestParse(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"as written": admission,
		"LF":         strings.ReplaceAll(admission, "\r", "\n"),
		"CRLF":       strings.ReplaceAll(admission, "\r", "\r\n"),
		"blank ends": "\r\n" + admission + "\r\r\n",
		"no last CR": strings.TrimSuffix(admission, "\r"),
		"own delimiters": strings.NewReplacer("|", "#", "^", "@", "~", "*", "\\", "/", "&", "%").
			Replace(admission),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				segment          string
				field, component int
				want             string
			}{
				{"MSH", 9, 2, "A01"}, {"MSH", 10, 1, "42"}, {"MSH", 18, 1, "UNICODE UTF-8"}, {"PID", 3, 1, "M1"}, {"PID", 3, 5, "MR"},
				{"PID", 5, 1, "Example"}, {"PID", 5, 2, "Eve"}, {"PID", 5, 3, ""}, {"PID", 99, 1, ""}, {"NON", 1, 1, ""}, {"ZXY", 1, 1, "kept"},
			} {
				if got := m.Part(c.segment, c.field, c.component); got != c.want {
					t.Errorf("%s-%d.%d is %q, want %q", c.segment, c.field, c.component, got, c.want)
				}
			}
			pid, _ := m.Segment("PID")
			if ids := m.Repetitions(pid.Field(3)); len(ids) != 2 || m.Component(ids[1], 1) != "S9" {
				t.Errorf("identifiers are %q", ids)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":         "",
		"no MSH":          "PID|1\r",
		"text":            "Dear colleague,",
		"same delimiters": "MSH||||||ADT\r",
		"letters":         "MSHA^~\\&A\r",
		"bad segment":     "MSH|^~\\&|A\rpid|1\r",
		"charset":         strings.Replace(admission, "UNICODE UTF-8", "ISO IR87", 1),
		"not UTF-8":       strings.Replace(admission, "Eve", "\xc9ve", 1),
	} {
		if _, err := Parse([]byte(text)); pipeline.KindOf(err) != pipeline.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCharsets(t *testing.T) {
	t.Parallel()
	for charset, name := range map[string]string{"8859/1": "\xc9ve", "8859/15": "\xc9ve", "ASCII": "\xc9ve", "": "Éve", "UNICODE UTF-8": "Éve", "8859/5": "\xb0"} {
		text := strings.Replace(strings.Replace(admission, "Eve", name, 1), "UNICODE UTF-8", charset, 1)
		want := "Éve"
		if charset == "8859/5" {
			want = "А"
		}
		m, err := Parse([]byte(text))
		if got := m.Part("PID", 5, 2); err != nil || got != want {
			t.Errorf("%s: %q, %v", charset, got, err)
		}
	}
}

// Neither a NUL nor another control character gets into a value, escaped or not.
func TestControlCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"MSH|^~\\&|A\rNTE|1||a\x00b\x1b\x7f\tc\r":             "ab\tc",
		"MSH|^~\\&|A\rNTE|1||a\\X00\\b\\X1B4142\\c\\X0A\\d\r": "abABc\nd",
		"MSH|^~&|A\rNTE|1||first\nand second\r":               "first\nand second", // no escape
		"MSH|^~|A\rNTE|1||first\nand second":                  "first\nand second",
	} {
		m, err := Parse([]byte(text))
		if got := m.Value("NTE", 3); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

// What a sender without a name can send takes time and answers by its length only.
func TestLargeMessages(t *testing.T) {
	t.Parallel()
	const head = "MSH|^~\\&|A|B|C|D|||ADT^A01|42|P|2.5.1\r"
	long := strings.Repeat("x", MaxMessage/maxLines-10)
	lines := head + "OBX|1|TX|x||first" + strings.Repeat("\n"+long, maxLines-2)
	if m, err := Parse([]byte(lines)); err != nil || len(m.Value("OBX", 5)) != len("first")+(maxLines-2)*(len(long)+1) {
		t.Errorf("continued lines: %v", err)
	}
	for name, text := range map[string]string{
		"lines":  head + "OBX|1|TX|x||first" + strings.Repeat("\nx", 1<<20),
		"fields": head + "OBX" + strings.Repeat("|", 1<<20),
	} {
		if _, err := Parse([]byte(text)); pipeline.KindOf(err) != pipeline.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, part := range map[string]string{
		"components": strings.Repeat("^", 1<<18), "repetitions": strings.Repeat("~", 1<<18), "escapes": strings.Repeat(`\`, 1<<18),
		"open escapes": strings.Repeat(`\X4`, 1<<18), "text": strings.Repeat("x", 1<<18), "parts": strings.Repeat("a^", 500),
	} {
		text := strings.NewReplacer("|A|B|C|D|", "|"+part+"|"+part+"|"+part+"|"+part+"|", "A01|42|P", "A01^"+part+"|"+part+"|"+part).Replace(head)
		m, err := Parse([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		ack := Ack{Code: AE, Control: m.Value("MSH", 10), Error: ErrInternal, Text: "x"}.Reply(m, "1", time.Unix(0, 0))
		if _, err := Parse(ack); err != nil || len(ack) > 8<<10 {
			t.Errorf("%s: an acknowledgement of %d bytes, %v", name, len(ack), err)
		}
	}
}

// A line break inside a field, as some senders leave it, loses nothing.
func TestBrokenLine(t *testing.T) {
	t.Parallel()
	m, err := Parse([]byte("MSH|^~\\&|A\rOBX|1|TX|x||first line\nand the second\rNTE|1||n\r"))
	if got := m.Value("OBX", 5); err != nil || got != "first line\nand the second" || m.Value("NTE", 3) != "n" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestEscapes(t *testing.T) {
	t.Parallel()
	m, err := Parse([]byte("MSH|^~\\&|A\rNTE|1||a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f\\.br\\g\\X414220\\h\\H\\i\\N\\j\\\r"))
	if got := m.Value("NTE", 3); err != nil || got != "a|b^c&d~e\\f\ngAB h\\H\\i\\N\\j\\" {
		t.Errorf("%q, %v", got, err)
	}
}

// What is written is read as it was, whatever the text.
func TestEscapeRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -~\näß€]{0,60}`).Draw(t, "text")
		var w Writer
		w.Segment("MSH", `^~\&`, "A")
		w.Segment("OBX", "1", "TX", "", "", Escape(text), "end")
		m, err := Parse(w.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Value("OBX", 5); got != text && text != `""` {
			t.Errorf("%q became %q", text, got)
		}
		if len(m.Segments) != 2 || m.Value("OBX", 6) != "end" {
			t.Errorf("%q changed the message", text)
		}
	})
}

func TestTimes(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 3600)
	for text, want := range map[string]string{
		"2026": "2026-01-01T00:00:00+01:00", "20260304": "2026-03-04T00:00:00+01:00", "202603040930": "2026-03-04T09:30:00+01:00",
		"20260304093015.123": "2026-03-04T09:30:15+01:00", "20260304093015-0500": "2026-03-04T09:30:15-05:00", "20260304+0000": "2026-03-04T00:00:00Z",
		"": "", "yesterday": "", "20261304": "", "202603040": "",
	} {
		got, ok := ParseTime(text, zone)
		if ok != (want != "") || ok && got.Format(time.RFC3339) != want {
			t.Errorf("%q is %v, want %q", text, got, want)
		}
	}
	at := time.Date(2026, 3, 4, 9, 30, 0, 0, zone)
	if Time(at) != "20260304093000+0100" || Date(at) != "20260304" || Time(time.Time{}) != "" || Date(time.Time{}) != "" {
		t.Errorf("written as %s, %s", Time(at), Date(at))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(admission))
	f.Add([]byte("MSH|^~\\&|A\rOBX|1|TX|x||a\\X4\\b\nc"))
	f.Add([]byte("MSH|^~&|"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b)
		if err != nil && pipeline.KindOf(err) == pipeline.Internal {
			t.Errorf("no kind: %v", err)
		}
		for _, s := range m.Segments {
			for i := range len(s.Fields) + 2 {
				for _, r := range m.Repetitions(s.Field(i)) {
					m.Component(r, i)
				}
			}
		}
		ReadAck(m)
		if again, err := Parse(Ack{Code: AE, Error: ErrInternal, Text: "x"}.Reply(m, "1", time.Unix(0, 0))); err != nil {
			t.Errorf("our acknowledgement of %q is %v: %v", b, again, err)
		}
	})
}
