-- Patients and visits kept up to date by a hospital's feed.

-- Every message as it came, and what was answered: one that was done and is
-- repeated changes nothing. Rows are deleted after some weeks.
create table feed_messages (
    id          bigint generated always as identity primary key,
    received_at timestamptz not null default now(),
    sender      text not null,
    control     text not null,
    event       text not null,
    sha256      bytea not null, -- of raw: some senders use a control id again
    raw         bytea not null,
    code        text not null, -- HL7 table 0008
    error       text not null, -- HL7 table 0357; empty when there was none
    detail      text not null, -- for a person; no patient data
    unique (sender, control, sha256)
);
create index feed_messages_received on feed_messages (received_at);

-- When the feed's newest news of a patient or visit happened: older news that
-- comes later does not undo it.
alter table patients
    add column news_at     timestamptz,
    add column merged_into uuid references patients;
alter table encounters
    add column news_at   timestamptz,
    add column cancelled boolean not null default false;

-- A record number that is no longer used leads to the record that is.
create index patients_merged on patients (merged_into) where merged_into is not null;
create index notes_patient on notes (patient_id);

-- A signed note never changes. Whose record it is in follows a merge of two
-- records of one patient, and nothing else does.
create function note_never_changes() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and to_jsonb(new) - 'patient_id' = to_jsonb(old) - 'patient_id'
       and exists (select from patients p where p.id = old.patient_id and p.merged_into = new.patient_id) then
        return new;
    end if;
    raise exception 'notes rows never change';
end $$;
drop trigger notes_never_change on notes;
create trigger notes_never_change before update or delete on notes
    for each row execute function note_never_changes();
