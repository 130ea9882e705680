-- What a job took until it ended, one row for each end. It outlives the job, so it names it without a reference.
create table usage (
  number        bigint  generated always as identity primary key,
  tenant        text    not null,
  job           bytea   not null,
  round         bigint  not null,
  at            bigint  not null,
  status        text    not null,
  model         text    not null,
  pages         bigint  not null,
  input_tokens  bigint,
  output_tokens bigint,
  cost_usd      double precision not null,
  cost_partly_unknown boolean not null,
  unique (job, round)
);
create index usage_of_tenant on usage (tenant, at);
create index usage_at        on usage (at);
