-- Saved scenarios, the targets proposed, and what was decided of each: a row an event, none ever changed. Scenarios and
-- proposals are each numbered from 1 in one database; a decision has the number of its proposal.

create table scenario (
    number integer not null,
    area varchar not null,
    quarter date not null,
    name varchar not null,
    reason varchar not null,
    changes varchar not null,              -- a JSON list of text
    figures varchar not null,              -- a JSON list of [indicator, value, target], as text, as they stood
    done_at timestamp not null,
    done_by varchar not null,              -- a name; internal, never in a public copy
    done_as varchar not null,              -- a role
    primary key (number, area, quarter)
);

create table proposal (
    indicator varchar not null,
    area varchar not null,
    quarter date not null,                 -- from which the target is to start
    number integer not null,
    scenario integer,                      -- which it came from
    value varchar,
    low varchar,
    high varchar,
    tolerance varchar,
    tolerance_kind varchar not null,
    intervention_level varchar,
    decided_by varchar not null,           -- the body that decides
    decided_on date,
    paper varchar not null,
    reason varchar not null,
    done_at timestamp not null,
    done_by varchar not null,              -- a name; internal, never in a public copy
    done_as varchar not null,              -- a role
    primary key (indicator, area, quarter, number)
);

create table proposal_decision (
    indicator varchar not null,
    area varchar not null,
    quarter date not null,
    number integer not null,
    accepted boolean not null,
    reason varchar not null,
    upload integer,                        -- which made the target
    done_at timestamp not null,
    done_by varchar not null,              -- a name; internal, never in a public copy
    done_as varchar not null,              -- a role
    primary key (indicator, area, quarter, number)
);
