-- The ledger: everything that was done, each event a link of a chain, and the files that events name by their SHA-256.
-- Every table below is worked out of the events; given_by is the number of the event that gave the row, place its place
-- there. Figures are text, as published; a quarter is text like 'Q2 2022-23', a day '2022-11-22', a list or a mapping JSON.
-- No index and no key: what is written is decided by one writer alone, and a table is read by whole columns at a time.

create table event (
    number bigint not null,
    happened_at varchar not null,          -- UTC
    actor varchar not null,                -- a name; internal, never in a public copy
    role varchar not null,
    kind varchar not null,
    body varchar not null,                 -- JSON
    previous varchar not null,
    hash varchar not null
);

create table file (
    sha256 varchar not null,
    bytes blob not null
);

-- Settings of the council; of a name the last stands.
create table setting (
    given_by bigint not null,
    place bigint not null,
    name varchar not null,
    value varchar not null
);

-- The files of data/ that were loaded, and what each was.
create table loaded_file (
    given_by bigint not null,
    place bigint not null,
    name varchar not null,
    sha256 varchar not null
);

-- Areas by code.
create table area (
    given_by bigint not null,
    place bigint not null,
    code varchar not null,
    name varchar not null
);

-- Entries of the register, each from a quarter on (start; empty: from before the first quarter recorded).
create table indicator (
    given_by bigint not null,
    place bigint not null,
    code varchar not null,
    name varchar not null,
    category varchar not null,
    unit varchar not null,
    decimals bigint not null,
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
    first_quarter varchar,
    final_quarter varchar,
    aliases varchar not null,
    service varchar not null,
    counts_people boolean,
    smallest_whole bigint,
    may_be_below_0 boolean not null,
    start varchar,
    reason varchar not null,
    corrects boolean not null
);

-- Which area's scorecard lists which indicator.
create table listing (
    given_by bigint not null,
    place bigint not null,
    area varchar not null,
    indicator varchar not null
);

-- Targets, each from a quarter on.
create table target (
    given_by bigint not null,
    place bigint not null,
    indicator varchar not null,
    area varchar not null,
    start varchar not null,
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
    decided_on varchar,
    corrects boolean not null,
    confirmed_through varchar not null
);

-- Figures: of an area, indicator and quarter the rows are a chain, and the last that is not withdrawn stands.
create table figure (
    given_by bigint not null,
    place bigint not null,
    indicator varchar not null,
    area varchar not null,
    quarter varchar not null,
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
    comment varchar not null,
    kind varchar not null
);

-- Published annual comparators.
create table benchmark (
    given_by bigint not null,
    place bigint not null,
    indicator varchar not null,
    series varchar not null,
    year_end varchar not null,
    period varchar not null,
    value varchar not null,
    published_on varchar,
    source varchar not null
);

-- Where two papers disagree, or a paper with itself.
create table conflict (
    given_by bigint not null,
    place bigint not null,
    indicator varchar not null,
    area varchar not null,
    quarter varchar not null,
    subject varchar not null,
    value varchar,
    source varchar not null,
    sentence varchar not null,
    resolved_on varchar,
    resolution varchar not null
);

-- Publications.
create table upload (
    given_by bigint not null,
    place bigint not null,
    id bigint not null,
    kind varchar not null,
    published_at varchar not null,
    published_by varchar not null,
    file_name varchar not null,
    sha256 varchar not null,
    profile varchar not null,
    quarters varchar not null,
    counts varchar not null,
    reason varchar not null,
    revision_kind varchar not null,
    comments bigint not null,
    mapping varchar not null
);

-- What an event gave that is withdrawn: its rows are passed over from then on.
create table withdrawn (
    given_by bigint not null,
    place bigint not null,
    event bigint not null,
    upload bigint not null,
    done_at varchar not null,
    done_by varchar not null,
    done_as varchar not null,
    reason varchar not null
);

-- Saved column mappings: the TOML is a file.
create table mapping (
    given_by bigint not null,
    place bigint not null,
    name varchar not null,
    sha256 varchar not null
);

-- Versions of exception reports; the last stands.
create table report (
    given_by bigint not null,
    place bigint not null,
    indicator varchar not null,
    area varchar not null,
    quarter varchar not null,
    state varchar not null,
    reason_line varchar not null,
    description varchar not null,
    outturn varchar,
    target varchar,
    sections varchar not null,
    completed_by varchar not null,
    approved_by varchar not null,
    approved_on varchar,
    source varchar not null,
    actions varchar not null,
    unplaced varchar not null,
    version bigint not null,
    saved_at varchar,
    saved_by varchar not null,
    saved_as varchar not null,
    event varchar not null,
    said varchar not null
);

-- Actions of exception reports that are closed.
create table action_closed (
    given_by bigint not null,
    place bigint not null,
    indicator varchar not null,
    area varchar not null,
    quarter varchar not null,
    number bigint not null,
    closed_on varchar not null,
    closing varchar not null,
    done_at varchar not null,
    done_by varchar not null,
    done_as varchar not null
);

-- Marks as an emerging concern, and their lifting; the last stands.
create table concern (
    given_by bigint not null,
    place bigint not null,
    indicator varchar not null,
    area varchar not null,
    quarter varchar not null,
    reason varchar not null,
    done_at varchar not null,
    done_by varchar not null,
    done_as varchar not null,
    number bigint not null,
    lifted boolean not null
);

-- Saved scenarios.
create table scenario (
    given_by bigint not null,
    place bigint not null,
    number bigint not null,
    area varchar not null,
    quarter varchar not null,
    name varchar not null,
    reason varchar not null,
    changes varchar not null,
    figures varchar not null,
    done_at varchar not null,
    done_by varchar not null,
    done_as varchar not null
);

-- Targets proposed.
create table proposal (
    given_by bigint not null,
    place bigint not null,
    number bigint not null,
    indicator varchar not null,
    area varchar not null,
    quarter varchar not null,
    scenario bigint,
    value varchar,
    low varchar,
    high varchar,
    tolerance varchar,
    tolerance_kind varchar not null,
    intervention_level varchar,
    decided_by varchar not null,
    decided_on varchar,
    paper varchar not null,
    reason varchar not null,
    done_at varchar not null,
    done_by varchar not null,
    done_as varchar not null
);

-- What was decided of them.
create table proposal_decision (
    given_by bigint not null,
    place bigint not null,
    number bigint not null,
    indicator varchar not null,
    area varchar not null,
    quarter varchar not null,
    accepted boolean not null,
    reason varchar not null,
    upload bigint,
    done_at varchar not null,
    done_by varchar not null,
    done_as varchar not null
);

-- Words that were erased.
create table erased (
    given_by bigint not null,
    place bigint not null,
    sha256 varchar not null,
    event bigint not null,
    second varchar not null,
    reason varchar not null
);
