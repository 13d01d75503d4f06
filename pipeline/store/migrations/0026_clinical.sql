-- What other systems say of a patient: insurance, problems, allergies, medications,
-- procedures, results, documents. Entries as they are now, and every version.

create table clinical (
    id           uuid primary key,
    type         text not null, -- FHIR R4 resource type
    version      int not null,
    patient_id   uuid not null references patients,
    encounter_id uuid references encounters,
    part         text not null,
    in_error     boolean not null,
    happened_at  timestamptz not null,
    news_at      timestamptz, -- of the sender's newest news: older ones do not undo it
    updated_at   timestamptz not null default clock_timestamp(),
    sender       text not null,
    sha256       bytea not null, -- of the newest version's resource
    fact         jsonb not null  -- what the chart shows
);
create index clinical_chart on clinical (patient_id, part, happened_at desc, id desc) where not in_error;
create index clinical_patient on clinical (patient_id, type, updated_at desc, id desc);
create index clinical_newest on clinical (type, updated_at desc, id desc);
create index clinical_same on clinical (patient_id, sha256);
create index clinical_encounter on clinical (encounter_id) where encounter_id is not null;

create table clinical_versions (
    id         uuid not null references clinical,
    version    int not null,
    type       text not null,
    patient_id uuid not null references patients,
    resource   json not null, -- as it was sent: digits and order stay
    sha256     bytea not null,
    by_id      text not null,
    sender     text not null,
    at         timestamptz not null default clock_timestamp(),
    primary key (id, version)
);
create index clinical_versions_newest on clinical_versions (type, at desc, id desc, version desc);
create index clinical_versions_patient on clinical_versions (patient_id, at);
create trigger clinical_versions_never_change before update or delete on clinical_versions
    for each row execute function never_changes();

-- The numbers by which senders know their entries.
create table clinical_identifiers (
    id     uuid not null references clinical on delete cascade,
    type   text not null,
    system text not null,
    value  text not null,
    primary key (id, system, value)
);
create index clinical_identifiers_value on clinical_identifiers (value, type, system);
