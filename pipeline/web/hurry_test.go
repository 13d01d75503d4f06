package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestSlowBodyIsAnswered: whoever does not finish a small body, or sends a large
// one without being known, is not waited for.
func TestSlowBodyIsAnswered(t *testing.T) {
	t.Parallel()
	x := newSite(t, Options{})
	x.bodyWait = 10 * time.Millisecond
	for _, c := range []struct {
		path, token string
		status      int
	}{
		{"/api/v1/patients/search", x.accounts["author"].token, http.StatusBadRequest},
		{"/api/v1/patients/search", "wrong", http.StatusUnauthorized},
		{"/api/v1/dictations", "wrong", http.StatusUnauthorized},
		{"/login/nowhere", "wrong", http.StatusMethodNotAllowed},
	} {
		if got := x.begin(c.path, c.token); got != c.status {
			t.Errorf("%s: %d, want %d", c.path, got, c.status)
		}
	}
}

// begin sends the beginning of a JSON body and gives the status that comes back.
func (x *site) begin(path, token string) int {
	x.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(x.url, "http://"))
	if err != nil {
		x.t.Fatal(err)
	}
	defer c.Close()
	_, err = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\n\r\n{", path, token)
	if err != nil {
		x.t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		x.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// TestUploadTakesItsTime: the sender of a recording is waited for, and an answer
// that takes longer than the body may is not broken off.
func TestUploadTakesItsTime(t *testing.T) {
	t.Parallel()
	for _, upload := range []bool{true, false} {
		s := &Server{bodyWait: time.Hour}
		var set []bool
		w := &deadlines{set: &set}
		r, err := http.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		rt := route{open: true, upload: upload, handle: func(_ http.ResponseWriter, r *http.Request) error {
			if !upload && fmt.Sprint(set) != "[true]" || upload && fmt.Sprint(set) != "[true false]" {
				t.Errorf("upload %v: deadlines %v before the body", upload, set)
			}
			_, err := io.Copy(io.Discard, r.Body)
			return err
		}}
		s.hurry(s.guard(rt)).ServeHTTP(w, r)
		if set[len(set)-1] {
			t.Errorf("upload %v: the deadline outlives the body", upload)
		}
	}
}

// deadlines notes the read deadlines that are set: true, or lifted: false.
type deadlines struct {
	http.ResponseWriter
	set *[]bool
}

// SetReadDeadline is what http.ResponseController looks for.
func (d *deadlines) SetReadDeadline(t time.Time) error {
	*d.set = append(*d.set, !t.IsZero())
	return nil
}
