package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// queueData is the queue of the reader's step, narrowed as the address says.
type queueData struct {
	Step    pipeline.Step
	Places  []queuePlace // of the reader's steps and their states, with counts
	Rows    []card
	Waiting int // in the reader's pools
	STAT    int
	Next    string // address of the next page; empty on the last
	First   string // address of the first page; empty on it

	Filter   store.QueueFilter
	Pool     string // "", "-" for none, "*" for all, or a name
	Hours    int    // of age
	Narrow   bool   // something is narrowed
	Authors  []pipeline.User
	Pools    []string
	TakeOver bool // the reader may take from others' hands
}

// queuePlace is one of the lists of the queue page.
type queuePlace struct {
	Step pipeline.Step
	pipeline.State
	N    int
	Path string
	Here bool
}

// countMost is how far rows are counted: beyond it the page says "more than".
const countMost = 200

// queueAges are the choices of the filter by age, in hours.
var queueAges = []int{2, 8, 24, 72}

// queue reads what the address of the request asks for.
func (s *Server) queue(r *http.Request, names *cards, steps []pipeline.Step) (q queueData, err error) {
	ctx, u := r.Context(), userOf(r)
	own, err := s.Store.PoolsOf(ctx, u.ID)
	if err != nil {
		return q, err
	}
	v := r.URL.Query()
	if !v.Has("step") {
		if err := s.firstWith(r, v, steps, own); err != nil {
			return q, err
		}
	}
	if err := q.read(v, steps, own); err != nil {
		return q, err
	}
	ds, err := s.Store.Queue(ctx, q.page())
	if err != nil {
		return q, err
	}
	if len(ds) > queuePage {
		ds = ds[:queuePage]
		q.Next = q.address(map[string]string{"after": after(q.Filter.Cursor(ds[queuePage-1]))})
	}
	if q.Filter.After.ID != "" {
		q.First = q.address(nil)
	}
	if q.Rows, err = names.of(ctx, ds); err != nil {
		return q, err
	}
	if err := s.countQueue(r, &q, steps, own); err != nil {
		return q, err
	}
	return q, s.queueChoices(r, &q)
}

// firstWith puts into v the first of the steps in which something waits.
func (s *Server) firstWith(r *http.Request, v url.Values, steps []pipeline.Step, own []string) error {
	for _, step := range steps {
		n, err := s.Store.QueueCount(r.Context(), store.QueueFilter{Step: step, Pools: own}, 1)
		if err != nil {
			return err
		}
		if n > 0 {
			v.Set("step", string(step))
			break
		}
	}
	return nil
}

// queuePage is how many rows stand on a page.
const queuePage = 50

// page asks for one row more than a page has, to see whether there is another.
func (q queueData) page() store.QueueFilter {
	f := q.Filter
	f.Limit = queuePage + 1
	return f
}

// read takes the filter from an address.
func (q *queueData) read(v url.Values, steps []pipeline.Step, own []string) (err error) {
	f := &q.Filter
	f.Step = pipeline.Step(cmp.Or(v.Get("step"), string(steps[0])))
	f.State = pipeline.State(cmp.Or(v.Get("state"), string(pipeline.Pending)))
	if !slices.Contains(steps, f.Step) || !slices.Contains(queueStates, f.State) {
		return pipeline.Errorf(pipeline.Invalid, "There is no such queue for you. Start again from the page Work.")
	}
	q.Step = f.Step
	if w := v.Get("worktype"); w != "" {
		if f.Worktype, err = pipeline.ParseWorktype(w); err != nil {
			return err
		}
	}
	if p := v.Get("priority"); p != "" {
		if f.Priority, err = pipeline.ParsePriority(p); err != nil {
			return err
		}
	}
	if f.AuthorID = v.Get("author"); f.AuthorID != "" && checkID(f.AuthorID) != nil {
		return pipeline.Errorf(pipeline.Invalid, "Choose an author from the list.")
	}
	if h := v.Get("age"); h != "" {
		if q.Hours, err = strconv.Atoi(h); err != nil || q.Hours <= 0 || q.Hours > 100_000 {
			return pipeline.Errorf(pipeline.Invalid, "The age must be a number of hours.")
		}
		f.Older = time.Duration(q.Hours) * time.Hour
	}
	switch q.Pool = v.Get("pool"); q.Pool {
	case "":
		f.Pools = own
	case "*":
	case "-":
		f.Pools = []string{""}
	default:
		f.Pools = []string{q.Pool}
	}
	q.Narrow = f.Worktype != "" || f.Priority != 0 || f.AuthorID != "" || f.Older > 0 || q.Pool != ""
	f.After, err = parseAfter(v.Get("after"))
	return err
}

