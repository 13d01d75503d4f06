-- Long recordings are recognised in pieces by several workers. A piece that is
-- done is never done again; all go when the draft is written, which has the words.
create table pieces (
    dictation_id uuid not null references dictations,
    n            int not null,
    start_ms     bigint not null,
    end_ms       bigint not null check (end_ms > start_ms),
    worker       text not null default '',
    lease_until  timestamptz,
    done         boolean not null default false,
    engine       text not null default '',
    words        jsonb,
    primary key (dictation_id, n)
);
