//! Tests of ingest, trait by trait.
