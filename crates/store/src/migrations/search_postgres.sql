CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE product_search (doc_id BIGINT PRIMARY KEY, doc TEXT NOT NULL);
CREATE INDEX product_search_doc ON product_search USING gin (doc gin_trgm_ops);
CREATE INDEX product_name_prefix ON product (name_key text_pattern_ops);
