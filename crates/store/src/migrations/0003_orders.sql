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
  -- Folded, for sorting.
  customer_key TEXT NOT NULL,
  origin TEXT NOT NULL,
  action TEXT NOT NULL,
  subscription_id {uuid},
  state TEXT NOT NULL,
  state_since BIGINT NOT NULL,
  -- Counts every change of the row: who read it before looks again.
  version BIGINT NOT NULL,
  -- Ours, unique; by it Ion is searched. Of an order placed elsewhere what its maker wrote, which need not be unique.
  reference TEXT NOT NULL,
  ion_id TEXT,
  -- Of the first line.
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
  -- When somebody confirmed it, or it was made at Ion; nothing in a draft.
  placed_at BIGINT,
  -- By what lists are ordered: when it was placed; of one that was not placed yet when it was begun.
  listed_at BIGINT NOT NULL,
  -- Later one of the draft's last change and the state's.
  changed_at BIGINT NOT NULL,
  -- When the order is to be looked at by itself, whatever for; nothing where it rests.
  due_at BIGINT,
  -- Waits for a person; one that failed only for some days, which the query counts.
  attention BOOLEAN NOT NULL,
  -- A price of a draft moved since it was made; set by imports.
  price_moved BOOLEAN NOT NULL DEFAULT FALSE,
  -- A first log-in waits to be seen, once: whether `order_secret` has one.
  has_secret BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX order_head_reference ON order_head (reference) WHERE origin = 'here';
