#!/usr/bin/env python3
"""Cuts the sample out of a full refresh_tokens table and computes what SQL answers about it.

    make_sample.py FULL.csv [--answers-only]

FULL.csv is the table as PostgreSQL's COPY ... CSV HEADER wrote it; raw_tokens.tsv, the raw tokens of some of its rows
with their state, lies beside it. The sample goes beside this script: whole users, so that families are complete, their
rows byte for byte in their order. With --answers-only the answers for FULL.csv itself go to standard output.

This script knows nothing of tokenstore: its answers are what the tool is tested against.
"""

import collections
import csv
import hashlib
import io
import json
import pathlib
import re
import sys
from datetime import datetime, timezone

AS_OF = datetime(2026, 6, 1, tzinfo=timezone.utc)
BUSIEST_USER = "26e4d89b-ea0d-4906-bdcf-763e0ba4adf4"
TOKENS_PER_STATE = 10
ROWS_WANTED = 1000
LONGEST_LISTS = 20


def records(text):
    """The records of a CSV file, each as its bytes in the file: a line break inside quotes ends no record."""
    record = b""
    for line in text.splitlines(keepends=True):
        record += line
        if record.count(b'"') % 2 == 0:
            yield record
            record = b""
    if record:
        raise ValueError("a quote is never closed")


def parse(header, rows):
    """The records as dictionaries, in their order."""
    text = (header + b"".join(rows)).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def moment(text):
    """A timestamptz as PostgreSQL writes it: "2026-04-22 00:16:23.57905+00"."""
    match = re.fullmatch(r"(.{19})(?:\.(\d{1,6}))?\+00", text)
    whole = datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
    return whole.replace(microsecond=int((match[2] or "").ljust(6, "0")))


def is_expired(row):
    return moment(row["expires_at"]) <= AS_OF


def is_live(row):
    return row["is_revoked"] == "f" and not is_expired(row)


def answers(rows):
    tokens_of_user = collections.Counter(row["user_id"] for row in rows)
    sessions_of_user = collections.Counter(row["user_id"] for row in rows if is_live(row))
    tokens_of_family = collections.Counter(row["family_id"] for row in rows)
    live_of_family = collections.Counter(row["family_id"] for row in rows if is_live(row))
    expired = sum(map(is_expired, rows))
    users = sorted(tokens_of_user, key=lambda user: (-sessions_of_user[user], -tokens_of_user[user], user))
    families = sorted(tokens_of_family, key=lambda family: (-tokens_of_family[family], family))
    return {
        "as_of": AS_OF.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tokens": len(rows),
        "users": len(tokens_of_user),
        "families": len(tokens_of_family),
        "live": sum(map(is_live, rows)),
        "revoked": sum(row["is_revoked"] == "t" for row in rows),
        "expired": expired,
        "cleanup_expired": expired,
        "busiest_users": [
            {"user_id": user, "active_sessions": sessions_of_user[user], "tokens": tokens_of_user[user]}
            for user in users[:LONGEST_LISTS]
        ],
        "longest_families": [
            {"family_id": family, "tokens": tokens_of_family[family], "live": live_of_family[family]}
            for family in families[:LONGEST_LISTS]
        ],
    }


def choose_users(rows, raw_tokens):
    """The busiest user, the longest family's, those of enough raw tokens in each state, and others picked by a hash."""
    longest_family = answers(rows)["longest_families"][0]["family_id"]
    user_of_hash = {row["token_hash"]: row["user_id"] for row in rows}
    chosen = {BUSIEST_USER, next(row["user_id"] for row in rows if row["family_id"] == longest_family)}
    for state in ("live", "revoked", "expired"):
        of_state = [raw for raw_state, raw in raw_tokens if raw_state == state]
        chosen.update(user_of_hash[token_hash(raw)] for raw in of_state[:TOKENS_PER_STATE])
    rows_of_user = collections.Counter(row["user_id"] for row in rows)
    count = sum(rows_of_user[user] for user in chosen)
    for user in sorted(rows_of_user, key=lambda user: hashlib.sha256(user.encode()).digest()):
        if count >= ROWS_WANTED:
            break
        if user not in chosen:
            chosen.add(user)
            count += rows_of_user[user]
    return chosen


def token_hash(raw_token):
    return hashlib.sha256(raw_token.encode("ascii")).hexdigest()


def to_json(value):
    return json.dumps(value, indent=1) + "\n"


def make_sample(header, rows, parsed, raw_path, folder):
    raw_header, *raw_lines = raw_path.read_text(encoding="ascii").splitlines()
    raw_tokens = [line.split("\t") for line in raw_lines]
    users = choose_users(parsed, raw_tokens)
    sample = [record for record, row in zip(rows, parsed) if row["user_id"] in users]
    sample_rows = parse(header, sample)
    hashes = {row["token_hash"] for row in sample_rows}
    sample_raw = [raw_header] + ["\t".join(line) for line in raw_tokens if token_hash(line[1]) in hashes]
    (folder / "refresh_tokens_sample.csv").write_bytes(header + b"".join(sample))
    (folder / "raw_tokens_sample.tsv").write_text("\n".join(sample_raw) + "\n", encoding="ascii")
    (folder / "refresh_tokens_sample.answers.json").write_text(to_json(answers(sample_rows)), encoding="ascii")


def main(arguments):
    path = pathlib.Path(arguments[0])
    header, *rows = records(path.read_bytes())
    parsed = parse(header, rows)
    if "--answers-only" in arguments[1:]:
        sys.stdout.write(to_json(answers(parsed)))
    else:
        make_sample(header, rows, parsed, path.parent / "raw_tokens.tsv", pathlib.Path(__file__).resolve().parent)


if __name__ == "__main__":
    main(sys.argv[1:])
