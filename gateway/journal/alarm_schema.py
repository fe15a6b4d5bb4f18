"""How the tables of alarm_tables.py came to be, step by step; what has been released is never edited."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = """
DROP TABLE IF EXISTS alarm;
DROP TABLE IF EXISTS revision;
DELETE FROM saved WHERE follower LIKE 'screening:%';
CREATE TABLE alarm (
    id TEXT PRIMARY KEY, closed INTEGER NOT NULL, raised_ns INTEGER NOT NULL, number INTEGER NOT NULL,
    body TEXT NOT NULL,
    channel AS (json_extract(body, '$.excursion.channel')),
    kind AS (json_extract(body, '$.excursion.kind')),
    ongoing AS (
        coalesce(json_extract(body, '$.excursion.end_ns'), json_extract(body, '$.fault.end_ns')) IS NULL
        AND NOT coalesce(json_extract(body, '$.excursion.withdrawn'), 0)));
CREATE INDEX alarm_open ON alarm (closed, raised_ns);
CREATE INDEX alarm_channel ON alarm (channel);
CREATE INDEX alarm_kind ON alarm (kind);
CREATE INDEX alarm_ongoing ON alarm (raised_ns) WHERE ongoing;
CREATE TABLE alarm_asset (asset TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (asset, id)) WITHOUT ROWID;
CREATE TABLE transition (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL, number INTEGER NOT NULL, change TEXT NOT NULL,
    stated_ns INTEGER NOT NULL, follows INTEGER NOT NULL);
CREATE INDEX transition_id ON transition (id, number);
CREATE INDEX transition_follows ON transition (follows);
CREATE TABLE excursion (
    id TEXT PRIMARY KEY, channel INTEGER NOT NULL, rule TEXT NOT NULL, cleared_ns INTEGER,
    body TEXT NOT NULL);
CREATE TABLE folded (
    one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, follows INTEGER NOT NULL,
    stated_ns INTEGER NOT NULL);
CREATE INDEX excursion_rule ON excursion (channel, rule, cleared_ns);
"""
"""Records of before had alarms that no transition was stated of: they are made again."""
SEALED: Final = """
DROP TABLE alarm;
DROP TABLE alarm_asset;
DELETE FROM folded;
CREATE TABLE alarm (
    id TEXT PRIMARY KEY, closed INTEGER NOT NULL, raised_ns INTEGER NOT NULL, number INTEGER NOT NULL,
    channel INTEGER, kind TEXT NOT NULL, ongoing INTEGER NOT NULL, severity INTEGER, state TEXT NOT NULL,
    body TEXT NOT NULL, crc INTEGER NOT NULL);
CREATE INDEX alarm_open ON alarm (closed, raised_ns);
CREATE INDEX alarm_channel ON alarm (channel);
CREATE INDEX alarm_kind ON alarm (kind);
CREATE INDEX alarm_ongoing ON alarm (raised_ns) WHERE ongoing;
CREATE TABLE alarm_asset (asset TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (asset, id)) WITHOUT ROWID;
CREATE INDEX alarm_asset_id ON alarm_asset (id);
ALTER TABLE transition ADD COLUMN crc INTEGER;
ALTER TABLE excursion ADD COLUMN crc INTEGER;
ALTER TABLE cursor ADD COLUMN crc INTEGER;
ALTER TABLE saved ADD COLUMN crc INTEGER;
"""
"""A row with a checksum; alarms are made again from their transitions."""
