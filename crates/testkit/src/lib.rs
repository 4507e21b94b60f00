//! Development only: TestApp, builders, sandbox launcher.
