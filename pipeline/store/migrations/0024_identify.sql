-- The queue of the unidentified: dictations of which it is open whose they are, or what.

-- While a question is open nothing can be signed or delivered, whatever a program does.
alter table dictations add column questions text[] not null default '{}';
alter table dictations add constraint dictations_identified
    check (questions = '{}' or stage <> 'deliver' and step <> 'cosignature');

-- How a name sounds: its consonants, one letter for those that are mistaken for one
-- another; a vowel only at the beginning. Compared with nothing but itself.
create function name_sound(name text) returns text language sql immutable strict parallel safe as $$
    select left(regexp_replace(regexp_replace(regexp_replace(
        translate(
            regexp_replace(regexp_replace(regexp_replace(regexp_replace(
                regexp_replace(translate(lower(name), 'äöüàáâãåçèéêëìíîïñòóôõùúûýß', 'aouaaaaaceeeeiiiinoooouuuys'), '[^a-z]', '', 'g'),
                'ph', 'f', 'g'), 'sch|sh|ch', 'x', 'g'), 'ck|[cq]', 'k', 'g'), '^kn|^gn', 'n'),
            'zdbvgw', 'stpfkv'),
        '^[aeiouyhj]+', 'a'), '(.)[aeiouyhjv]+', '\1', 'g'), '(.)\1+', '\1', 'g'), 12)
$$;

create function number_digits(number text) returns text language sql immutable strict parallel safe as $$
    select ltrim(regexp_replace(number, '[^0-9]', '', 'g'), '0')
$$;

create index patients_sound on patients (name_sound(family), name_sound(split_part(given, ' ', 1))) where merged_into is null;
create index patients_digits on patients (number_digits(mrn));
create index patients_born on patients (birth_date) where merged_into is null;
create index encounters_digits on encounters (number_digits(number));

create table identifications (
    dictation_id uuid primary key references dictations,
    opened_at    timestamptz not null default now(),
    rank         smallint not null default 1, -- 0 something new, 1 open, 2 waits for somebody else
    priority     smallint not null, -- of the dictation
    claims       jsonb not null default '{}', -- what its sender said, as he said it
    heard        jsonb,                       -- who is named in the recording; null before it is recognised
    sounds       text[] not null default '{}', -- of the names heard
    numbers      text[] not null default '{}', -- digits of record and visit numbers, heard or said
    births       date[] not null default '{}',

    match_id  uuid references patients, -- registered since, and may be meant
    match_at  timestamptz,
    waits_at  timestamptz,              -- a person said: not registered yet

    asked_of    uuid references users,
    asked_by    uuid references users,
    asked_at    timestamptz,
    asked       text not null default '',
    answer      text not null default '',
    answered_at timestamptz,

    resolved_at timestamptz,
    resolved_by text not null default '',
    outcome     text not null default '' check (outcome in ('', 'identified', 'closed', 'split')),
    before      jsonb -- what it was bound to before, for taking it back
);

create index identifications_open on identifications (rank, priority, opened_at, dictation_id) where resolved_at is null;
create index identifications_sounds on identifications using gin (sounds) where resolved_at is null;
create index identifications_numbers on identifications using gin (numbers) where resolved_at is null;
create index identifications_asked on identifications (asked_of, asked_at) where resolved_at is null and answered_at is null;
create index identifications_match on identifications (match_id) where match_id is not null;
create index identifications_done on identifications (resolved_at desc, dictation_id desc) where resolved_at is not null;
