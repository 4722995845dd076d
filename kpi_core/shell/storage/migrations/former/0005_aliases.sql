-- What else people call an indicator in running text, parted by semicolons.
alter table indicator add column aliases varchar default '';
