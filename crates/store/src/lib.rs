//! The only SQL of Ionbridge: entities, queries, migrations, job queue; SQLite and PostgreSQL.
