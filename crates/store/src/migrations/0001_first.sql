-- The first version. Times: microseconds since 1970 (BIGINT). Words: see `domain`. Money: integer units of the scale, and the text as received.

CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE connection (
  id {uuid} PRIMARY KEY,
  name TEXT NOT NULL,
  account_id TEXT NOT NULL,
  base_url TEXT NOT NULL,
  sandbox BOOLEAN NOT NULL,
  status TEXT NOT NULL,
  status_since BIGINT NOT NULL,
  cause TEXT,
  profile TEXT NOT NULL,
  seen_kills BIGINT NOT NULL DEFAULT 0,
  seen_keeps BIGINT NOT NULL DEFAULT 0,
  refreshes BIGINT NOT NULL DEFAULT 0,
  old_looked_at BIGINT,
  generation BIGINT NOT NULL,
  fingerprint {bytes},
  access_expires_at BIGINT NOT NULL,
  access_life_s BIGINT NOT NULL,
  refresh_expires_at BIGINT,
  refreshed_at BIGINT NOT NULL,
  next_refresh_at BIGINT NOT NULL,
  refusals BIGINT NOT NULL DEFAULT 0,
  unsent BIGINT NOT NULL DEFAULT 0,
  lost_at BIGINT,
  lost_presented_again BOOLEAN NOT NULL DEFAULT FALSE,
  lost_may_present BOOLEAN NOT NULL DEFAULT FALSE,
  lost_probe_at BIGINT,
  warned_days BIGINT,
  lease_owner TEXT,
  lease_until BIGINT,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  removed_at BIGINT
);
-- One live connection for each account; a set-up that is not finished does not count yet.
CREATE UNIQUE INDEX connection_account ON connection (base_url, account_id) WHERE status NOT IN ('not_finished', 'removed');

CREATE TABLE connection_token (
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  generation BIGINT NOT NULL,
  access_sealed {bytes} NOT NULL,
  refresh_sealed {bytes} NOT NULL,
  obtained_at BIGINT NOT NULL,
  PRIMARY KEY (connection_id, generation)
);

CREATE TABLE token_attempt (
  id {uuid} PRIMARY KEY,
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  from_generation BIGINT NOT NULL,
  why TEXT NOT NULL,
  node TEXT NOT NULL,
  host TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  outcome TEXT,
  detail TEXT
);
CREATE INDEX token_attempt_connection ON token_attempt (connection_id, started_at);
CREATE INDEX token_attempt_open ON token_attempt (started_at) WHERE finished_at IS NULL;

CREATE TABLE rate_budget (
  connection_id {uuid} PRIMARY KEY,
  window_start BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  not_before BIGINT NOT NULL
);

