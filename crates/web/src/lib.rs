//! REST API, server-rendered pages, live progress, authentication.
