-- What people said of a job's values, as one text; `revision` counts the changes.
create table corrections (
  job        integer primary key references job (number),
  revision   integer not null,
  content    text    not null,
  changed_at integer not null
) strict;
