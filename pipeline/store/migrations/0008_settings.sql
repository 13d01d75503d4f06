-- How a person works at the workstation: keys, player, pedal. Nothing about patients.
create table settings (
    user_id    uuid primary key references users,
    body       jsonb not null check (octet_length(body::text) <= 16384),
    changed_at timestamptz not null default now()
);
