CREATE VIRTUAL TABLE product_search USING fts5(doc, product_id UNINDEXED, tokenize = 'trigram');
