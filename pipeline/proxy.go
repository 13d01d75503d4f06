package pipeline

import "time"

// Proxy is an author's leave for a colleague to sign in his place, for a time.
type Proxy struct {
	ID       string
	AuthorID string
	ProxyID  string
	From     time.Time
	Until    time.Time // exclusive
	Created  time.Time
	Revoked  *time.Time
}

// Stands reports whether the proxy may sign at a moment.
func (p Proxy) Stands(at time.Time) bool {
	return p.Revoked == nil && !at.Before(p.From) && at.Before(p.Until)
}

// MaxProxy is the longest time an author may give in one act.
const MaxProxy = 366 * 24 * time.Hour
