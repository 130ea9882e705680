-- Times are Unix milliseconds. Ids are 16 bytes. `number` is the order of insertion: lists are by it. JSON is text: it
-- comes back as it was written, with its keys in their order.

create table job (
  number        bigint  generated always as identity primary key,
  id            bytea   not null unique,
  tenant        text    not null,
  kind          text    not null,
  parent        bytea,
  document      bytea   not null,
  document_hash text    not null,
  schema        bytea   not null,
  schema_hash   text    not null,
  request       text    not null,
  label         text    not null,
  search        text    not null,
  key           bytea,
  request_hash  text,
  status        text    not null,
  round         bigint  not null default 0,
  log_end       bigint  not null default 0,
  created_at    bigint  not null,
  changed_at    bigint  not null,
  ended_at      bigint
);
create index job_of_tenant on job (tenant, number);
create index job_active    on job (tenant) where ended_at is null;
create index job_repeated  on job (tenant, key, request_hash, created_at) where request_hash is not null;
create index job_ended     on job (ended_at) where ended_at is not null;
create index job_document  on job (document);

-- `outline` is the event without its values and proofs, where that is another text: what a status needs.
create table event (
  job      bigint not null references job (number),
  sequence bigint not null,
  outcome  text   not null,
  at       bigint not null,
  data     text   not null,
  outline  text,
  primary key (job, sequence),
  unique (job, outcome)
);

-- One for each job that has not ended: who works on it until when, and from when on somebody may. It is the timer too.
-- `process` is the one that was handed the job: what it holds is free as soon as it is gone.
create table wish (
  job         bigint primary key references job (number),
  tenant      text   not null,
  due_at      bigint not null,
  worker      text,
  process     integer,
  lease_until bigint not null default 0,
  fence       bigint not null default 0
);
create index wish_due on wish (due_at);

create table remembered (
  number   bigint generated always as identity unique,
  tenant   text   not null,
  question text   not null,
  answer   text   not null,
  used_at  bigint not null,
  primary key (tenant, question)
);
create index remembered_used on remembered (used_at);

create table document (
  number      bigint generated always as identity primary key,
  id          bytea  not null unique,
  tenant      text   not null,
  hash        text   not null,
  file_name   text   not null,
  search      text   not null,
  file_size   bigint not null,
  page_count  bigint not null,
  media_type  text   not null,
  uploaded_at bigint not null
);
create index document_of_tenant on document (tenant, number);
create index document_uploaded  on document (uploaded_at);

create table schema (
  number      bigint generated always as identity primary key,
  id          bytea  not null unique,
  tenant      text   not null,
  name        text   not null,
  search      text   not null,
  description text,
  definition  text   not null,
  metadata    text   not null,
  created_at  bigint not null,
  updated_at  bigint not null
);
create index schema_of_tenant on schema (tenant, number);

create table key (
  number     bigint generated always as identity primary key,
  id         bytea  not null unique,
  tenant     text   not null,
  label      text   not null,
  hash       bytea  not null unique,
  created_at bigint not null,
  revoked_at bigint
);

-- A request that is being answered has no status yet; `process` answers it since `begun_at`.
create table idempotency (
  tenant       text   not null,
  key          text   not null,
  request_hash text   not null,
  expires_at   bigint not null,
  begun_at     bigint not null,
  process      integer not null,
  status       integer,
  media_type   text,
  body         text,
  primary key (tenant, key)
);
create index idempotency_expires on idempotency (expires_at);
