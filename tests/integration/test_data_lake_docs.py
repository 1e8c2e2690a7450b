"""docs/data-lake.md is true: its dictionary, queries, tables, statements for Athena, and policies."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.lake import exports, layout
from helperfunctions.clock import SystemClock, VirtualClock
from helperfunctions.database import Database
from helperfunctions.duck import INSTANT, Duck
from helperfunctions.errors import ObjectChanged
from helperfunctions.object_store import open_store
from tests.conftest import execute
from tests.data_dictionary import with_dictionary
from tests.factories import DAY, rows
from tests.integration.test_reader import address_of
from tests.lakes import LakeOfTest, a_day, opened
from tests.seaweed import AWS, BUCKET, Seaweed

PAGE: Final = (Path(__file__).resolve().parents[2] / "docs" / "data-lake.md").read_text()
SECTIONS: Final = {part.split("\n")[0]: part for part in PAGE.split("\n## ")[1:]}
OF_ATHENA: Final = {"VARCHAR": "string", "DOUBLE": "double", "INTEGER": "int", "BIGINT": "bigint", "DATE": "date",
                    "FLOAT": "float", INSTANT: "timestamp"}  # fmt: skip


def blocks(section: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", SECTIONS[section], re.MULTILINE | re.DOTALL)


def test_the_dictionary_is_that_of_the_database(url: str) -> None:
    assert with_dictionary(PAGE, url) == PAGE, "run `make schema`"


def test_the_statements_for_a_role_and_the_queries_on_views_run(url: str) -> None:
    role, *queries = blocks("Views in PostgreSQL", "sql")
    execute(url, role.replace("analyst", "watchtime_documented"))
    reading = address_of(url, "watchtime_documented", "…")
    assert len(queries) == 3
    for query in queries:
        assert rows(reading, query) == []
    with pytest.raises(Exception, match="permission denied"):
        rows(reading, "select 1 from days")
    assert rows(reading, "show statement_timeout") == [("1min",)]


@pytest.mark.parametrize("lake", ["folder"], indirect=True)
def test_the_query_for_duckdb_runs_on_a_lake(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    [query, *_] = blocks("Reading the files", "sql")
    with Duck(lake.folder / "duck") as duck:
        assert duck.rows(query.replace("LAKE/", f"{lake.folder}/lake/")) == [("Chess", 24000.0), ("Go", 12000.0)]


@pytest.mark.parametrize(
    ("table", "columns"),
    [("daily_games", layout.CURATED["daily_games"].columns), ("streams", layout.STREAM_COLUMNS)],
    ids=["a curated table", "streams"],
)
def test_the_columns_for_athena_are_those_of_the_files(table: str, columns: layout.Columns) -> None:
    [ddl] = [block for block in blocks("Reading the files", "sql") if "create external table" in block]
    [listed] = re.findall(rf"twitch\.{table} \((.*?)\)\npartitioned", ddl, re.DOTALL)
    documented = [tuple(column.split()) for column in listed.replace("\n", " ").split(",")]
    assert documented == [(name, OF_ATHENA[kind]) for name, kind in columns.items()]


def test_the_columns_and_the_rules_of_the_csv_files_are_those_of_the_code() -> None:
    columns = dict(re.findall(r"^\| `(\w+)_data` \| (.*) \|$", SECTIONS["CSV files"], re.MULTILINE))
    listed = {name: tuple(re.findall(r"`(\w+)`", cells)) for name, cells in columns.items()}
    assert listed["streams"] == exports.STREAM_COLUMNS
    assert listed["games"] == exports.GAME_COLUMNS
    rules = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", SECTIONS["CSV files"].split("| rule |")[1], re.MULTILINE))
    assert rules == exports.RULES


def test_every_curated_table_is_listed() -> None:
    listed = set(re.findall(r"`(\w+)`", SECTIONS["Layers and paths"].split("Tables in `curated`")[1]))
    assert layout.CURATED.keys() <= listed


# The policies


def action_of(method: str, target: str) -> str:
    """The right that a request needs. Source: AWS, "Actions, resources, and condition keys for Amazon S3"."""
    url = urlsplit(target)
    asked = parse_qs(url.query, keep_blank_values=True).keys()
    is_bucket = len(url.path.strip("/").split("/")) == 1
    if is_bucket:
        of_bucket = {
            "uploads": "s3:ListBucketMultipartUploads",
            "policyStatus": "s3:GetBucketPolicyStatus",
            "policy": "s3:GetBucketPolicy",
            "versioning": "s3:GetBucketVersioning",
            "list-type": "s3:ListBucket",
        }
        [action] = [action for word, action in of_bucket.items() if word in asked]
        return action
    if method == "DELETE" and "uploadId" in asked:
        return "s3:AbortMultipartUpload"
    return {"GET": "s3:GetObject", "HEAD": "s3:GetObject", "PUT": "s3:PutObject", "POST": "s3:PutObject",
            "DELETE": "s3:DeleteObject"}[method]  # fmt: skip


@contextmanager
def recording(upstream: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A server that hands every request on and records its method and target. The signature covers its own address."""
    seen: list[tuple[str, str]] = []
    place = urlsplit(upstream).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            seen.append((self.command, self.path))
            if self.headers.get("Expect"):
                self.send_response_only(100)
                self.end_headers()
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            there = HTTPConnection(place)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
            there.request(self.command, self.path, body, headers)
            answer = there.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            size = answer.getheader("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", size or str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            there.close()

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _forward  # noqa: N815 - names of the library

        def log_message(self, *_: Any) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()


def actions(policy: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for statement in policy["Statement"]:
        action = statement["Action"]
        found |= {action} if isinstance(action, str) else set(action)
    return found


def upload_in_parts(address: str, prefix: str, folder: Path) -> None:
    """Store an object in two parts, and begin one for the same key, which is refused at its end and aborted."""
    file = folder / "large"
    file.write_bytes(bytes(6 << 20))
    url, clock = f"s3://{BUCKET}/{prefix}", SystemClock()
    with closing(open_store(url, clock, endpoint_url=address, aws=AWS, part_bytes=5 << 20)) as store:
        store.put("large", file, {})
        with pytest.raises(ObjectChanged):
            store.put("large", file, {})


def test_the_bot_uses_exactly_the_rights_of_its_policy(
    seaweed: Seaweed, database: Database, clock: VirtualClock, tmp_path: Path
) -> None:
    """Polls, a sealed day, expiry, leftovers, warnings; and an object in two parts, which is aborted."""
    bot, analysts = (json.loads(block) for block in blocks("Rights on AWS", "json"))
    prefix = f"policy-{tmp_path.name}"
    with recording(seaweed.url) as (address, seen):
        with opened(f"s3://{BUCKET}/{prefix}", database, clock, tmp_path / "work", address) as one:
            lake = LakeOfTest(one, clock, tmp_path)
            a_day(lake)
            lake.turn()
            one.store.get(next(iter(one.store.objects("curated/"))).key, tmp_path / "read")
            lake.to_the_end_of(DAY, timedelta(hours=25))
            lake.turn()
            one.store.warnings()
        upload_in_parts(address, prefix, tmp_path)
    used = {action_of(*request) for request in seen}
    assert used == actions(bot)
    for _, target in seen:
        url = urlsplit(target)
        key = url.path.strip("/").partition("/")[2]
        listed = parse_qs(url.query).get("prefix", [key])[0]
        # The rights of statements about the bucket itself have no prefix.
        assert listed.startswith(f"{prefix}/") or not listed
    assert actions(analysts) == {"s3:GetObject", "s3:ListBucket"} < actions(bot)
