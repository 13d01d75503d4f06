-- The chart: what is missing from it, its words, its codes, and who was given it.

-- The words of a note, to search for. As they are written: "no" and "not" count. A
-- vector is bounded; what stands behind the first 100,000 characters is not in it.
-- What looks like a tag of HTML is text like any other.
alter table notes add column words tsvector
    generated always as (to_tsvector('simple', translate(title || ' ' || left(text, 100000), '<>', '  '))) stored;
create index notes_words on notes using gin (words);
create index notes_encounter on notes (encounter_id, worktype) where encounter_id is not null;
create index notes_newest on notes (created_at desc, id desc);
create index notes_of_author on notes ((seal->>'author_id'), created_at desc, id desc);

-- A column that is worked out is not there yet when the trigger compares.
create or replace function note_never_changes() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and to_jsonb(new) - 'patient_id' - 'words' = to_jsonb(old) - 'patient_id' - 'words'
       and exists (select from patients p where p.id = old.patient_id and p.merged_into = new.patient_id) then
        return new;
    end if;
    raise exception 'notes rows never change';
end $$;

-- When the first of the notes that a stay must have was signed; what is missing is
-- found without looking at the stays that have it.
alter table encounters
    add column admitted_note_at   timestamptz, -- history and physical
    add column discharged_note_at timestamptz; -- discharge summary
create index encounters_no_admission_note on encounters (started_at, id)
    where class = 'IMP' and not cancelled and admitted_note_at is null;
create index encounters_no_discharge_note on encounters (ended_at, id)
    where class = 'IMP' and not cancelled and discharged_note_at is null and ended_at is not null;
create index dictations_unsigned_age on dictations (created_at, id)
    where stage = 'review' and state <> 'finished';
create index dictations_encounter on dictations (encounter_id, worktype) where encounter_id is not null;

update encounters e set
    admitted_note_at = (select min(n.created_at) from notes n where n.encounter_id = e.id and n.worktype = 'history-and-physical'),
    discharged_note_at = (select min(n.created_at) from notes n where n.encounter_id = e.id and n.worktype = 'discharge-summary');

-- Signed notes wait to be coded.
create table codings (
    note_id    uuid primary key references notes,
    created_at timestamptz not null,
    done_at    timestamptz,
    done_by    uuid references users
);
create index codings_open on codings (created_at, note_id) where done_at is null;
insert into codings (note_id, created_at) select id, created_at from notes;

create function note_signed() returns trigger language plpgsql as $$
begin
    insert into codings (note_id, created_at) values (new.id, new.created_at);
    if new.worktype = 'history-and-physical' then
        update encounters set admitted_note_at = new.created_at where id = new.encounter_id and admitted_note_at is null;
    elsif new.worktype = 'discharge-summary' then
        update encounters set discharged_note_at = new.created_at where id = new.encounter_id and discharged_note_at is null;
    end if;
    return null;
end $$;
create trigger note_signed after insert on notes for each row execute function note_signed();

-- The site's own table of codes, and the words that speak for a code.
create table codes (
    system text not null check (system <> ''),
    code   text not null check (code <> ''),
    title  text not null,
    words  tsvector generated always as (to_tsvector('simple', code || ' ' || title)) stored,
    primary key (system, code)
);
create index codes_words on codes using gin (words);
create index codes_code on codes (lower(code) text_pattern_ops);
create table code_terms (
    phrase text not null, -- lower-case words, one space between
    system text not null,
    code   text not null,
    primary key (phrase, system, code),
    foreign key (system, code) references codes on delete cascade
);

create index code_terms_code on code_terms (system, code);

-- Codes that a person gave a note; one that was taken back stays to be seen.
create table note_codes (
    id         bigint generated always as identity primary key,
    note_id    uuid not null references notes,
    system     text not null,
    code       text not null,
    title      text not null, -- as it was in the table then
    from_byte  int not null default 0, -- where in the note's text it is spoken of
    to_byte    int not null default 0, -- equal to from_byte: nowhere in particular
    given_by   uuid not null references users,
    given_at   timestamptz not null default now(),
    removed_by uuid references users,
    removed_at timestamptz
);
create unique index note_codes_once on note_codes (note_id, system, code) where removed_at is null;
create index note_codes_note on note_codes (note_id, id);

-- Who was given a patient's record, and why (45 CFR 164.528).
create table disclosures (
    id         uuid primary key,
    patient_id uuid not null references patients,
    by_id      uuid not null references users,
    at         timestamptz not null default now(),
    recipient  text not null check (recipient <> ''),
    reason     text not null check (reason <> ''),
    ended_at   timestamptz,                 -- null: it was begun and broke off, or runs
    documents  int not null default 0,
    sha256     text not null default ''     -- of the manifest, lower-case hex
);
create index disclosures_patient on disclosures (patient_id, at desc, id desc);
