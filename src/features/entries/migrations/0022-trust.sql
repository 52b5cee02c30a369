-- both: why an entry is doubted, whether a person has decided about it, and how many are new
alter table memory_context_registry add column doubts text not null default '[]';
alter table memory_context_registry add column decided integer not null default 0;
create index context_doubted on memory_context_registry (updated_at, ent)
  where trust = 0 or doubts <> '[]' or decided = 1; -- prsist trust list
create index context_created on memory_context_registry (created_at); -- new entries of the last hour
