-- The team or system that an indicator's figures are collected by.
alter table indicator add column collected_by varchar default '';
