package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// behindProxies puts the client's address in place of a trusted proxy's: the
// last in X-Forwarded-For that is not a trusted proxy itself. What stands before
// it may be anybody's invention.
func (s *Server) behindProxies(next http.Handler) http.Handler {
	if len(s.opts.TrustedProxies) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at, err := netip.ParseAddr(remote(r))
		if err != nil || !s.trusted(at) {
			next.ServeHTTP(w, r)
			return
		}
		passed := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for _, hop := range slices.Backward(passed) {
			a, err := address(hop)
			if err != nil {
				break
			}
			if at = a; !s.trusted(a) {
				break
			}
		}
		r.RemoteAddr = at.String()
		next.ServeHTTP(w, r)
	})
}

// address reads an entry of X-Forwarded-For; some proxies write the port, too.
func address(s string) (netip.Addr, error) {
	s = strings.TrimSpace(s)
	if p, err := netip.ParseAddrPort(s); err == nil {
		return p.Addr().Unmap(), nil
	}
	a, err := netip.ParseAddr(s)
	return a.Unmap(), err
}

func (s *Server) trusted(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(s.opts.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(a) })
}
