-- project: a text put together of what several devices wrote apart stands in no record
alter table documents add column merged text;
