-- How an account wants its pages: '' follows the browser.
alter table users
    add column language text not null default '',
    add column looks    text not null default '' check (looks in ('', 'light', 'dark'));
