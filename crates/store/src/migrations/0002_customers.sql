-- Customers of both sides. `fields` is what both can hold (see `domain::customer::CustomerFields`), as JSON by field.

-- What lists search, filter and sort by. Narrow: a search reads all of it.
CREATE TABLE customer (
  id {uuid} PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  organisation TEXT NOT NULL,
  -- Folded, for sorting and looking up.
  organisation_key TEXT NOT NULL,
  email_key TEXT NOT NULL,
  country TEXT NOT NULL,
  -- Every word by which it is found, folded.
  search TEXT NOT NULL,
  -- Word of `LinkState`; kept by `customers::settle_state` alone.
  link_state TEXT NOT NULL,
  ignored BOOLEAN NOT NULL DEFAULT FALSE,
  -- Counts every change of the row's content: edits are made against it.
  version BIGINT NOT NULL,
  -- When a person or program last changed a field that Ion holds too.
  edited_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  archived_at BIGINT,
  merged_into {uuid}
);
CREATE INDEX customer_name ON customer (organisation_key, id);
CREATE INDEX customer_email ON customer (email_key);
CREATE INDEX customer_state ON customer (link_state, country);

-- All that a customer holds; made, changed and read with its row above.
CREATE TABLE customer_content (
  customer_id {uuid} PRIMARY KEY REFERENCES customer (id),
  fields TEXT NOT NULL,
  -- What only we hold: numbers, domains, contacts, notes, tags, ids elsewhere.
  own TEXT NOT NULL,
  -- When and from where each field came, as JSON by field.
  origins TEXT NOT NULL
);

CREATE TABLE customer_tag (customer_id {uuid} NOT NULL REFERENCES customer (id), tag TEXT NOT NULL, PRIMARY KEY (customer_id, tag));
CREATE INDEX customer_tag_tag ON customer_tag (tag);
-- Its ids in other systems: by these a file finds its customer again.
CREATE TABLE customer_external (customer_id {uuid} NOT NULL REFERENCES customer (id), system TEXT NOT NULL, external_id TEXT NOT NULL, PRIMARY KEY (customer_id, system));
CREATE INDEX customer_external_id ON customer_external (system, external_id);

-- What Ion showed last.
CREATE TABLE ion_customer (
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  ion_id TEXT NOT NULL,
  uid TEXT NOT NULL,
  fields TEXT NOT NULL,
  organisation TEXT NOT NULL,
  organisation_key TEXT NOT NULL,
  email_key TEXT NOT NULL,
  search TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  ion_created_at BIGINT,
  ion_updated_at BIGINT,
  hash {bytes} NOT NULL,
  -- Complete lists in a row without it.
  missed BIGINT NOT NULL DEFAULT 0,
  gone_at BIGINT,
  ignored BOOLEAN NOT NULL DEFAULT FALSE,
  first_seen_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (connection_id, ion_id)
);
CREATE INDEX ion_customer_email ON ion_customer (connection_id, email_key);
-- The few that stand aside: what is left of all is counted by them.
CREATE INDEX ion_customer_aside ON ion_customer (connection_id, ion_id) WHERE gone_at IS NOT NULL OR ignored;

CREATE TABLE customer_link (
  customer_id {uuid} NOT NULL REFERENCES customer (id),
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  ion_id TEXT NOT NULL,
  -- What both sides agreed on last; nothing where they never did.
  base TEXT,
  -- Counts every change of this row: who read it before decides again.
  revision BIGINT NOT NULL,
  -- Version of our customer at which nothing was left to do.
  settled_version BIGINT,
  -- Why the last write to Ion failed, in words for people.
  failed TEXT,
  failed_field TEXT,
  failed_at BIGINT,
  synced_at BIGINT,
  linked_at BIGINT NOT NULL,
  linked_by TEXT NOT NULL,
  rule TEXT NOT NULL,
  PRIMARY KEY (connection_id, ion_id)
);
CREATE UNIQUE INDEX customer_link_customer ON customer_link (customer_id, connection_id);
CREATE INDEX customer_link_failed ON customer_link (failed_at) WHERE failed IS NOT NULL;

-- Pairs that look alike, and what a person said of them.
CREATE TABLE customer_pair (
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  customer_id {uuid} NOT NULL REFERENCES customer (id),
  ion_id TEXT NOT NULL,
  score BIGINT NOT NULL,
  signals TEXT NOT NULL,
  -- proposed, rejected
  state TEXT NOT NULL,
  -- matched, or refused: Ion said that the e-mail is taken
  cause TEXT NOT NULL,
  since BIGINT NOT NULL,
  decided_at BIGINT,
  decided_by TEXT,
  PRIMARY KEY (connection_id, customer_id, ion_id)
);
CREATE INDEX customer_pair_score ON customer_pair (connection_id, state, score);
CREATE INDEX customer_pair_customer ON customer_pair (customer_id, state);
-- Whether one of Ion's waits in a pair is asked for each of them.
CREATE INDEX customer_pair_ion ON customer_pair (connection_id, ion_id, state);

CREATE TABLE customer_conflict (
  connection_id {uuid} NOT NULL,
  customer_id {uuid} NOT NULL REFERENCES customer (id),
  ion_id TEXT NOT NULL,
  field TEXT NOT NULL,
  base TEXT,
  local TEXT NOT NULL,
  remote TEXT NOT NULL,
  rule TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (connection_id, ion_id, field)
);
CREATE INDEX customer_conflict_customer ON customer_conflict (customer_id);

