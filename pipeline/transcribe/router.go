package transcribe

import (
	"context"
	"fmt"
	"sync"
	"time"

	"dictation/audio"
	"dictation/pipeline"
)

// Routing is how a [Router] chooses. The zero value tries all engines in the
// order they were given.
type Routing struct {
	Rules   []Rule   // the first that fits decides
	Default []string // engines where no rule fits; empty: all in order
	Breaker Breaker
	Shadow  Shadow
}

// Router chooses an engine for each recording: by rule, passing over those that
// rest or cannot take it, going on to the next when one fails, and never asking
// more of an engine at a time than it gains by. It is safe for concurrent use.
// Close it to end what it still compares.
type Router struct {
	routing Routing
	members map[string]*member
	names   []string
	shadows shadows
}

// member is an engine and how it stands with it.
type member struct {
	engine  Engine
	about   Description
	gate    gate
	breaker breaker
}

// NewRouter joins engines; their names must differ. An Invalid error tells of a
// rule that names what there is not.
func NewRouter(engines []Engine, routing Routing) (*Router, error) {
	r := &Router{routing: routing, members: make(map[string]*member)}
	for _, e := range engines {
		about := e.Describe()
		if r.members[about.Name] != nil {
			return nil, pipeline.Errorf(pipeline.Invalid, "There are two speech engines named %q; give each a name of its own.", about.Name)
		}
		r.names = append(r.names, about.Name)
		r.members[about.Name] = &member{engine: e, about: about, gate: gate{limit: about.Parallel}, breaker: breaker{opts: routing.Breaker.withDefaults()}}
	}
	if len(r.names) == 0 {
		return nil, pipeline.Errorf(pipeline.Invalid, "No speech engine is set up; \"none\" is the one for typing from scratch.")
	}
	if len(r.routing.Default) == 0 {
		r.routing.Default = r.names
	}
	known := func(name string) bool { return r.members[name] != nil }
	if err := (Rule{Engines: r.routing.Default}).check(known); err != nil {
		return nil, pipeline.Wrap(pipeline.Invalid, err, "The default of the speech engines cannot be used: %v.", err)
	}
	for i, rule := range routing.Rules {
		if err := rule.check(known); err != nil {
			return nil, pipeline.Wrap(pipeline.Invalid, err, "Rule %d of the speech engines cannot be used: %v.", i+1, err)
		}
	}
	r.shadows.start(routing.Shadow)
	return r, nil
}

// only routes everything to one engine, which never rests: there is no other.
func only(e Engine) *Router {
	about := e.Describe()
	return &Router{
		routing: Routing{Default: []string{about.Name}},
		names:   []string{about.Name},
		members: map[string]*member{about.Name: {engine: e, about: about, gate: gate{limit: about.Parallel}, breaker: breaker{opts: Breaker{Failures: -1}}}},
	}
}

// Close stops the comparisons and waits for them.
func (r *Router) Close() { r.shadows.stop() }

// Choose gives the engines for a request in the order they are tried, and the
// one for comparison, empty for none.
func (r *Router) Choose(q Request) (engines []string, shadow string) {
	for _, rule := range r.routing.Rules {
		if rule.fits(q) {
			return rule.Engines, rule.Shadow
		}
	}
	return r.routing.Default, ""
}

// byHand reports whether a request is for an engine that does not recognise.
func (r *Router) byHand(q Request) (Description, bool) {
	about := r.first(q).about
	return about, !about.Words
}

// first is the engine that is tried first for a request.
func (r *Router) first(q Request) *member {
	names, _ := r.Choose(q)
	return r.members[names[0]]
}

// Task is a recording to recognise.
type Task struct {
	Request Request
	Audio   Audio
	Speech  []audio.Segment // decode's map of the recording; empty: found here where it is needed
	Hints   Hints
	Dir     string // for pieces of it
}

// Heard is what became of a task.
type Heard struct {
	Engine     Description
	Transcript Transcript
	Took       time.Duration // by the engine that did it, waiting for its turn included
	Failed     []error       // of the engines that were tried before
}

