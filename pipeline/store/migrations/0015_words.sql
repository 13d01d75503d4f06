-- Words that the site holds for spelled right, in small letters.
create table site_words (
    word     text collate "C" primary key check (length(word) between 2 and 60),
    added_by uuid not null references users,
    added_at timestamptz not null default now()
);
create index site_words_added on site_words (added_at desc, word);
