-- What signing needs: who may sign for whom, who signs second, what a signer has
-- heard, a second factor, and notes that refer to notes.

-- A resident's notes are signed by the attending as well.
alter table users add column attending_id uuid references users;

alter table dictations
    add column cosigner_id uuid references users,
    add column refers_to   uuid references notes,
    add column relation    text not null default '' check (relation in ('', 'addendum', 'amendment')),
    add constraint dictations_refers check ((refers_to is null) = (relation = ''));

-- Lists of notes to sign: an author's, a co-signer's, and everybody's.
create index dictations_tosign on dictations (author_id, priority, due_at, id)
    where stage = 'review' and step = 'signature';
create index dictations_cosign on dictations (cosigner_id, priority, due_at, id)
    where stage = 'review' and step = 'cosignature';
create index dictations_unsigned on dictations (priority, due_at, id)
    where stage = 'review' and step = 'signature';

-- A later note refers to an earlier one; a note is amended at most once, its
-- amendment may be amended again.
alter table notes
    add column refers_to uuid references notes,
    add column relation  text not null default '' check (relation in ('', 'addendum', 'amendment')),
    add column reason    text not null default '',
    add column earlier   jsonb, -- seals of those who signed before
    add constraint notes_refers check ((refers_to is null) = (relation = ''));
create index notes_refers_to on notes (refers_to) where refers_to is not null;
create unique index notes_amended_once on notes (refers_to) where relation = 'amendment';

alter table versions drop constraint versions_kind_check;
alter table versions add constraint versions_kind_check check (kind in ('draft', 'typed', 'qa', 'signer', 'signed'));

-- First of two signatures; n is the text version that was signed.
create table signatures (
    dictation_id uuid not null references dictations,
    n            int not null,
    user_id      uuid not null references users,
    seal         jsonb not null,
    at           timestamptz not null default now(),
    primary key (dictation_id, n)
);
create trigger signatures_never_change before update or delete on signatures
    for each row execute function never_changes();

-- What a signer has heard, or says that he has checked: a flag of a draft.
create table confirmations (
    dictation_id uuid not null references dictations,
    flag         text not null, -- version of the draft and number of its flag: "1.3"
    user_id      uuid not null references users,
    how          text not null check (how in ('heard', 'confirmed', 'vouched')),
    at           timestamptz not null default now(),
    primary key (dictation_id, flag, user_id)
);
create trigger confirmations_never_change before update or delete on confirmations
    for each row execute function never_changes();

-- An author lets a colleague sign for him, for a time.
create table proxies (
    id         uuid primary key,
    author_id  uuid not null references users,
    proxy_id   uuid not null references users,
    from_at    timestamptz not null,
    until_at   timestamptz not null,
    created_at timestamptz not null default now(),
    revoked_at timestamptz,
    check (author_id <> proxy_id),
    check (from_at < until_at)
);
create index proxies_author on proxies (author_id, created_at desc);
create index proxies_proxy on proxies (proxy_id, until_at) where revoked_at is null;

-- A second factor (RFC 6238). The secret is encrypted with the site's key;
-- last_step is the newest code used: none is taken twice.
create table second_factors (
    user_id      uuid primary key references users,
    secret       bytea not null,
    confirmed_at timestamptz,
    last_step    bigint not null default 0,
    created_at   timestamptz not null default now()
);

-- Only hashes: each opens once.
create table recovery_codes (
    user_id   uuid not null references users,
    code_hash bytea not null,
    used_at   timestamptz,
    primary key (user_id, code_hash)
);
