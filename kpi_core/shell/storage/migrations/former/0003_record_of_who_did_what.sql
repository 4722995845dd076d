-- The record of who did what says what was done and to which upload in columns of their own. What a revised figure
-- replaced is the row before it that stands, so it is no longer held beside it.

alter table audit rename to audit_2;
create table audit (
    id integer primary key,
    happened_at timestamp not null,
    done_by varchar not null,
    what varchar not null,                 -- published or withdrawn
    upload integer not null,
    said varchar not null                  -- the file's name, or why it was withdrawn
);
insert into audit
select id, happened_at, done_by,
       case when starts_with(said, 'withdrew') then 'withdrawn' else 'published' end,
       regexp_extract(said, ' upload ([0-9]+): ', 1)::integer,
       regexp_replace(said, '^[a-z]+ upload [0-9]+: ', '')
from audit_2;
drop table audit_2;

alter table observation drop column former;
