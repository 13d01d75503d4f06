-- Signed notes on their way to other records systems.

-- Destinations that were ever configured. What was signed before since is not
-- sent there by itself.
create table destinations (
    name  text primary key,
    since timestamptz not null default now()
);

-- The ledger: one line a document and destination. The log of single tries is in
-- deliveries.
create table dispatches (
    id          bigint generated always as identity primary key,
    key         text not null unique,
    note_id     uuid not null references notes,
    patient_id  uuid not null references patients, -- of the note; follows a merge
    signed_at   timestamptz not null,              -- of the note: the order of sending
    destination text not null references destinations,
    withdrawal  text not null default '', -- why it is withdrawn; empty for the document itself
    state       text not null check (state in ('waiting', 'sent', 'unknown', 'parked', 'held')),
    reason      text not null default '',
    series      int not null default 0,
    attempts    int not null default 0,
    unsettled   boolean not null default false,
    payload     bytea,
    sha256      text not null default '',
    record_id   text not null default '',
    line        bigint references deliveries,
    lease_until timestamptz,
    since       timestamptz not null default now(),
    next_at     timestamptz not null default now(),
    asked_at    timestamptz,
    answered_at timestamptz,
    created_at  timestamptz not null default now()
);
create unique index dispatches_once on dispatches (note_id, destination, (withdrawal <> ''));

-- The next to try; what stands before it of the same patient; pages of the list.
create index dispatches_due on dispatches (destination, next_at) where state = 'waiting';
create index dispatches_order on dispatches (destination, patient_id, signed_at, id) where state = 'waiting';
create index dispatches_newest on dispatches (id desc) where state <> 'sent';
create index dispatches_state on dispatches (state, id desc);
create index dispatches_destination on dispatches (destination, id desc);
create index dispatches_both on dispatches (destination, state, id desc);
create index dispatches_patient on dispatches (patient_id);

-- What the nightly comparisons found: numbers only.
create table reconciliations (
    at     timestamptz primary key default now(),
    report jsonb not null
);
