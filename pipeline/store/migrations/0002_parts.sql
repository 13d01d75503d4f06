-- A recording may hold several dictations, as the side of a tape does. A person
-- says where each begins; then each part is a dictation that names the recording
-- it was cut from, in samples of the canonical sound, half-open.

alter table dictations
    add column several   boolean not null default false, -- the sender says so
    add column parent_id uuid references dictations,
    add column part_from bigint,
    add column part_to   bigint,
    add constraint dictations_part check (
        (parent_id is null) = (part_from is null) and (parent_id is null) = (part_to is null) and part_from < part_to);

create unique index dictations_parent on dictations (parent_id, part_from) where parent_id is not null;
