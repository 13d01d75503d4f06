package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"dictation/pipeline"
)

const userColumns = `u.id, u.username, u.name, u.roles, u.disabled, u.created_at, u.language, u.looks, coalesce(u.attending_id::text, ''),
	nullif(array(select x.author_id::text from proxies x where x.proxy_id = u.id and x.revoked_at is null
		and x.from_at <= now() and x.until_at > now()), '{}')`

func userScan(u *pipeline.User) []any {
	return []any{&u.ID, &u.Username, &u.Name, &u.Roles, &u.Disabled, &u.Created, &u.Language, &u.Looks, &u.AttendingID, &u.ProxyFor}
}

func scanUser(row pgx.CollectableRow) (u pipeline.User, err error) {
	return u, row.Scan(userScan(&u)...)
}

// AddUser makes an account. Conflict when the username is taken.
func (s *Store) AddUser(ctx context.Context, by Actor, u pipeline.User, passwordHash string) (pipeline.User, error) {
	u.ID = uuid.NewString()
	u.Username = strings.ToLower(strings.TrimSpace(u.Username))
	err := s.tx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `insert into users (id, username, name, roles, password_hash) values ($1, $2, $3, $4, $5)
			returning created_at`, u.ID, u.Username, u.Name, u.Roles, passwordHash).Scan(&u.Created)
		if unique(err, "users_username_key") {
			return pipeline.Errorf(pipeline.Conflict, "There is an account %q already. Choose another username.", u.Username)
		}
		if err != nil {
			return err
		}
		e := by.entry("user.added", "", "")
		e.Detail = "account " + u.ID
		return writeAudit(ctx, tx, e)
	})
	return u, err
}

// SetPassword stores a new hash, ends all sessions of the account and revokes
// its tokens.
func (s *Store) SetPassword(ctx context.Context, by Actor, userID, passwordHash string) error {
	if err := s.RevokeTokens(ctx, by, userID); err != nil {
		return err
	}
	return s.userChange(ctx, by, userID, "user.password", "update users set password_hash = $2 where id = $1", passwordHash)
}

// SetDisabled opens or closes an account; closing ends its sessions at once.
func (s *Store) SetDisabled(ctx context.Context, by Actor, userID string, disabled bool) error {
	action := "user.enabled"
	if disabled {
		action = "user.disabled"
	}
	return s.userChange(ctx, by, userID, action, "update users set disabled = $2 where id = $1", disabled)
}

func (s *Store) userChange(ctx context.Context, by Actor, userID, action, sql string, arg any) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sql, userID, arg)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return noUser()
		}
		if _, err := tx.Exec(ctx, "delete from sessions where user_id = $1", userID); err != nil {
			return err
		}
		e := by.entry(action, "", "")
		e.Detail = "account " + userID
		return writeAudit(ctx, tx, e)
	})
}

// SetPages stores how an account wants its pages: language and looks, both may be
// empty. Its sessions go on.
func (s *Store) SetPages(ctx context.Context, user, language, looks string) error {
	_, err := s.pool.Exec(ctx, "update users set language = $2, looks = $3 where id = $1", user, language, looks)
	return kind(err)
}

func noUser() error { return pipeline.Errorf(pipeline.NotFound, "There is no such account.") }

// User reads an account by id.
func (s *Store) User(ctx context.Context, id string) (pipeline.User, error) {
	u, _, err := s.user(ctx, "u.id = $1", id)
	return u, err
}

// UserByName reads an account and its password hash by username.
func (s *Store) UserByName(ctx context.Context, username string) (u pipeline.User, passwordHash string, err error) {
	return s.user(ctx, "u.username = $1", strings.ToLower(strings.TrimSpace(username)))
}

func (s *Store) user(ctx context.Context, where, arg string) (u pipeline.User, hash string, err error) {
	err = s.pool.QueryRow(ctx, "select "+userColumns+", u.password_hash from users u where "+where, arg).
		Scan(append(userScan(&u), &hash)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return u, "", noUser()
	}
	return u, hash, kind(err)
}

// Users lists the accounts by username.
func (s *Store) Users(ctx context.Context) ([]pipeline.User, error) {
	rows, _ := s.pool.Query(ctx, "select "+userColumns+" from users u order by u.username")
	list, err := pgx.CollectRows(rows, scanUser)
	return list, kind(err)
}

