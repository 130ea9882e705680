-- What a job took until it ended, one row for each end. It outlives the job, so it names it without a reference.
create table usage (
  number        integer primary key autoincrement,
  tenant        text    not null,
  job           blob    not null,
  round         integer not null,
  at            integer not null,
  status        text    not null,
  model         text    not null,
  pages         integer not null,
  input_tokens  integer,
  output_tokens integer,
  cost_usd      real    not null,
  cost_partly_unknown integer not null,
  unique (job, round)
) strict;
create index usage_of_tenant on usage (tenant, at);
create index usage_at        on usage (at);
