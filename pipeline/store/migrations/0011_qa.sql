-- Whose typing it is and which version he sent on, so that QA knows what it
-- assesses and he can take back what nobody has taken up.
alter table dictations
    add column typed_by uuid references users,
    add column typed_n  int,          -- version of the text
    add column typed_v  bigint,       -- version of the dictation after that move
    add column typed_at timestamptz;
update dictations d set typed_by = v.user_id, typed_n = v.n, typed_v = 0, typed_at = v.created_at
    from (select distinct on (dictation_id) dictation_id, n, user_id, created_at from versions
          where kind = 'typed' order by dictation_id, n desc) v
    where v.dictation_id = d.id;
create index dictations_typed on dictations (typed_by, typed_at desc) where typed_by is not null;

-- Which typed texts QA sees. Every list of rules is kept; the newest holds.
create table qa_rules (
    rev   bigint primary key,
    rules jsonb not null,
    by_id text not null,
    at    timestamptz not null default now()
);

-- What QA editors found. Scores are stored as they were given: a site that
-- changes its scale does not change the past.
create table qa_assessments (
    id           uuid primary key,
    dictation_id uuid not null references dictations,
    typist_id    uuid not null references users,
    editor_id    uuid not null references users,
    author_id    uuid references users,
    worktype     text not null,
    typed_n      int not null,
    edited_n     int not null,
    verdict      text not null check (verdict in ('completed', 'returned')),
    comment      text not null,
    scale        jsonb not null,
    critical     int not null,
    noncritical  int not null,
    feedback     int not null,
    score        double precision not null,
    passed       boolean not null,
    at           timestamptz not null default now(),
    read_at      timestamptz
);
create index qa_assessments_at on qa_assessments (at);
create index qa_assessments_typist on qa_assessments (typist_id, at desc, id desc);
create index qa_assessments_dictation on qa_assessments (dictation_id, at);

-- The marks of an assessment. Words of the text: patient data.
create table qa_findings (
    assessment_id uuid not null references qa_assessments,
    n             int not null,
    class         text not null check (class in ('critical', 'noncritical', 'feedback')),
    type          text not null,
    was           text not null,
    now           text not null,
    before        text not null,
    after         text not null,
    audio_ms      bigint,
    note          text not null,
    dispute       text not null default '',
    disputed_at   timestamptz,
    answer        text not null default '' check (answer in ('', 'upheld', 'withdrawn')),
    answer_note   text not null default '',
    answered_by   uuid references users,
    answered_at   timestamptz,
    primary key (assessment_id, n)
);
create index qa_findings_open on qa_findings (disputed_at) where dispute <> '' and answer = '';
