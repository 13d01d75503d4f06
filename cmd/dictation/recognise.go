package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"dictation/pipeline"
	"dictation/pipeline/learn"
	"dictation/pipeline/transcribe"
	"dictation/transcript/check"
)

// recogniser is the transcribe stage with the speech model that is in use now:
// "dictation learn" and "dictation model" change it while the worker runs.
type recogniser struct {
	app   *app
	shelf *learn.Shelf // nil: no rule names the embedded engine

	mu      sync.Mutex
	version string // of the model that handler uses
	handler *transcribe.Handler
	routers []*transcribe.Router // all that were made; closed at the end
}

var _ pipeline.Divider = (*recogniser)(nil)

// recogniser makes the stage, and the first speech model where it needs one and
// there is none. data is the folder that models are kept in.
func (a *app) recogniser(ctx context.Context, data string) (*recogniser, error) {
	r := &recogniser{app: a}
	needs, err := a.cfg.needsModel()
	if err != nil {
		return nil, err
	}
	if needs {
		r.shelf = shelfOf(data)
		say := func(what string) { a.log.InfoContext(ctx, "speech model", "says", what) }
		m, err := speechModel(ctx, r.shelf, say)
		if err != nil {
			return nil, err
		}
		a.log.InfoContext(ctx, "speech model ready", "version", m.Version, "words", m.Vocabulary)
	}
	if _, err := r.now(); err != nil {
		return nil, err
	}
	return r, a.checkEngines(ctx, r.routers[0])
}

// checkEngines warns of engines that are away. When none of those that are used
// by default can work, the program says so and does not start.
func (a *app) checkEngines(ctx context.Context, r *transcribe.Router) error {
	away := make(map[string]error)
	for _, h := range r.List(ctx) {
		if h.Err != nil {
			away[h.Name] = h.Err
		}
	}
	var all []error
	names := splitList(a.cfg.Engine)
	for _, name := range names {
		if err := away[name]; err != nil {
			a.log.WarnContext(ctx, "speech engine away", "engine", name, "err", err)
			all = append(all, err)
		}
	}
	if len(all) < len(names) {
		return nil
	}
	return errors.Join(all...)
}

// needsModel reports whether the embedded engine is used with its own model.
func (c config) needsModel() (bool, error) {
	const embedded = "pocketsphinx"
	f, err := c.engineFile()
	if err != nil {
		return false, err
	}
	ours := map[string]bool{embedded: true} // engines that hear by our model
	for _, e := range f.Engines {
		ours[cmp.Or(e.Name, e.Kind)] = e.Kind == embedded && e.LanguageModel == "" && e.Dictionary == "" && e.AcousticModel == ""
	}
	named := splitList(c.Engine)
	for _, rule := range f.Rules {
		named = append(named, append(rule.Engines, rule.Shadow)...)
	}
	return slices.ContainsFunc(named, func(name string) bool { return ours[name] }), nil
}

// now is the stage with the model in use. Work that has begun with another one
// goes on with it.
func (r *recogniser) now() (*transcribe.Handler, error) {
	var m learn.Model
	var err error
	if r.shelf != nil {
		var ok bool
		if m, ok, err = r.shelf.Current(); err != nil {
			return nil, err
		}
		if !ok {
			return nil, pipeline.Errorf(pipeline.Unavailable, "The speech model is missing from the data folder. Make it again with: dictation model build")
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.handler != nil && r.version == m.Version {
		return r.handler, nil
	}
	router, err := r.app.cfg.router(withModel(m), transcribe.Shadow{Report: r.app.compared, Dir: r.app.temp})
	if err != nil {
		return nil, err
	}
	learnt, err := r.proposals()
	if err != nil {
		return nil, err
	}
	r.routers = append(r.routers, router)
	r.version = m.Version
	r.handler = transcribe.NewRouted(r.app.blob, router, transcribe.Options{
		TypeUnidentified: r.app.cfg.TypeUnidentified,
		TempDir:          r.app.temp, Log: r.app.log, About: r.app.about, Proposals: learnt,
	})
	return r.handler, nil
}

// proposals are the corrections that were learned.
func (r *recogniser) proposals() (list []transcribe.Proposal, err error) {
	if r.shelf == nil {
		return nil, nil
	}
	pairs, err := r.shelf.Pairs()
	for _, p := range pairs {
		list = append(list, transcribe.Proposal{Heard: p.Heard, Signed: p.Signed, Times: p.Times, Kept: p.Kept})
	}
	return list, err
}

// close ends comparisons.
func (r *recogniser) close() {
	for _, router := range r.routers {
		router.Close()
	}
}

// Handle implements pipeline.Handler.
func (r *recogniser) Handle(ctx context.Context, job pipeline.Job) (pipeline.Result, error) {
	h, err := r.now()
	if err != nil {
		return pipeline.Result{}, err
	}
	return h.Handle(ctx, job)
}

// Divide implements pipeline.Divider.
func (r *recogniser) Divide(ctx context.Context, job pipeline.Job) ([]pipeline.Piece, error) {
	h, err := r.now()
	if err != nil {
		return nil, err
	}
	return h.Divide(ctx, job)
}

// HandlePiece implements pipeline.Divider.
func (r *recogniser) HandlePiece(ctx context.Context, job pipeline.Job, p pipeline.Piece) (pipeline.PieceResult, error) {
	h, err := r.now()
	if err != nil {
		return pipeline.PieceResult{}, err
	}
	return h.HandlePiece(ctx, job, p)
}

// Join implements pipeline.Divider.
func (r *recogniser) Join(ctx context.Context, job pipeline.Job, pieces []pipeline.PieceResult) (pipeline.Result, error) {
	h, err := r.now()
	if err != nil {
		return pipeline.Result{}, err
	}
	return h.Join(ctx, job, pieces)
}

// about is what is known of a dictation before listening.
func (a *app) about(ctx context.Context, d pipeline.Dictation) (transcribe.About, error) {
	about := transcribe.About{Now: d.Created}
	about.Hints.Language = a.cfg.Language
	about.Hints.Prompt = d.Worktype.Info().Title + "."
	if d.AuthorID != "" {
		u, err := a.store.User(ctx, d.AuthorID)
		if err != nil {
			return about, err
		}
		about.Username = u.Username
	}
	if d.PatientID != "" {
		p, err := a.store.Patient(ctx, d.PatientID)
		if err != nil {
			return about, err
		}
		about.Hints.Vocabulary = []string{p.Family, p.Given}
		about.Patient = check.Patient{MRN: p.MRN, Family: p.Family, Given: p.Given, BirthDate: p.BirthDate, Sex: p.Sex}
	}
	return about, nil
}

// compared keeps what two engines made of the same recording.
func (a *app) compared(ctx context.Context, c transcribe.Comparison) {
	why := ""
	if c.Err != nil {
		why = pipeline.Sentence(c.Err)
	}
	err := a.store.SaveComparison(ctx, pipeline.Comparison{
		Dictation: c.Dictation, Main: c.Main.Engine, Shadow: c.Shadow.Engine, LengthMS: c.Length.Milliseconds(),
		Words: c.Between.Words, Differ: c.Between.Substituted + c.Between.Deleted + c.Between.Inserted,
		MainMS: c.MainTook.Milliseconds(), ShadowMS: c.Took.Milliseconds(), Failure: why,
	})
	if err != nil {
		a.log.WarnContext(ctx, "comparison not kept", "dictation", c.Dictation, "err", err)
	}
}