// UserNames gives the names of accounts by id, for pages that show who did what.
func (s *Store) UserNames(ctx context.Context) (map[string]string, error) {
	list, err := s.Users(ctx)
	names := make(map[string]string, len(list))
	for _, u := range list {
		names[u.ID] = u.Name
	}
	return names, err
}

// AddSession stores the hash of a session token.
func (s *Store) AddSession(ctx context.Context, tokenHash []byte, userID string, until time.Time) error {
	_, err := s.pool.Exec(ctx, "insert into sessions (token_hash, user_id, expires_at) values ($1, $2, $3)", tokenHash, userID, until)
	return kind(err)
}

// SessionUser finds the account of a session that has neither ended nor been
// idle too long, and marks it as seen.
func (s *Store) SessionUser(ctx context.Context, tokenHash []byte, idle time.Duration) (pipeline.User, error) {
	u, err := s.PeekSession(ctx, tokenHash, idle)
	if err != nil {
		return u, err
	}
	// Once a minute is exact enough for the idle limit and spares a write a request.
	_, err = s.pool.Exec(ctx, `update sessions set seen_at = now() where token_hash = $1 and seen_at < now() - interval '1 minute'`, tokenHash)
	return u, kind(err)
}

// PeekSession is SessionUser without marking the session as seen.
func (s *Store) PeekSession(ctx context.Context, tokenHash []byte, idle time.Duration) (u pipeline.User, err error) {
	err = s.pool.QueryRow(ctx, "select "+userColumns+` from sessions s join users u on u.id = s.user_id
		where s.token_hash = $1 and s.expires_at > now() and s.seen_at > now() - $2::interval and not u.disabled`,
		tokenHash, idle).Scan(userScan(&u)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return u, pipeline.Errorf(pipeline.Unauthorized, "Your session has ended. Please sign in again.")
	}
	return u, kind(err)
}

// EndSession removes a session.
func (s *Store) EndSession(ctx context.Context, tokenHash []byte) error {
	_, err := s.pool.Exec(ctx, "delete from sessions where token_hash = $1", tokenHash)
	return kind(err)
}

// AddToken stores the hash of an API token. Scopes are as [pipeline.ParseScopes]
// gives them.
func (s *Store) AddToken(ctx context.Context, by Actor, tokenHash []byte, userID, label string, scopes ...string) error {
	if scopes == nil {
		scopes = []string{}
	}
	return s.tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into api_tokens (token_hash, user_id, label, scopes) values ($1, $2, $3, $4)
			on conflict (token_hash) do update set revoked_at = null, scopes = excluded.scopes where api_tokens.user_id = excluded.user_id`,
			tokenHash, userID, label, scopes)
		if err != nil {
			return err
		}
		e := by.entry("token.added", "", "")
		e.Detail = strings.TrimSpace("account " + userID + " " + strings.Join(scopes, " "))
		return writeAudit(ctx, tx, e)
	})
}

// RevokeTokens makes all API tokens of the account worthless.
func (s *Store) RevokeTokens(ctx context.Context, by Actor, userID string) error {
	return s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "update api_tokens set revoked_at = now() where user_id = $1 and revoked_at is null", userID)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		e := by.entry("tokens.revoked", "", "")
		e.Detail = "account " + userID
		return writeAudit(ctx, tx, e)
	})
}

// TokenUser finds the account of an API token.
func (s *Store) TokenUser(ctx context.Context, tokenHash []byte) (u pipeline.User, err error) {
	err = s.pool.QueryRow(ctx, "select "+userColumns+`, nullif(t.scopes, '{}') from api_tokens t join users u on u.id = t.user_id
		where t.token_hash = $1 and t.revoked_at is null and not u.disabled`, tokenHash).Scan(append(userScan(&u), &u.Scopes)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return u, pipeline.Errorf(pipeline.Unauthorized, "This API token is not valid (any more).")
	}
	return u, kind(err)
}

// Sweep removes what has no use any more: ended sessions. It returns how many.
func (s *Store) Sweep(ctx context.Context) (int64, error) {
	tag, err := s.pool.Exec(ctx, "delete from sessions where expires_at < now()")
	return tag.RowsAffected(), kind(err)
}
