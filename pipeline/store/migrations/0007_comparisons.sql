-- What a second engine made of the same recording, for comparison. Counts only.
create table comparisons (
    id           bigint generated always as identity primary key,
    at           timestamptz not null default now(),
    dictation_id uuid not null references dictations,
    main         text not null,
    shadow       text not null,
    length_ms    bigint not null,
    words        int not null,
    differ       int not null,
    main_ms      bigint not null,
    shadow_ms    bigint not null,
    failure      text not null
);
create index comparisons_at on comparisons (at);
