package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestRemoteBehindProxies(t *testing.T) {
	t.Parallel()
	s := &Server{opts: Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}}
	for name, tc := range map[string]struct {
		from      string
		forwarded []string
		want      string
	}{
		"no proxy":                {from: "192.0.2.1:80", want: "192.0.2.1"},
		"proxy nobody trusts":     {from: "192.0.2.1:80", forwarded: []string{"203.0.113.5"}, want: "192.0.2.1"},
		"proxy that says nothing": {from: "10.1.1.1:80", want: "10.1.1.1"},
		"one proxy":               {from: "10.1.1.1:80", forwarded: []string{"203.0.113.5"}, want: "203.0.113.5"},
		"what a client invented":  {from: "10.1.1.1:80", forwarded: []string{"198.51.100.9, 203.0.113.5"}, want: "203.0.113.5"},
		"two proxies":             {from: "[::1]:80", forwarded: []string{"203.0.113.5", "10.2.2.2"}, want: "203.0.113.5"},
		"only proxies":            {from: "10.1.1.1:80", forwarded: []string{"10.3.3.3, 10.2.2.2"}, want: "10.3.3.3"},
		"with ports and IPv6":     {from: "10.1.1.1:80", forwarded: []string{"[2001:db8::7]:4711"}, want: "2001:db8::7"},
		"IPv4 as IPv6":            {from: "[::ffff:10.1.1.1]:80", forwarded: []string{"::ffff:203.0.113.5"}, want: "203.0.113.5"},
		"no address":              {from: "10.1.1.1:80", forwarded: []string{"203.0.113.5, unknown"}, want: "10.1.1.1"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.RemoteAddr = tc.from
		for _, f := range tc.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		got := ""
		s.behindProxies(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = remote(r) })).ServeHTTP(httptest.NewRecorder(), r)
		if got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
