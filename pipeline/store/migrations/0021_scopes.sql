-- A token may be for less than its account: then it opens the FHIR API only, as
-- far as its SMART scopes go. An empty list is a token for all that the account may.

alter table api_tokens add column scopes text[] not null default '{}';
