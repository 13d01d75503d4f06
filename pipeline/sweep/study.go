package sweep

import (
	"context"

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
		for _, id := range ids {
			versions, err := s.store.Versions(ctx, id)
			if err != nil {
				return err
			}
			if err := s.store.SaveScores(ctx, scores(id, versions)); err != nil {
				return err
			}
		}
		if len(ids) < batch {
			return nil
		}
	}
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
