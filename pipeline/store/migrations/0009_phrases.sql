-- Text that need not be typed again: expanders, normals, templates. A phrase
-- without an owner is the site's.
create table phrases (
    id         uuid primary key,
    kind       text not null check (kind in ('expander', 'normal', 'template')),
    owner_id   uuid references users,
    worktype   text not null,
    trigger    text not null,
    title      text not null,
    body       text not null check (octet_length(body) <= 16384),
    changed_at timestamptz not null default now()
);
create unique index phrases_trigger on phrases (owner_id, trigger, worktype) nulls not distinct where trigger <> '';
create index phrases_owner on phrases (owner_id);
