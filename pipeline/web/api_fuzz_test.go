package web

import (
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// sentence fails the test unless err is one for a person: no crash, no 500.
func sentence(t *testing.T, err error) {
	t.Helper()
	var e *pipeline.Error
	if err != nil && (!errors.As(err, &e) || e.Message == "" || statuses[e.Kind] >= 500) {
		t.Errorf("%v is no refusal", err)
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add(cursor(store.Cursor{At: time.Unix(1, 2), ID: "01890000-0000-7000-8000-000000000000"}))
	f.Add("")
	f.Add("eCB5")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseCursor(s)
		sentence(t, err)
		if err != nil || s == "" {
			return
		}
		again, err := parseCursor(cursor(c))
		if err != nil || !again.At.Equal(c.At) || again.ID != c.ID {
			t.Errorf("%q is %v, and then %v, %v", s, c, again, err)
		}
	})
}

func FuzzIfMatch(f *testing.F) {
	for _, s := range []string{`"3"`, "3", "*", "", `W/"3"`, "-1", `"99999999999999999999"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ifMatch(s)
		sentence(t, err)
		if err == nil && n >= 0 {
			if again, err := ifMatch(etag(n)); err != nil || again != n {
				t.Errorf("%q is %d, and then %d, %v", s, n, again, err)
			}
		}
	})
}

func FuzzForm(f *testing.F) {
	const head = "--b\r\nContent-Disposition: form-data; name="
	f.Add(head + "patient_mrn\r\n\r\n1\r\n" + head + "audio; filename=a.wav\r\n\r\nsound\r\n--b--\r\n")
	f.Add(head + "audio\r\n\r\nsound\r\n" + head + "sha256\r\n\r\nAB\r\n--b--\r\n")
	f.Add(head + "audio\r\n\r\nsou")
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		form, err := newForm(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := form.read(); err != nil || form.audio == nil {
			sentence(t, err)
			return
		}
		n, err := io.Copy(io.Discard, form.body(nil))
		sentence(t, err)
		if err != form.failed || n > int64(len(body)) {
			t.Errorf("%d bytes, %v, failed %v", n, err, form.failed)
		}
	})
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"text":"a"}`, "", "null", `{"text":"a"}x`, `{"txet":1}`, "{\"text\":\"\xff\"}"} {
		f.Add(s)
	}
	s := &Server{opts: Options{MaxText: 1 << 10}}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		var v struct {
			Text string `json:"text"`
		}
		sentence(t, s.readJSON(httptest.NewRecorder(), r, &v))
	})
}
