-- Where the draft's words, the marks and what was looked at lie in a text that a
-- person made: as his page told it and as the server worked it out. Patient data.
alter table versions add column places jsonb;
