-- Pools: who types for whom. A dictation's pool is a name; '' is everybody's.

create table pools (
    name       text primary key check (name <> ''),
    created_at timestamptz not null default now()
);
create table pool_members (
    pool    text not null references pools on delete cascade,
    user_id uuid not null references users on delete cascade,
    primary key (pool, user_id)
);
create index pool_members_user on pool_members (user_id);
create table pool_rules (
    id        bigint generated always as identity primary key,
    pool      text not null references pools on delete cascade,
    worktype  text not null default '',
    author_id uuid references users,
    facility  text not null default '',
    check (worktype <> '' or author_id is not null or facility <> ''),
    unique nulls not distinct (worktype, author_id, facility)
);
create index pool_rules_pool on pool_rules (pool);

-- The pool that the rules give.
create function route(worktype text, author uuid, facility text) returns text stable language sql as $$
    select coalesce((select r.pool from pool_rules r
        where r.worktype in ('', $1) and (r.author_id is null or r.author_id = $2) and r.facility in ('', $3)
        order by (r.author_id is not null) desc, (r.worktype <> '') desc, (r.facility <> '') desc limit 1), '')
$$;

alter table dictations
    add column pool       text not null default '',
    add column held_since timestamptz; -- since when the holder has it

-- The queue page: each filter leads an index that gives the rows in the order of the
-- page; what another filter asks besides is counted from the same index, without
-- the rows.
create index dictations_pool on dictations (pool, step, state, priority, due_at, id) include (author_id, created_at) where stage = 'review';
create index dictations_pool_worktype on dictations (pool, worktype, step, state, priority, due_at, id) include (author_id, created_at) where stage = 'review';
create index dictations_typed_for on dictations (author_id, step, state, priority, due_at, id) include (pool, created_at) where stage = 'review';
create index dictations_typed_for_worktype on dictations (author_id, worktype, step, state, priority, due_at, id) include (pool, created_at) where stage = 'review';
create index dictations_worktype on dictations (worktype, step, state, priority, due_at, id) include (pool, created_at) where stage = 'review';
create index dictations_age on dictations (step, state, priority, created_at, id) where stage = 'review';
create index dictations_open on dictations (stage, step, state) where state <> 'finished';

-- What was taken from somebody's hands, so that it can be said to him.
create table takeovers (
    id           bigint generated always as identity primary key,
    dictation_id uuid not null references dictations,
    from_id      uuid not null references users,
    by_id        uuid references users,
    at           timestamptz not null default now(),
    reason       text not null default '',
    back         boolean not null, -- to the queue; otherwise by_id has it
    read_at      timestamptz
);
create index takeovers_from on takeovers (from_id, dictation_id, id);
create index takeovers_unread on takeovers (from_id, id) where read_at is null;