CREATE TABLE run (
  id {uuid} PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  full_compare BOOLEAN NOT NULL,
  baseline BOOLEAN NOT NULL DEFAULT FALSE,
  requested_by TEXT NOT NULL,
  requested_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT,
  counts TEXT NOT NULL,
  step TEXT NOT NULL DEFAULT '',
  progress_at BIGINT,
  checkpoint TEXT,
  outcome TEXT,
  stop_requested BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX run_connection ON run (connection_id, kind, number);

CREATE TABLE run_log (
  run_id {uuid} NOT NULL REFERENCES run (id),
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  level TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (run_id, seq)
);

CREATE TABLE job (
  id {uuid} PRIMARY KEY,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  lane TEXT NOT NULL,
  state TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  attempt BIGINT NOT NULL DEFAULT 0,
  max_attempts BIGINT NOT NULL,
  lease_until BIGINT,
  fence BIGINT NOT NULL DEFAULT 0,
  owner TEXT,
  dedupe_key TEXT UNIQUE,
  run_id {uuid},
  last_error TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX job_due ON job (run_at) WHERE state = 'queued';
CREATE UNIQUE INDEX job_lane ON job (lane) WHERE state = 'running';
CREATE INDEX job_run ON job (run_id);
CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE worker (id {uuid} PRIMARY KEY, host TEXT NOT NULL, pid BIGINT NOT NULL, roles TEXT NOT NULL, started_at BIGINT NOT NULL, seen_at BIGINT NOT NULL);
CREATE TABLE schedule (name TEXT PRIMARY KEY, next_at BIGINT NOT NULL, last_at BIGINT);

CREATE TABLE person (
  id {uuid} PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  disabled BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL,
  seen_at BIGINT
);
CREATE TABLE session (
  id_hash {bytes} PRIMARY KEY,
  person_id {uuid} NOT NULL REFERENCES person (id),
  csrf TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person_id);
CREATE TABLE setup_link (id_hash {bytes} PRIMARY KEY, expires_at BIGINT NOT NULL, used_at BIGINT);
CREATE TABLE login_failure (account TEXT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX login_failure_account ON login_failure (account, at);
CREATE TABLE api_token (
  id {uuid} PRIMARY KEY,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  hash {bytes} NOT NULL UNIQUE,
  role TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  expires_at BIGINT,
  revoked_at BIGINT
);
CREATE TABLE pasted_credentials (person_id {uuid} PRIMARY KEY, sealed {bytes} NOT NULL, expires_at BIGINT NOT NULL);
CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash {bytes} NOT NULL,
  status BIGINT,
  body TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (scope, key)
);

CREATE TABLE audit (
  number BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  via TEXT NOT NULL,
  action TEXT NOT NULL,
  about TEXT NOT NULL,
  detail TEXT NOT NULL,
  previous_hash {bytes} NOT NULL,
  hash {bytes} NOT NULL
);
-- The end of the chain: who appends holds this row, so that it never forks, and entries cut off at the end are missed.
CREATE TABLE audit_head (one BIGINT PRIMARY KEY CHECK (one = 1), number BIGINT NOT NULL, hash {bytes} NOT NULL);

CREATE TABLE notice (
  id {uuid} PRIMARY KEY,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL,
  connection_id {uuid},
  run_id {uuid},
  title TEXT NOT NULL,
  message TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  dedupe_key TEXT UNIQUE,
  resolved_at BIGINT
);
CREATE INDEX notice_created ON notice (created_at);
CREATE INDEX notice_open ON notice (created_at) WHERE resolved_at IS NULL;
CREATE TABLE notice_delivery (
  notice_id {uuid} NOT NULL REFERENCES notice (id),
  channel TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  last_error TEXT,
  delivered_at BIGINT,
  PRIMARY KEY (notice_id, channel)
);

-- The catalog.
CREATE TABLE product (
  id {uuid} PRIMARY KEY,
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  ion_id TEXT NOT NULL,
  doc_id BIGINT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  vendor TEXT NOT NULL,
  kind TEXT NOT NULL,
  category TEXT NOT NULL,
  caption TEXT NOT NULL,
  state TEXT NOT NULL,
  raw_hash {bytes} NOT NULL,
  part_number TEXT NOT NULL,
  terms TEXT NOT NULL,
  billings TEXT NOT NULL,
  currencies TEXT NOT NULL,
  variants BIGINT NOT NULL,
  by_use BOOLEAN NOT NULL,
  cost_units BIGINT,
  cost_text TEXT,
  cost_currency TEXT,
  cost_previous BIGINT,
  cost_since BIGINT,
  missed_scans BIGINT NOT NULL DEFAULT 0,
  first_seen_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  withdrawn_at BIGINT
);
CREATE UNIQUE INDEX product_ion ON product (connection_id, ion_id);
CREATE INDEX product_name ON product (name_key, id);
-- Counts and facets are read from this alone.
CREATE INDEX product_filter ON product (state, vendor, category, connection_id);

-- What only the page of one product and the next import need, so that lists read narrow rows.
CREATE TABLE product_raw (product_id {uuid} PRIMARY KEY REFERENCES product (id), details TEXT NOT NULL, raw {bytes} NOT NULL, size BIGINT NOT NULL);

CREATE TABLE variant (
  id {uuid} PRIMARY KEY,
  product_id {uuid} NOT NULL REFERENCES product (id),
  position BIGINT NOT NULL,
  sku_id TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  add_on BOOLEAN NOT NULL,
  sku_name TEXT NOT NULL,
  plan_name TEXT NOT NULL,
  part_number TEXT,
  external_id TEXT,
  term TEXT NOT NULL,
  billing TEXT NOT NULL,
  by_use BOOLEAN NOT NULL,
  in_price_book BOOLEAN NOT NULL,
  disabled BOOLEAN NOT NULL,
  prices TEXT NOT NULL,
  since BIGINT NOT NULL,
  previous_units BIGINT,
  gone_at BIGINT
);
CREATE INDEX variant_product ON variant (product_id);

CREATE TABLE price_entry (
  variant_id {uuid} NOT NULL,
  product_id {uuid} NOT NULL,
  run_id {uuid} NOT NULL,
  from_at BIGINT NOT NULL,
  currency TEXT NOT NULL,
  meter TEXT NOT NULL,
  scale TEXT NOT NULL,
  cost_units BIGINT NOT NULL,
  cost_text TEXT NOT NULL,
  list_units BIGINT,
  list_text TEXT,
  source TEXT NOT NULL
);
CREATE INDEX price_entry_product ON price_entry (product_id);

CREATE TABLE catalog_change (
  run_id {uuid} NOT NULL REFERENCES run (id),
  product_id {uuid} NOT NULL,
  variant_id {uuid},
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  currency TEXT,
  delta_units BIGINT,
  base_units BIGINT,
  PRIMARY KEY (run_id, seq)
);
CREATE INDEX catalog_change_product ON catalog_change (product_id);

CREATE TABLE set_aside (
  id {uuid} PRIMARY KEY,
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  ion_id TEXT NOT NULL,
  name TEXT NOT NULL,
  json_path TEXT NOT NULL,
  message TEXT NOT NULL,
  raw {bytes} NOT NULL,
  first_seen_at BIGINT NOT NULL,
  last_run_id {uuid} NOT NULL,
  resolved_at BIGINT
);
CREATE UNIQUE INDEX set_aside_open ON set_aside (connection_id, ion_id) WHERE resolved_at IS NULL;

-- Products that a run did not find, and that wait for a person or a second scan.
CREATE TABLE withdrawal (run_id {uuid} NOT NULL REFERENCES run (id), product_id {uuid} NOT NULL, PRIMARY KEY (run_id, product_id));
