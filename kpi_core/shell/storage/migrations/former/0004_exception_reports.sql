-- Exception reports as records: one row a version, none ever overwritten; the one with the highest number stands.
-- Version 0 is the bundled one; what is written on the pages counts from 1. Actions are rows of their own. That an
-- action is closed, and that an indicator is marked as a concern, is said beside the versions and not in them.

create table report (
    indicator varchar not null,
    area varchar not null,
    quarter date not null,
    version integer not null,
    state varchar not null,                -- draft, submitted or approved
    reason_line varchar not null,
    description varchar not null,
    outturn varchar,
    target varchar,
    completed_by varchar not null,         -- a role, and so is who approved it
    approved_by varchar not null,
    approved_on date,
    source varchar not null,
    unplaced varchar not null,             -- what a form that was read in had and no section took
    saved_at timestamp,                    -- empty: bundled
    saved_by varchar not null,             -- a name; internal, never in a public copy
    saved_as varchar not null,             -- a role
    event varchar not null,                -- bundled, saved, read in, restored, submitted, returned, approved or reopened
    said varchar not null,                 -- why it was returned or reopened, or the file that was read in
    primary key (indicator, area, quarter, version)
);
insert into report
select indicator, area, quarter, 0, state, reason_line, description, outturn, target, completed_by, approved_by, approved_on,
       source, '', null, '', '', 'bundled', ''
from exception_report;

create table report_section (
    indicator varchar not null,
    area varchar not null,
    quarter date not null,
    version integer not null,
    place integer not null,
    heading varchar not null,
    body varchar not null,
    primary key (indicator, area, quarter, version, place)
);
insert into report_section
select indicator, area, quarter, 0, place, heading, body from exception_section where heading <> 'Actions taken or planned';

create table report_action (
    indicator varchar not null,
    area varchar not null,
    quarter date not null,
    version integer not null,
    place integer not null,
    number integer not null,               -- stands for the action through all versions
    said varchar not null,
    owner varchar not null,                -- a role
    due date,
    primary key (indicator, area, quarter, version, number)
);
-- An item of the list is an action, and so is a paragraph, as the reader of the bundled files has it.
insert into report_action
select indicator, area, quarter, 0, number - 1, number, said, '', null
from (
    select indicator, area, quarter, said,
           row_number() over (partition by indicator, area, quarter order by place) as number
    from (
        select indicator, area, quarter, place, trim(regexp_replace(piece, '\s+', ' ', 'g')) as said
        from (
            select indicator, area, quarter, unnest(pieces) as piece, generate_subscripts(pieces, 1) as place
            from (
                select indicator, area, quarter,
                       string_split_regex(regexp_replace(body, '(^|\n)\s*- ', chr(10) || chr(10), 'g'), '\n\s*\n') as pieces
                from exception_section where heading = 'Actions taken or planned'
            ) as split
        ) as pieces
    ) as plain
    where said <> ''
) as numbered;

create table action_closed (
    indicator varchar not null,
    area varchar not null,
    quarter date not null,
    number integer not null,
    closed_on date not null,
    closing varchar not null,              -- what was done
    done_at timestamp not null,
    done_by varchar not null,              -- a name; internal, never in a public copy
    done_as varchar not null,
    primary key (indicator, area, quarter, number)
);

-- A mark as an emerging concern, and its lifting, each a row; the last one stands.
create table concern (
    indicator varchar not null,
    area varchar not null,
    quarter date not null,
    number integer not null,
    lifted boolean not null,
    reason varchar not null,
    done_at timestamp not null,
    done_by varchar not null,              -- a name; internal, never in a public copy
    done_as varchar not null,
    primary key (indicator, area, quarter, number)
);

drop table exception_section;
drop table exception_report;
