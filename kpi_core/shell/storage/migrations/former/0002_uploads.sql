-- Uploads: what was published, by whom, and what it gave. Nothing that was ever held is overwritten or deleted:
-- every table that an upload can change is a chain of rows, and the rows of a withdrawn upload are passed over.
-- Upload 0 is the bundled data.

create table upload (
    id integer primary key,
    kind varchar not null,                 -- figures, register or targets
    published_at timestamp not null,
    published_by varchar not null,
    file_name varchar not null,
    sha256 varchar not null,
    profile varchar not null,              -- the column mapping it was read through; empty: the template
    quarters varchar not null,             -- in words
    new_count integer not null,
    confirmed_count integer not null,
    revised_count integer not null,
    same_count integer not null,
    reason varchar not null,
    revision_kind varchar not null,        -- scheduled or correction, where a published figure changed
    withdrawn_at timestamp,
    withdrawn_by varchar not null,
    withdrawn_reason varchar not null
);

create table audit (
    id integer primary key,
    happened_at timestamp not null,
    done_by varchar not null,
    said varchar not null
);

alter table observation rename to observation_1;
create table observation (
    indicator varchar not null,
    area varchar not null,
    quarter date not null,
    revision integer not null,
    value varchar,
    absence varchar,
    provisional boolean not null,
    numerator bigint,
    denominator bigint,
    series_break varchar not null,
    not_comparable varchar not null,
    revision_reason varchar not null,
    note varchar not null,
    source varchar not null,
    upload integer not null,
    kind varchar not null,                 -- new, confirmed, revised or same
    former varchar,                        -- what a revised figure replaced, as published or by its mark
    comment varchar not null,              -- internal; never in a public copy
    check ((value is null) <> (absence is null)),
    primary key (area, indicator, quarter, revision)
);
insert into observation
select o.indicator, o.area, o.quarter, o.revision, o.value, o.absence, o.provisional, o.numerator, o.denominator,
       o.series_break, o.not_comparable, o.revision_reason, o.note, o.source, 0,
       case when o.revision > 0 then 'revised' else 'new' end, coalesce(b.value, b.absence), ''
from observation_1 o
left join observation_1 b
  on b.area = o.area and b.indicator = o.indicator and b.quarter = o.quarter and b.revision = o.revision - 1;
drop table observation_1;

alter table target rename to target_1;
create table target (
    indicator varchar not null,
    area varchar not null,
    start date not null,
    profiled boolean not null,
    value varchar,
    low varchar,
    high varchar,
    tolerance varchar,
    tolerance_kind varchar not null,
    intervention_level varchar,
    basis varchar,
    origin varchar not null,
    decided_by varchar not null,
    decided_on date,
    reason varchar not null,
    source varchar not null,
    confirmed_through varchar not null,
    corrects boolean not null,             -- it puts right what past quarters were rated by
    revision integer not null,
    upload integer not null,
    primary key (area, indicator, start, revision)
);
insert into target
select indicator, area, start, profiled, value, low, high, tolerance, tolerance_kind, intervention_level, basis, origin,
       decided_by, null, reason, source, confirmed_through, false, 0, 0
from target_1;
drop table target_1;

alter table indicator rename to indicator_1;
create table indicator (
    code varchar not null,
    place integer not null,
    name varchar not null,
    category varchar not null,
    unit varchar not null,
    decimals integer not null,
    polarity varchar not null,
    basis varchar not null,
    owner varchar not null,
    definition varchar not null,
    numerator varchar not null,
    denominator varchar not null,
    may_pass_100 boolean not null,
    due varchar not null,
    seasonal boolean not null,
    seasonal_note varchar not null,
    smallest_change varchar,
    statutory_note varchar not null,
    first_quarter date,                    -- empty: from before the first quarter held
    final_quarter date,                    -- empty: not retired
    revision integer not null,
    upload integer not null,
    primary key (code, revision)
);
insert into indicator
select code, place, name, category, unit, decimals, polarity, basis, owner, definition, numerator, denominator,
       may_pass_100, due, seasonal, seasonal_note, smallest_change, statutory_note, null, null, 0, 0
from indicator_1;
drop table indicator_1;

alter table indicator_area rename to indicator_area_1;
create table indicator_area (
    indicator varchar not null,
    area varchar not null,
    upload integer not null,
    primary key (area, indicator, upload)
);
insert into indicator_area select indicator, area, 0 from indicator_area_1;
drop table indicator_area_1;

alter table area rename to area_1;
create table area (
    code varchar not null,
    name varchar not null,
    upload integer not null,
    primary key (code, upload)
);
insert into area select code, name, 0 from area_1;
drop table area_1;
