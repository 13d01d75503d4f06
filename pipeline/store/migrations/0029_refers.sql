-- What is dictated may belong to a signed note: the author says so before he
-- speaks. refers_to is a document number as it was said.
alter table recordings
    add column refers_to text not null default '',
    add column relation  text not null default '' check (relation in ('', 'addendum', 'amendment')),
    add column why       text not null default '';

-- What was wrong with the note that a dictation amends, until it is signed.
alter table dictations add column why text not null default '';
