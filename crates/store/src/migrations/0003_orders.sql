-- Orders, subscriptions, margin rules. What lists filter and sort by stands in narrow rows, all else in JSON beside it.

-- `order` is a word of SQL.
CREATE TABLE order_head (
  id {uuid} PRIMARY KEY,
  -- For people: O-2041.
  number BIGINT NOT NULL UNIQUE,
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  customer_id {uuid} REFERENCES customer (id),
  ion_customer_id TEXT NOT NULL,
  customer_name TEXT NOT NULL,
  origin TEXT NOT NULL,
  action TEXT NOT NULL,
  subscription_id {uuid},
  state TEXT NOT NULL,
  state_since BIGINT NOT NULL,
  -- Counts every change of the row: who read it before looks again.
  version BIGINT NOT NULL,
  -- Ours, unique; by it Ion is searched.
  reference TEXT NOT NULL UNIQUE,
  ion_id TEXT,
  vendor TEXT NOT NULL,
  -- First line in words, for lists.
  title TEXT NOT NULL,
  lines BIGINT NOT NULL,
  -- Of the first currency: a month, and over the whole commitment; 10^-6.
  currency TEXT,
  monthly_units BIGINT,
  bound_units BIGINT,
  -- Every word by which it is found, folded.
  search TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  edited_by TEXT NOT NULL,
  edited_at BIGINT NOT NULL,
  submitted_by TEXT,
  submitted_at BIGINT,
  scheduled_for BIGINT,
  -- When the request that is the last one began to leave.
  sent_at BIGINT,
  sends BIGINT NOT NULL DEFAULT 0,
  looks BIGINT NOT NULL DEFAULT 0,
  looked_at BIGINT,
  -- The last look read all that there was to read.
  looked_complete BOOLEAN NOT NULL DEFAULT FALSE,
  next_look_at BIGINT,
  not_found_at BIGINT,
  polled_at BIGINT,
  polls BIGINT NOT NULL DEFAULT 0,
  cancel_asked_at BIGINT,
  stuck_at BIGINT,
  ended_at BIGINT,
  ion_created_at BIGINT,
  ion_updated_at BIGINT,
  -- A price of a draft moved since it was made; set by imports.
  price_moved BOOLEAN NOT NULL DEFAULT FALSE,
  -- First Microsoft log-in waits to be seen, once.
  has_secret BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX order_head_ion ON order_head (connection_id, ion_id) WHERE ion_id IS NOT NULL;
CREATE INDEX order_head_state ON order_head (state, number);
CREATE INDEX order_head_customer ON order_head (customer_id, number);
CREATE INDEX order_head_subscription ON order_head (subscription_id) WHERE subscription_id IS NOT NULL;
CREATE INDEX order_head_ended ON order_head (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE order_body (
  order_id {uuid} PRIMARY KEY REFERENCES order_head (id),
  -- What is asked for: `domain::order::OrderContent`.
  content TEXT NOT NULL,
  -- What the person saw and confirmed; frozen when it is submitted.
  totals TEXT,
  -- Exactly what is sent to Ion.
  payload TEXT,
  -- What Ion showed last: `domain::order::IonOrder`.
  ion TEXT,
  -- Why it failed: `OrderFailure`.
  failure TEXT
);

-- By these, changes of the catalog find the orders that they touch.
CREATE TABLE order_line (
  order_id {uuid} NOT NULL REFERENCES order_head (id),
  line BIGINT NOT NULL,
  product_ion_id TEXT NOT NULL,
  sku_id TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  vendor TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  currency TEXT,
  monthly_units BIGINT,
  sale_units BIGINT,
  PRIMARY KEY (order_id, line)
);
CREATE INDEX order_line_variant ON order_line (product_ion_id, sku_id, plan_id);

CREATE TABLE order_event (
  order_id {uuid} NOT NULL REFERENCES order_head (id),
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  message TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '',
  request_id TEXT,
  PRIMARY KEY (order_id, seq)
);

-- First log-ins that a vendor made, sealed; for the eyes of who placed the order, once.
CREATE TABLE order_secret (
  order_id {uuid} NOT NULL REFERENCES order_head (id),
  line BIGINT NOT NULL,
  user_name {bytes} NOT NULL,
  password {bytes} NOT NULL,
  for_whom TEXT NOT NULL,
  kept_at BIGINT NOT NULL,
  PRIMARY KEY (order_id, line)
);

CREATE TABLE subscription (
  id {uuid} PRIMARY KEY,
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  ion_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  customer_id {uuid} REFERENCES customer (id),
  ion_customer_id TEXT NOT NULL,
  customer_name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  name TEXT NOT NULL,
  vendor TEXT NOT NULL,
  product_id {uuid},
  product_ion_id TEXT NOT NULL,
  sku_id TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  order_id {uuid},
  state TEXT NOT NULL,
  seats BIGINT,
  term TEXT NOT NULL,
  billing TEXT NOT NULL,
  currency TEXT,
  cost_units BIGINT,
  -- For all seats, a month.
  monthly_units BIGINT,
  sale_units BIGINT,
  -- Share of the sale price that is margin, in thousandths; nothing where there is no sale price.
  margin_permille BIGINT,
  auto_renew BOOLEAN,
  starts_at BIGINT,
  ends_at BIGINT,
  -- When it renews or ends, whichever comes: lists and calendar go by it.
  due_at BIGINT,
  cancellable_until BIGINT,
  search TEXT NOT NULL,
  hash {bytes} NOT NULL,
  missed BIGINT NOT NULL DEFAULT 0,
  gone_at BIGINT,
  -- Live: neither ended nor gone.
  live BOOLEAN NOT NULL,
  first_seen_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  read_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX subscription_ion ON subscription (connection_id, ion_id);
CREATE INDEX subscription_resource ON subscription (connection_id, resource_id);
CREATE INDEX subscription_due ON subscription (live, due_at, id);
CREATE INDEX subscription_name ON subscription (live, name_key, id);
CREATE INDEX subscription_customer ON subscription (customer_id);
CREATE INDEX subscription_ion_customer ON subscription (connection_id, ion_customer_id);
CREATE INDEX subscription_variant ON subscription (product_ion_id, sku_id, plan_id);

-- All that Ion shows of it: `domain::subscription::Subscription`.
CREATE TABLE subscription_content (subscription_id {uuid} PRIMARY KEY REFERENCES subscription (id), content TEXT NOT NULL);

CREATE TABLE subscription_event (
  subscription_id {uuid} NOT NULL REFERENCES subscription (id),
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  run_id {uuid},
  order_id {uuid},
  PRIMARY KEY (subscription_id, seq)
);

-- Which reminder of which end was given.
CREATE TABLE subscription_reminder (
  subscription_id {uuid} NOT NULL REFERENCES subscription (id),
  due_at BIGINT NOT NULL,
  days BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (subscription_id, due_at, days)
);

CREATE TABLE margin_rule (
  id {uuid} PRIMARY KEY,
  version BIGINT NOT NULL,
  -- `domain::margin::MarginRule`.
  rule TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  edited_by TEXT NOT NULL,
  edited_at BIGINT NOT NULL,
  -- Taken out of use; kept, since prices were worked out by it.
  retired_at BIGINT
);

-- What a vendor asks for, as Ion last said it.
CREATE TABLE provision_template (
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  -- Ion's words: vendor, provider, action.
  vendor TEXT NOT NULL,
  provider TEXT NOT NULL,
  action TEXT NOT NULL,
  -- `domain::order::Template`; nothing where Ion gave none.
  template TEXT,
  hash {bytes} NOT NULL,
  read_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  -- Why the last reading failed.
  failed TEXT,
  PRIMARY KEY (connection_id, vendor, provider, action)
);

-- How far the orders and subscriptions of a connection were read.
CREATE TABLE order_setting (
  connection_id {uuid} PRIMARY KEY REFERENCES connection (id),
  -- Orders that changed at Ion before this were read.
  orders_until BIGINT,
  orders_read_at BIGINT,
  subscriptions_read_at BIGINT,
  next_subscriptions_at BIGINT
);
