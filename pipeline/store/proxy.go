package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

const proxyColumns = "x.id, x.author_id, x.proxy_id, x.from_at, x.until_at, x.created_at, x.revoked_at"

func scanProxy(row pgx.CollectableRow) (p pipeline.Proxy, err error) {
	return p, row.Scan(&p.ID, &p.AuthorID, &p.ProxyID, &p.From, &p.Until, &p.Created, &p.Revoked)
}

// AddProxy lets a colleague sign for an author.
func (s *Store) AddProxy(ctx context.Context, by Actor, p pipeline.Proxy) (pipeline.Proxy, error) {
	p.ID = uuid.NewString()
	err := s.tx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `insert into proxies (id, author_id, proxy_id, from_at, until_at) values ($1, $2, $3, $4, $5)
			returning created_at`, p.ID, p.AuthorID, p.ProxyID, p.From, p.Until).Scan(&p.Created)
		if err != nil {
			return err
		}
		e := by.entry("proxy.added", "", "")
		e.Detail = "account " + p.ProxyID + " for " + p.AuthorID + " until " + p.Until.UTC().Format("2006-01-02")
		return writeAudit(ctx, tx, e)
	})
	return p, err
}

// RevokeProxy ends what an author allowed, at once.
func (s *Store) RevokeProxy(ctx context.Context, by Actor, author, id string) error {
	if uuid.Validate(id) != nil {
		return noProxy()
	}
	return s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "update proxies set revoked_at = now() where id = $1 and author_id = $2 and revoked_at is null", id, author)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return noProxy()
		}
		e := by.entry("proxy.revoked", "", "")
		e.Detail = "proxy " + id
		return writeAudit(ctx, tx, e)
	})
}

func noProxy() error {
	return pipeline.Errorf(pipeline.NotFound, "There is no such proxy of yours, or it has ended already.")
}

// Proxies lists whom an author lets sign, the newest first.
func (s *Store) Proxies(ctx context.Context, author string) ([]pipeline.Proxy, error) {
	rows, _ := s.pool.Query(ctx, "select "+proxyColumns+" from proxies x where x.author_id = $1 order by x.created_at desc, x.id limit 100", author)
	list, err := pgx.CollectRows(rows, scanProxy)
	return list, kind(err)
}

// SetAttending says who signs an author's notes after him; empty: nobody.
func (s *Store) SetAttending(ctx context.Context, by Actor, author, attending string) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "update users set attending_id = $2 where id = $1", author, null(attending))
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return noUser()
		}
		e := by.entry("user.attending", "", "")
		e.Detail = "account " + author + ", attending " + attending
		if attending == "" {
			e.Detail = "account " + author + ", no attending"
		}
		return writeAudit(ctx, tx, e)
	})
}
