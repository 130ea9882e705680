-- What people said of a job's values, as one text; `revision` counts the changes.
create table corrections (
  job        bigint primary key references job (number),
  revision   bigint not null,
  content    text   not null,
  changed_at bigint not null
);
