package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/queue"
)

// hub fans the queue's announcements out to the open event streams of this
// process. A slow stream loses hints, never holds the others up.
type hub struct {
	mu      sync.Mutex
	streams map[chan string]struct{}
	stop    chan struct{} // closed when the server stops: streams end
}

func newHub() *hub {
	return &hub{streams: make(map[chan string]struct{}), stop: make(chan struct{})}
}

// run listens to the queue until ctx ends.
func (h *hub) run(ctx context.Context, q *queue.Queue) error {
	defer close(h.stop)
	return q.Listen(ctx, func(id string) {
		h.mu.Lock()
		defer h.mu.Unlock()
		for c := range h.streams {
			select {
			case c <- id:
			default:
			}
		}
	})
}

// open adds a stream; call the returned function to remove it.
func (h *hub) open() (<-chan string, func()) {
	c := make(chan string, 256)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.streams[c] = struct{}{}
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.streams, c)
	}
}

// beat is how often an idle stream says that it lives; proxies cut silent ones.
const beat = 15 * time.Second

// stream sends server-sent events until the client or the server goes: for each
// changed dictation whatever message makes of its id ("" sends nothing). It
// ends when message does not know the asker any more.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, message func(id string) (string, error)) error {
	ids, closed := s.events.open()
	defer closed()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	if _, err := fmt.Fprint(w, ": open\n\n"); err != nil {
		return nil // the client is gone
	}
	_ = out.Flush()
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		data := ""
		select {
		case <-r.Context().Done():
			return nil
		case <-s.events.stop:
			return nil
		case <-tick.C:
			data = ": here\n\n"
		case id := <-ids:
			m, err := message(id)
			if pipeline.KindOf(err) == pipeline.Unauthorized {
				return nil
			}
			if err != nil || m == "" {
				continue
			}
			data = "data: " + m + "\n\n"
		}
		if _, err := fmt.Fprint(w, data); err != nil {
			return nil
		}
		_ = out.Flush()
	}
}