var queueStates = []pipeline.State{pipeline.Pending, pipeline.InProgress, pipeline.Suspended, pipeline.Held}

// address is that of the page with the filter and what is changed or added to it.
func (q queueData) address(with map[string]string) string {
	v := make(url.Values)
	set := func(name, value string) {
		if other, ok := with[name]; ok {
			value = other
		}
		if value != "" {
			v.Set(name, value)
		}
	}
	set("step", string(q.Filter.Step))
	set("state", string(q.Filter.State))
	set("worktype", string(q.Filter.Worktype))
	set("author", q.Filter.AuthorID)
	if q.Filter.Priority != 0 {
		set("priority", q.Filter.Priority.String())
	}
	if q.Hours > 0 {
		set("age", strconv.Itoa(q.Hours))
	}
	set("pool", q.Pool)
	set("after", "")
	return "/work?" + v.Encode()
}

// after writes a cursor for an address: priority, time and id.
func after(c store.QueueCursor) string {
	return fmt.Sprintf("%d.%d.%s", c.Priority, c.At.UnixMicro(), c.ID)
}

// parseAfter reads what after wrote; nothing is the first page.
func parseAfter(s string) (c store.QueueCursor, err error) {
	if s == "" {
		return c, nil
	}
	parts := strings.Split(s, ".")
	if len(parts) == 3 {
		priority, err1 := strconv.ParseInt(parts[0], 10, 16)
		micro, err2 := strconv.ParseInt(parts[1], 10, 64)
		if err1 == nil && err2 == nil && micro >= 0 && micro < 1<<53 && checkID(parts[2]) == nil {
			return store.QueueCursor{Priority: pipeline.Priority(priority), At: time.UnixMicro(micro), ID: parts[2]}, nil
		}
	}
	return c, pipeline.Errorf(pipeline.Invalid, "This page of the queue cannot be found. Start again from the page Work.")
}

// countQueue counts the lists of the page, and what waits for the reader.
func (s *Server) countQueue(r *http.Request, q *queueData, steps []pipeline.Step, own []string) error {
	ctx := r.Context()
	for _, step := range steps {
		for _, state := range queueStates {
			f := q.Filter
			f.Step, f.State = step, state
			n, err := s.Store.QueueCount(ctx, f, countMost)
			if err != nil {
				return err
			}
			q.Places = append(q.Places, queuePlace{
				Step: step, State: state, N: n, Here: step == q.Filter.Step && state == q.Filter.State,
				Path: q.address(map[string]string{"step": string(step), "state": string(state)}),
			})
		}
		for _, c := range []struct {
			n *int
			p pipeline.Priority
		}{{&q.Waiting, 0}, {&q.STAT, pipeline.STAT}} {
			n, err := s.Store.QueueCount(ctx, store.QueueFilter{Step: step, Priority: c.p, Pools: own}, countMost)
			if err != nil {
				return err
			}
			*c.n += n
		}
	}
	return nil
}

// queueChoices are what the filter offers.
func (s *Server) queueChoices(r *http.Request, q *queueData) error {
	users, err := s.Store.Users(r.Context())
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.Is(pipeline.RoleAuthor, pipeline.RoleClinician) {
			q.Authors = append(q.Authors, u)
		}
	}
	slices.SortFunc(q.Authors, func(a, b pipeline.User) int { return cmp.Compare(a.Name, b.Name) })
	pools, err := s.Store.Pools(r.Context())
	if err != nil {
		return err
	}
	for _, p := range pools {
		q.Pools = append(q.Pools, p.Name)
	}
	q.TakeOver = pipeline.May(userOf(r), pipeline.TakeOver, nil) == nil
	return nil
}
