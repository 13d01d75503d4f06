package transcribe

import (
	"context"
	"slices"
	"sync"
)

// gate lets so many through at a time. STAT goes before routine, and one STAT
// more than the number gets in: what is long and routine never blocks it.
type gate struct {
	limit int // 0: none

	mu            sync.Mutex
	inside        int
	stat, routine []chan struct{} // who waits; closed when let in
}

// enter waits for its turn and gives the way out.
func (g *gate) enter(ctx context.Context, stat bool) (leave func(), err error) {
	if g.limit <= 0 {
		return func() {}, ctx.Err()
	}
	turn := make(chan struct{})
	g.mu.Lock()
	if stat {
		g.stat = append(g.stat, turn)
	} else {
		g.routine = append(g.routine, turn)
	}
	g.admit()
	g.mu.Unlock()
	select {
	case <-turn:
		return g.leave, nil
	case <-ctx.Done():
		g.giveUp(turn)
		return nil, ctx.Err()
	}
}

// admit lets in whom there is room for.
func (g *gate) admit() {
	for len(g.stat) > 0 && g.inside < g.limit+1 {
		close(g.stat[0])
		g.stat = g.stat[1:]
		g.inside++
	}
	for len(g.stat) == 0 && len(g.routine) > 0 && g.inside < g.limit {
		close(g.routine[0])
		g.routine = g.routine[1:]
		g.inside++
	}
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.admit()
}

// giveUp takes back a turn, which may have come at the same moment.
func (g *gate) giveUp(turn chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	is := func(c chan struct{}) bool { return c == turn }
	waiting := len(g.stat) + len(g.routine)
	g.stat, g.routine = slices.DeleteFunc(g.stat, is), slices.DeleteFunc(g.routine, is)
	if len(g.stat)+len(g.routine) == waiting {
		g.inside--
	}
	g.admit()
}
