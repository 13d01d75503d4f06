package web

import (
	"context"
	"testing"

	"dictation/deploy/local/localtest"
	"dictation/pipeline/store"
)

func TestMain(m *testing.M) {
	localtest.Main(m, func(ctx context.Context, url string) error {
		s, err := store.Open(ctx, url)
		if err != nil {
			return err
		}
		defer s.Close()
		_, err = s.Migrate(ctx)
		return err
	})
}
