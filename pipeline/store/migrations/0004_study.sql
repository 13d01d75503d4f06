-- The running error study: how far the draft, and what was typed, were from the
-- text that was signed. Counts only, no text.
create table scores (
    dictation_id    uuid not null references dictations,
    compared        text not null check (compared in ('draft', 'typed')),
    engine          text not null,
    author_id       uuid references users,
    typist_id       uuid references users,
    worktype        text not null,
    source          text not null,
    words           int not null,
    errors          int not null,
    criticals       int not null,
    critical_errors int not null,
    signed_at       timestamptz not null,
    primary key (dictation_id, compared)
);
create index scores_signed on scores (signed_at);
create index scores_author on scores (author_id, compared, signed_at desc);
