"""The `_sync` tables of the mirror's file, version by version.

A step is never changed once a program with it was used: what comes later is a step of its own.
"""

from __future__ import annotations

_FIRST = """
CREATE SCHEMA IF NOT EXISTS _sync;
CREATE TABLE IF NOT EXISTS _sync.properties (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sync.objects (
    object VARCHAR PRIMARY KEY, described VARCHAR NOT NULL, watermark TIMESTAMP, pulled_at TIMESTAMP NOT NULL);
CREATE TABLE IF NOT EXISTS _sync.query_jobs (
    object VARCHAR NOT NULL, query VARCHAR NOT NULL, api_version VARCHAR NOT NULL, job_id VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sync.ingest_jobs (
    job_id VARCHAR PRIMARY KEY, run_id VARCHAR NOT NULL, object VARCHAR NOT NULL, key_field VARCHAR NOT NULL,
    api_version VARCHAR NOT NULL, part INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS _sync.runs (
    run_id VARCHAR PRIMARY KEY, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP, status VARCHAR NOT NULL,
    rows_planned BIGINT NOT NULL, rows_written BIGINT NOT NULL, rows_refused BIGINT NOT NULL, calls BIGINT NOT NULL,
    message VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sync.ledger (
    run_id VARCHAR NOT NULL, object VARCHAR NOT NULL, key VARCHAR NOT NULL, record_id VARCHAR, field VARCHAR NOT NULL,
    old_value VARCHAR, new_value VARCHAR, part INTEGER, outcome VARCHAR NOT NULL, code VARCHAR, message VARCHAR);
"""

# IF NOT EXISTS: some files of the first version have the first two tables already
_FAILURES_AND_FILES = """
CREATE TABLE IF NOT EXISTS _sync.failures (
    object VARCHAR NOT NULL, key VARCHAR NOT NULL, since TIMESTAMP NOT NULL, last_at TIMESTAMP NOT NULL,
    refusals INTEGER NOT NULL, code VARCHAR, message VARCHAR, PRIMARY KEY (object, key));
CREATE TABLE IF NOT EXISTS _sync.made_records (run_id VARCHAR NOT NULL, object VARCHAR NOT NULL, key VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS _sync.feed_files (
    feed VARCHAR NOT NULL, file VARCHAR NOT NULL, size BIGINT NOT NULL, modified BIGINT NOT NULL, hash VARCHAR NOT NULL,
    rows BIGINT NOT NULL, read_at TIMESTAMP NOT NULL, problem VARCHAR NOT NULL, PRIMARY KEY (feed, file));
"""

STEPS = (_FIRST, _FAILURES_AND_FILES)
"""SQL that leads from each version to the next; the first makes a new file."""

MIRROR_VERSION = len(STEPS)