CREATE UNIQUE INDEX order_head_ion ON order_head (connection_id, ion_id) WHERE ion_id IS NOT NULL;
CREATE INDEX order_head_listed ON order_head (listed_at, number);
CREATE INDEX order_head_state ON order_head (state, connection_id, listed_at, number);
CREATE INDEX order_head_customer ON order_head (customer_id, listed_at, number);
CREATE INDEX order_head_ion_customer ON order_head (connection_id, ion_customer_id);
CREATE INDEX order_head_name ON order_head (customer_key, number);
CREATE INDEX order_head_changed ON order_head (changed_at, number);
CREATE INDEX order_head_subscription ON order_head (subscription_id) WHERE subscription_id IS NOT NULL;
CREATE INDEX order_head_placed ON order_head (placed_at) WHERE placed_at IS NOT NULL;
CREATE INDEX order_head_due ON order_head (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX order_head_attention ON order_head (listed_at, number) WHERE attention;
-- How long orders of a vendor take.
CREATE INDEX order_head_took ON order_head (vendor, ended_at) WHERE state = 'completed' AND submitted_at IS NOT NULL;

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

-- By these, changes of the catalog find the drafts that they touch.
CREATE TABLE order_line (
  order_id {uuid} NOT NULL REFERENCES order_head (id),
  line BIGINT NOT NULL,
  -- 0 is the line itself; what comes with it is counted from 1, and has its costs in the line's.
  add_on BIGINT NOT NULL,
  product_ion_id TEXT NOT NULL,
  -- Ion's id of the SKU or add-on.
  sku_id TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  vendor TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  currency TEXT,
  -- What the line changes of what is paid a month, cost and sale; 10^-6. Nothing where it is not known.
  monthly_units BIGINT,
  sale_units BIGINT,
  PRIMARY KEY (order_id, line, add_on)
);
CREATE INDEX order_line_vendor ON order_line (vendor, order_id);

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

-- What lists search, filter and sort by. Narrow: a search for words reads all of it.
CREATE TABLE subscription (
  id {uuid} PRIMARY KEY,
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  customer_id {uuid} REFERENCES customer (id),
  -- Neither ended nor gone.
  live BOOLEAN NOT NULL,
  vendor TEXT NOT NULL,
  state TEXT NOT NULL,
  term TEXT NOT NULL,
  billing TEXT NOT NULL,
  -- -1 where Ion does not say, 0 no, 1 yes.
  auto_renew BIGINT NOT NULL,
  -- When it renews or ends, whichever comes; the largest number where it does not say: last in every list.
  due_at BIGINT NOT NULL,
  -- Folded, for sorting.
  customer_key TEXT NOT NULL,
  name_key TEXT NOT NULL,
  -- For sorting; the smallest number where there is none.
  seats BIGINT NOT NULL,
  cost_key BIGINT NOT NULL,
  margin_key BIGINT NOT NULL,
  -- What comes at `due_at`: 0 nothing that is known, 1 it renews, 2 it ends.
  coming BIGINT NOT NULL,
  -- What a renewal binds to, by the catalog where it has a price: 10^-6, in this currency; empty where it is not known.
  bound_units BIGINT NOT NULL,
  bound_currency TEXT NOT NULL,
  -- It binds to much, or its margin is low: looked at a step earlier.
  weighty BOOLEAN NOT NULL,
  -- Every word by which it is found, folded.
  search TEXT NOT NULL
);
-- A part of a list is found in one index alone: behind what it is sorted by stands all that it can be filtered by. By seats, cost or
-- margin fewer lists are sorted: their indexes are small, since every subscription that is written is written into each.
CREATE INDEX subscription_due ON subscription (live, due_at, id, vendor, state, term, billing, auto_renew, connection_id, customer_id);
CREATE INDEX subscription_by_customer ON subscription (live, customer_key, id, vendor, state, term, billing, auto_renew, connection_id, customer_id, due_at);
CREATE INDEX subscription_name ON subscription (live, name_key, id, vendor, state, term, billing, auto_renew, connection_id, customer_id, due_at);
CREATE INDEX subscription_seats ON subscription (live, seats, id);
CREATE INDEX subscription_cost ON subscription (live, cost_key, id);
CREATE INDEX subscription_margin ON subscription (live, margin_key, id);
-- What renews and ends is summed up and put in order from this index alone.
CREATE INDEX subscription_renewal ON subscription (live, due_at, id, coming, term, weighty, bound_currency, bound_units) WHERE coming > 0;
CREATE INDEX subscription_customer ON subscription (customer_id) WHERE customer_id IS NOT NULL;
-- What there is little of is looked up, and sorted then; so written, these serve a query that asks for them and no other.
CREATE INDEX subscription_vendor ON subscription ((vendor || ''));
CREATE INDEX subscription_state ON subscription ((state || ''));
CREATE INDEX subscription_unknown ON subscription (id) WHERE customer_id IS NULL;

-- All else that is known of it; made and changed with its row above.
CREATE TABLE subscription_content (
  subscription_id {uuid} PRIMARY KEY REFERENCES subscription (id),
  connection_id {uuid} NOT NULL,
  ion_customer_id TEXT NOT NULL,
  customer_name TEXT NOT NULL,
  -- The vendor's id.
  resource_id TEXT NOT NULL,
  product_ion_id TEXT NOT NULL,
  sku_id TEXT NOT NULL,
  product_id {uuid},
  order_id {uuid},
  currency TEXT,
  -- For all seats a month: cost and sale; 10^-6.
  monthly_units BIGINT,
  sale_units BIGINT,
  -- Share of the sale price that is margin, in thousandths; nothing where there is no sale price.
  margin_permille BIGINT,
  -- Months in which it began and ended, counted from the year 0; 0 where that is not known, or it has not ended.
  began BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  first_seen_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  -- All that Ion shows: `domain::subscription::Subscription`.
  content TEXT NOT NULL
);
CREATE INDEX subscription_content_resource ON subscription_content (connection_id, resource_id);
CREATE INDEX subscription_content_ion_customer ON subscription_content (connection_id, ion_customer_id);
CREATE INDEX subscription_content_product ON subscription_content (product_ion_id, sku_id);

-- What a reading compares and notes; apart, so that a look that finds nothing new touches no list.
CREATE TABLE subscription_reading (
  subscription_id {uuid} PRIMARY KEY REFERENCES subscription (id),
  connection_id {uuid} NOT NULL,
  ion_id TEXT NOT NULL,
  -- Of what Ion showed last.
  hash {bytes} NOT NULL,
  -- Complete readings in a row without it.
  missed BIGINT NOT NULL DEFAULT 0,
  gone_at BIGINT,
  read_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX subscription_reading_ion ON subscription_reading (connection_id, ion_id);

-- How many subscriptions are alike in all of this, and what they cost: lists and sums are counted by it. Kept by `subscriptions::tally` alone.
CREATE TABLE subscription_tally (
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  live BOOLEAN NOT NULL,
  vendor TEXT NOT NULL,
  state TEXT NOT NULL,
  term TEXT NOT NULL,
  billing TEXT NOT NULL,
  auto_renew BIGINT NOT NULL,
  -- Empty where no price is known.
  currency TEXT NOT NULL,
  subscriptions BIGINT NOT NULL,
  -- Sums of a month, 10^-6: cost; sale of those that have a sale price, and their cost.
  cost_units BIGINT NOT NULL,
  sale_units BIGINT NOT NULL,
  cost_of_sold_units BIGINT NOT NULL,
  PRIMARY KEY (connection_id, live, vendor, state, term, billing, auto_renew, currency)
);

-- What subscriptions cost a month, by the months in which they began and ended. Kept by `subscriptions::tally` alone.
CREATE TABLE subscription_month (
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  vendor TEXT NOT NULL,
  currency TEXT NOT NULL,
  began BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  subscriptions BIGINT NOT NULL,
  -- As in `subscription_tally`.
  cost_units BIGINT NOT NULL,
  sale_units BIGINT NOT NULL,
  cost_of_sold_units BIGINT NOT NULL,
  PRIMARY KEY (connection_id, vendor, currency, began, ended)
);

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
CREATE INDEX subscription_event_run ON subscription_event (run_id, at) WHERE run_id IS NOT NULL;

-- Which reminder of which end was given.
CREATE TABLE subscription_reminder (
  subscription_id {uuid} NOT NULL REFERENCES subscription (id),
  due_at BIGINT NOT NULL,
  days BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (subscription_id, due_at, days)
);
CREATE INDEX subscription_reminder_due ON subscription_reminder (due_at);

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

-- What customers have at the vendors' clouds, as Ion last said it: forms of orders are filled in from it.
CREATE TABLE cloud_profiles (
  connection_id {uuid} NOT NULL REFERENCES connection (id),
  ion_customer_id TEXT NOT NULL,
  -- A list of `domain::customer::CloudProfile`.
  profiles TEXT NOT NULL,
  read_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  -- Why the last reading failed.
  failed TEXT,
  PRIMARY KEY (connection_id, ion_customer_id)
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

-- A file of orders names what it wants by the manufacturer's part number.
CREATE INDEX variant_part_number ON variant (part_number) WHERE part_number IS NOT NULL;
