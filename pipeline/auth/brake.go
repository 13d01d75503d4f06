package auth

import (
	"crypto/sha256"
	"strings"
	"sync"
	"time"
)

// brake slows down guessing: after some wrong passwords for one account from
// one address, each further try has to wait, longer every time. It works per
// pair, so that a stranger cannot lock the owner out from elsewhere.
type brake struct {
	mu    sync.Mutex
	opts  Options
	tries map[[32]byte]tries
}

type tries struct {
	wrong int
	last  time.Time
}

// The longest wait, and how many pairs are remembered before old ones are dropped.
const (
	longestWait = 15 * time.Minute
	brakeSize   = 10_000
)

func newBrake(opts Options) *brake { return &brake{opts: opts, tries: make(map[[32]byte]tries)} }

// pair names account and address in a fixed number of bytes, however long what was typed.
func pair(username, remote string) [32]byte {
	return sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(username)) + "\x00" + remote))
}

// wait says how long the next try has to wait; 0 when it may be made now.
func (b *brake) wait(username, remote string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tries[pair(username, remote)]
	if t.wrong < b.opts.Tries {
		return 0
	}
	wait := min(longestWait, b.opts.Wait<<min(t.wrong-b.opts.Tries, 20))
	return max(0, wait-b.opts.Now().Sub(t.last))
}

func (b *brake) wrong(username, remote string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.opts.Now()
	key := pair(username, remote)
	if _, known := b.tries[key]; !known && len(b.tries) >= brakeSize {
		// Any other makes room: a flood of names must cost no more than this.
		for k := range b.tries {
			delete(b.tries, k)
			break
		}
	}
	b.tries[key] = tries{wrong: b.tries[key].wrong + 1, last: now}
}

func (b *brake) right(username, remote string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.tries, pair(username, remote))
}
