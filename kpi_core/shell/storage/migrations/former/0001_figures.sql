-- What is held of a council's indicators. Written in the part of SQL that PostgreSQL also runs.
-- Quarters are the date of their first day. Figures are text as published ("15" is not "15.0"):
-- nothing is worked out in SQL, and rating arithmetic is Decimal's.

create table setting (
    name varchar primary key,
    value varchar not null
);

-- Every file that figures came from, with what it held when it was loaded.
create table loaded_file (
    id integer primary key,
    name varchar not null unique,
    sha256 varchar not null,
    loaded_at timestamp not null
);

create table area (
    code varchar primary key,
    name varchar not null
);

create table indicator (
    code varchar primary key,
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
    statutory_note varchar not null
);

-- Which area's scorecard lists which indicator.
create table indicator_area (
    indicator varchar not null,
    area varchar not null,
    primary key (area, indicator)
);

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
    reason varchar not null,
    source varchar not null,
    confirmed_through varchar not null,
    primary key (area, indicator, start)
);

-- History is never overwritten: a revision is a new row with its reason.
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
    loaded_file integer,
    check ((value is null) <> (absence is null)),
    primary key (area, indicator, quarter, revision)
);

create table benchmark (
    indicator varchar not null,
    series varchar not null,
    year_end date not null,
    period varchar not null,
    value varchar not null,
    published_on date,
    source varchar not null,
    primary key (indicator, series, year_end)
);

create table conflict (
    id integer primary key,
    indicator varchar not null,
    area varchar not null,
    quarter date not null,
    subject varchar not null,
    value varchar,
    source varchar not null,
    sentence varchar not null,
    resolved_on date,
    resolution varchar not null
);

create table exception_report (
    indicator varchar not null,
    area varchar not null,
    quarter date not null,
    state varchar not null,
    reason_line varchar not null,
    description varchar not null,
    outturn varchar,
    target varchar,
    completed_by varchar not null,
    approved_by varchar not null,
    approved_on date,
    source varchar not null,
    primary key (area, indicator, quarter)
);

create table exception_section (
    indicator varchar not null,
    area varchar not null,
    quarter date not null,
    place integer not null,
    heading varchar not null,
    body varchar not null,
    primary key (area, indicator, quarter, place)
);
