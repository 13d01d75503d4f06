-- Where the checks ask a person to look, of a draft: kinds, places in the text
-- and in the sound, and sentences. Patient data.
alter table versions add column flags jsonb;
