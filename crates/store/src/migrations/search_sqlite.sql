CREATE VIRTUAL TABLE product_search USING fts5(doc, tokenize = 'trigram', columnsize = 0);
