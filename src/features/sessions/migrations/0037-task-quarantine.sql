-- project: tasks that came with a package of a stranger are for people only
alter table tasks add column quarantined integer not null default 0;
