package sweep

import (
	"context"
	"errors"

	"dictation/pipeline"
	"dictation/pipeline/store"
)

// study compares the texts of notes that were signed since it last ran.
func (s *Sweeper) study(ctx context.Context) error {
	const batch = 100
	for {
		ids, err := s.store.Unstudied(ctx, batch)
		if err != nil {
			return err
		}
		var failed error // one that cannot be compared does not stop the others
		for _, id := range ids {
			versions, err := s.compared(ctx, id)
			if err == nil {
				err = s.store.SaveScores(ctx, scores(id, versions))
			}
			failed = errors.Join(failed, err)
		}
		if len(ids) < batch || failed != nil {
			return failed
		}
	}
}

// compared reads the versions that count for the study, the last of each kind: all
// of a long text would be some thousand.
func (s *Sweeper) compared(ctx context.Context, id string) ([]store.Version, error) {
	list, err := s.store.VersionList(ctx, id)
	if err != nil {
		return nil, err
	}
	last := make(map[pipeline.VersionKind]int)
	for i, v := range list {
		last[v.Kind] = i
	}
	var out []store.Version
	for i, v := range list {
		if last[v.Kind] != i {
			continue
		}
		if v, err = s.store.Text(ctx, id, v.N); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// scores compares the draft, and the text that a transcriptionist or QA editor
// sent on last, with the signed one.
func scores(id string, versions []store.Version) []pipeline.Studied {
	var typed *store.Version
	draft, signed := &store.Version{Engine: "none"}, &store.Version{}
	for i := range versions {
		switch v := &versions[i]; v.Kind {
		case pipeline.DraftVersion:
			draft = v
		case pipeline.TypedVersion, pipeline.QAVersion:
			typed = v
		case pipeline.SignedVersion:
			signed = v
		}
	}
	list := []pipeline.Studied{{Dictation: id, Compared: pipeline.ComparedDraft, Engine: draft.Engine,
		Score: pipeline.ScoreText(draft.Text, signed.Text)}}
	if typed != nil {
		list[0].Typist = typed.UserID
		list = append(list, pipeline.Studied{Dictation: id, Compared: pipeline.ComparedTyped, Engine: draft.Engine,
			Typist: typed.UserID, Score: pipeline.ScoreText(typed.Text, signed.Text)})
	}
	return list
}
