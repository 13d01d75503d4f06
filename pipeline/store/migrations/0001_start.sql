-- People and their keys to the house.

create table users (
    id            uuid primary key,
    username      text not null unique check (username = lower(username) and username <> ''),
    name          text not null,
    roles         text[] not null,
    password_hash text not null,
    disabled      boolean not null default false,
    created_at    timestamptz not null default now()
);

-- Only hashes of session and API tokens are stored: a copy of the table opens no door.
create table sessions (
    token_hash bytea primary key,
    user_id    uuid not null references users on delete cascade,
    created_at timestamptz not null default now(),
    seen_at    timestamptz not null default now(),
    expires_at timestamptz not null
);
create index sessions_user on sessions (user_id);

create table api_tokens (
    token_hash bytea primary key,
    user_id    uuid not null references users on delete cascade,
    label      text not null,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);
create index api_tokens_user on api_tokens (user_id);

-- The patients and visits that dictations belong to.

create table patients (
    id         uuid primary key,
    mrn        text not null unique,
    family     text not null,
    given      text not null,
    birth_date date not null,
    sex        text not null check (sex in ('male', 'female', 'other', 'unknown')),
    updated_at timestamptz not null default now()
);
create index patients_family on patients (lower(family) text_pattern_ops, lower(given) text_pattern_ops, id);

create table encounters (
    id         uuid primary key,
    number     text not null unique,
    patient_id uuid not null references patients,
    class      text not null,
    reason     text not null,
    location   text not null,
    started_at timestamptz not null,
    ended_at   timestamptz,
    updated_at timestamptz not null default now()
);
create index encounters_patient on encounters (patient_id, started_at desc);

-- A dictation is one row. version is the compare-and-set value: every change of
-- position adds one and writes one audit row with that number.

create sequence job_numbers start 1000001;

create table dictations (
    id              uuid primary key,
    job_number      text not null unique,
    author_id       uuid references users,
    patient_id      uuid references patients,
    encounter_id    uuid references encounters,
    worktype        text not null,
    priority        smallint not null,
    due_at          timestamptz not null,
    facility        text not null default '',
    source          text not null,
    source_ref      text unique, -- one file or request is one dictation, however often it is sent

    stage           text not null,
    step            text not null default '',
    state           text not null,
    reason          text not null default '',
    version         bigint not null,
    attempt         int not null default 0,
    worker          text not null default '',
    holder_id       uuid references users,
    lease_until     timestamptz,
    announced_at    timestamptz not null default now(),

    original_key    text not null,
    original_sha256 text not null,
    original_size   bigint not null,
    original_name   text not null default '',
    sound           jsonb,
    text_n          int not null default 0,

    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now()
);
create index dictations_worklist on dictations (step, state, priority, due_at, id) where stage = 'review';
create index dictations_author on dictations (author_id, created_at desc, id desc);
create index dictations_recent on dictations (created_at desc, id desc);
create index dictations_patient on dictations (patient_id, created_at desc);
create index dictations_holder on dictations (holder_id) where holder_id is not null;
create index dictations_machine on dictations (announced_at)
    where state in ('pending', 'in_progress') and stage <> 'review';
create index dictations_leases on dictations (lease_until) where stage = 'review' and state = 'in_progress';

-- Every saved text, from the engine's draft on. Words with times stand on the
-- draft; later versions are timed against it when they are read.
create table versions (
    dictation_id uuid not null references dictations,
    n            int not null,
    kind         text not null check (kind in ('draft', 'typed', 'qa', 'signed')),
    text         text not null,
    engine       text not null default '',
    words        jsonb,
    user_id      uuid references users,
    created_at   timestamptz not null default now(),
    primary key (dictation_id, n)
);

-- Signed notes. Rows are never changed.
create table notes (
    id              uuid primary key,
    document_number text not null unique,
    dictation_id    uuid not null unique references dictations,
    patient_id      uuid not null references patients,
    encounter_id    uuid references encounters,
    worktype        text not null,
    title           text not null,
    text            text not null,
    text_n          int not null,
    seal            jsonb not null,
    created_at      timestamptz not null default now()
);

create index notes_created on notes (created_at);

-- What was sent where: written before (asked), completed after.
create table deliveries (
    id           bigint generated always as identity primary key,
    note_id      uuid not null references notes,
    destination  text not null,
    key          text not null,
    attempt      int not null,
    asked_at     timestamptz not null default now(),
    answered_at  timestamptz,
    record_id    text not null default '',
    error        text not null default ''
);
create index deliveries_note on deliveries (note_id);
create index deliveries_key on deliveries (key);

-- The built-in patient record: one document per delivered note.
create table documents (
    id          uuid primary key,
    key         text not null unique, -- the delivery's idempotency key
    note_id     uuid not null references notes,
    patient_id  uuid not null references patients,
    status      text not null default 'current' check (status in ('current', 'superseded', 'entered-in-error')),
    doc_status  text not null default 'final',
    attached_at timestamptz not null default now()
);
create index documents_note on documents (note_id);
create index documents_patient on documents (patient_id, attached_at desc, id desc);
create index documents_attached on documents (attached_at desc, id desc);

-- Messages to be sent after the commit that wrote them.
create table outbox (
    id           bigint generated always as identity primary key,
    dictation_id uuid not null,
    stage        text not null,
    priority     smallint not null
);

-- Who did what. Append-only: a row may gain its place in the chain once.
create table audit (
    id           bigint generated always as identity primary key,
    at           timestamptz not null,
    actor        text not null,
    action       text not null,
    outcome      text not null,
    dictation_id uuid,
    patient_id   uuid,
    version      bigint not null default 0,
    from_pos     text not null default '',
    to_pos       text not null default '',
    remote       text not null default '',
    detail       text not null default '',
    pos          bigint unique,
    hash         bytea
);
create index audit_open on audit (id) where pos is null;
create index audit_dictation on audit (dictation_id, id);
create index audit_at on audit (at desc, id desc);

create table audit_head (
    one  boolean primary key default true check (one),
    pos  bigint not null,
    hash bytea not null
);

create function audit_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.pos is null and new.pos is not null
       and (new.id, new.at, new.actor, new.action, new.outcome, new.dictation_id, new.patient_id,
            new.version, new.from_pos, new.to_pos, new.remote, new.detail)
           is not distinct from
           (old.id, old.at, old.actor, old.action, old.outcome, old.dictation_id, old.patient_id,
            old.version, old.from_pos, old.to_pos, old.remote, old.detail) then
        return new;
    end if;
    raise exception 'the audit is append-only';
end $$;
create trigger audit_append_only before update or delete on audit
    for each row execute function audit_append_only();

create function never_changes() returns trigger language plpgsql as $$
begin
    raise exception '% rows never change', tg_table_name;
end $$;
create trigger notes_never_change before update or delete on notes
    for each row execute function never_changes();
create trigger versions_never_change before update or delete on versions
    for each row execute function never_changes();