// Recognise has the chosen engines try in their order until one has heard what
// there is. Its error is that of the only engine, or tells of all that were
// tried; Unavailable when any of them may do better later.
func (r *Router) Recognise(ctx context.Context, t Task) (Heard, error) {
	names, shadow := r.Choose(t.Request)
	var failed []error
	for _, name := range names {
		m := r.members[name]
		start := time.Now()
		heard, err := m.try(ctx, t, &m.gate)
		if err == nil {
			h := Heard{m.about, heard, time.Since(start), failed}
			r.shadows.add(r.members[shadow], t, h)
			return h, nil
		}
		if ctx.Err() != nil {
			return Heard{}, err
		}
		failed = append(failed, err)
	}
	return Heard{}, together(names, failed)
}

// ready is the error of a request that no engine takes now, which is known
// before its sound is fetched; nil: one may do it.
func (r *Router) ready(q Request) error {
	names, _ := r.Choose(q)
	var failed []error
	for _, name := range names {
		m := r.members[name]
		err := m.knows(q.Language)
		if rest := m.breaker.rests(); err == nil && rest > 0 {
			err = m.resting(rest)
		}
		if err == nil {
			return nil
		}
		failed = append(failed, err)
	}
	return together(names, failed)
}

// try has one engine recognise the recording, where it is well and can. g is
// where its turns come from.
func (m *member) try(ctx context.Context, t Task, g *gate) (Transcript, error) {
	var heard Transcript
	err := m.guard(ctx, t.Request, func() (err error) {
		heard, err = m.whole(ctx, t, g)
		return err
	})
	return heard, err
}

// guard calls recognise where the engine knows the language and does not rest,
// and books how it went.
func (m *member) guard(ctx context.Context, q Request, recognise func() error) error {
	if err := m.knows(q.Language); err != nil {
		return err
	}
	trial, rest := m.breaker.allow()
	if rest > 0 {
		return m.resting(rest)
	}
	err := safely(recognise)
	m.breaker.record(trial, err, ctx.Err() != nil)
	return err
}

// knows is the error of an engine for a language that it was not taught.
func (m *member) knows(language string) error {
	if takes(m.about.Languages, language) {
		return nil
	}
	return pipeline.Errorf(pipeline.Invalid, "The speech engine %s does not know the language of this dictation. The recording is kept; type it from the sound.", m.about.Name)
}

// resting is the error of an engine that is left alone.
func (m *member) resting(rest time.Duration) error {
	return pipeline.Wrap(pipeline.Unavailable, RetryAfter{rest},
		"The speech engine %s failed several times and is left alone for a while. The recording is kept and recognition is tried again.", m.about.Name)
}

// Health is how an engine is.
type Health struct {
	Description
	Err     error // of its check; nil: it can work
	Breaker BreakerState
	Rest    time.Duration // while the breaker is open
}

// Sentence tells a person how the engine is.
func (h Health) Sentence() string {
	switch {
	case h.Err != nil:
		return pipeline.Sentence(h.Err)
	case h.Breaker == Open:
		return fmt.Sprintf("resting for %s after failures", h.Rest.Round(time.Second))
	}
	return "ready"
}

// checkTime bounds the check of an engine.
const checkTime = 10 * time.Second

// List asks all engines how they are, in the order they were given.
func (r *Router) List(ctx context.Context) []Health {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	list := make([]Health, len(r.names))
	var asked sync.WaitGroup
	for i, name := range r.names {
		m := r.members[name]
		asked.Go(func() {
			list[i] = Health{Description: m.about, Err: safely(func() error { return m.engine.Check(ctx) })}
			list[i].Breaker, list[i].Rest = m.breaker.state()
		})
	}
	asked.Wait()
	return list
}

// Engine gives an engine by its name.
func (r *Router) Engine(name string) (Engine, bool) {
	m := r.members[name]
	if m == nil {
		return nil, false
	}
	return m.engine, true
}