-- What a person decided on a field, and which values they saw.
CREATE TABLE customer_choice (
  connection_id {uuid} NOT NULL,
  ion_id TEXT NOT NULL,
  field TEXT NOT NULL,
  winner TEXT NOT NULL,
  local TEXT NOT NULL,
  remote TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  PRIMARY KEY (connection_id, ion_id, field)
);

-- The history: every change of a customer, with its reason.
CREATE TABLE customer_change (
  id {uuid} PRIMARY KEY,
  customer_id {uuid} NOT NULL REFERENCES customer (id),
  connection_id {uuid},
  ion_id TEXT,
  run_id {uuid},
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  -- here, from_ion, to_ion
  way TEXT NOT NULL,
  field TEXT,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  rule TEXT,
  actor TEXT NOT NULL,
  request_id TEXT,
  note TEXT NOT NULL DEFAULT '',
  undone_at BIGINT,
  undone_by TEXT
);
CREATE INDEX customer_change_customer ON customer_change (customer_id, id);
CREATE INDEX customer_change_run ON customer_change (run_id, id);

-- Writes to Ion: the intent is stored before the request leaves.
CREATE TABLE customer_write (
  id {uuid} PRIMARY KEY,
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  customer_id {uuid} NOT NULL REFERENCES customer (id),
  ion_id TEXT,
  -- create, update
  kind TEXT NOT NULL,
  -- started, done, refused, adopted, given_up
  state TEXT NOT NULL,
  sent TEXT NOT NULL,
  run_id {uuid},
  requested_by TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  outcome TEXT NOT NULL DEFAULT '',
  -- First password of the portal user that Ion made; for the eyes of who asked, once.
  password {bytes}
);
CREATE INDEX customer_write_customer ON customer_write (customer_id, started_at);
CREATE UNIQUE INDEX customer_write_open ON customer_write (connection_id, customer_id) WHERE state = 'started' AND kind = 'create';

CREATE TABLE sync_plan (
  id {uuid} PRIMARY KEY,
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  run_id {uuid} NOT NULL REFERENCES run (id),
  first BOOLEAN NOT NULL,
  held BOOLEAN NOT NULL,
  -- waiting, applied, discarded, superseded
  state TEXT NOT NULL,
  counts TEXT NOT NULL,
  read_here BIGINT NOT NULL,
  read_in_ion BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  decided_at BIGINT,
  decided_by TEXT,
  applied_run {uuid}
);
CREATE INDEX sync_plan_waiting ON sync_plan (connection_id) WHERE state = 'waiting';
CREATE TABLE sync_plan_entry (
  plan_id {uuid} NOT NULL REFERENCES sync_plan (id),
  seq BIGINT NOT NULL,
  action TEXT NOT NULL,
  rule TEXT NOT NULL,
  name TEXT NOT NULL,
  -- Every word by which it is found, folded.
  search TEXT NOT NULL,
  customer_id {uuid},
  ion_id TEXT,
  entry TEXT NOT NULL,
  chosen BOOLEAN NOT NULL,
  -- What stands in its way, in words for people.
  blocked TEXT,
  -- done, moved (no longer true), failed; nothing before it is applied
  outcome TEXT,
  PRIMARY KEY (plan_id, seq)
);

CREATE TABLE sync_setting (
  connection_id {uuid} PRIMARY KEY REFERENCES connection (id),
  policy TEXT NOT NULL,
  paused BOOLEAN NOT NULL DEFAULT FALSE,
  -- When a person applied the first plan: before, nothing goes to Ion.
  first_applied_at BIGINT,
  first_applied_by TEXT,
  matched_at BIGINT,
  last_run_at BIGINT,
  -- When it last found a change; the poll slows down where nothing happens.
  last_change_at BIGINT,
  next_run_at BIGINT
);

-- Two of ours made one, and what each was before.
CREATE TABLE customer_combine (
  id {uuid} PRIMARY KEY,
  kept_id {uuid} NOT NULL REFERENCES customer (id),
  other_id {uuid} NOT NULL REFERENCES customer (id),
  before TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  split_at BIGINT,
  split_by TEXT
);
CREATE INDEX customer_combine_kept ON customer_combine (kept_id);

-- Files of customers that somebody brought: read, compared, then applied.
CREATE TABLE customer_file (
  id {uuid} PRIMARY KEY,
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  columns TEXT NOT NULL,
  -- read, applied, discarded
  state TEXT NOT NULL,
  brought_at BIGINT NOT NULL,
  brought_by TEXT NOT NULL,
  applied_at BIGINT
);
CREATE TABLE customer_file_row (
  file_id {uuid} NOT NULL REFERENCES customer_file (id),
  line BIGINT NOT NULL,
  -- new, changed, same, look, not_readable
  outcome TEXT NOT NULL,
  name TEXT NOT NULL,
  customer_id {uuid},
  -- Of that customer, when the file was compared with it.
  version BIGINT,
  content TEXT NOT NULL,
  message TEXT NOT NULL,
  field TEXT,
  chosen BOOLEAN NOT NULL,
  applied_at BIGINT,
  result TEXT,
  PRIMARY KEY (file_id, line)
);
