-- Sound on its way in: it comes in chunks and becomes a dictation when its
-- sender says that it is complete. Patient and visit are numbers as they were
-- said: what they mean is asked when it becomes a dictation.
create table recordings (
    id            uuid primary key,
    author_id     uuid not null references users,
    patient_mrn   text not null,
    encounter     text not null,
    worktype      text not null,
    priority      int not null,
    several       boolean not null,
    format        text not null check (format in ('pcm', 'file')),
    file_name     text not null,
    length        bigint not null,
    device        text not null,
    takes         jsonb,
    gaps          jsonb,
    chunks        int not null default 0,
    bytes         bigint not null default 0,
    dictation_id  uuid unique references dictations,
    claim_chunks  int not null default 0,
    claim_bytes   bigint not null default 0,
    claim_sha256  text not null default '',
    dropped_at    timestamptz,
    cleared_at    timestamptz, -- when the chunks' bytes were removed
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    check (dictation_id is null or dropped_at is null)
);
create index recordings_open on recordings (author_id, created_at desc) where dictation_id is null and dropped_at is null;
create index recordings_idle on recordings (updated_at) where dictation_id is null and dropped_at is null;
create index recordings_spent on recordings (updated_at) where cleared_at is null and (dictation_id is not null or dropped_at is not null);

create table recording_chunks (
    recording_id uuid not null references recordings,
    n            int not null check (n >= 0),
    size         bigint not null check (size > 0),
    sha256       text not null,
    primary key (recording_id, n)
);
