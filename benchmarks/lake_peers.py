"""Other ways from PostgreSQL to an object on S3, each at its best. Runs in an environment of its own, without our code.

Reads its order as JSON from standard input, and prints CPU seconds of a poll, the peak of memory in MB, and the bytes
of an object. The first poll, with which everything is opened, is not counted.
"""

import io
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

Given = Mapping[str, Any]
QUERY: Final = """
    select
        poll_id, viewer_count, started_at,
        cast(floor(extract(epoch from started_at) * 1000) as bigint) as started_ms,
        stream_id, streamer_id, game_id, language
    from staging.streams
    where day = '{day}' and poll_id = {poll_id}
    order by streamer_id, stream_id
"""


def by_pandas(given: Given) -> Iterator[Callable[[int], object]]:
    """pandas as it is mostly used: a frame by psycopg2, `to_csv`, and one PUT of boto3."""
    import psycopg2

    connection = psycopg2.connect(given["database_url"])
    yield _to_csv(given, connection)
    connection.close()


def by_pandas_adbc(given: Given) -> Iterator[Callable[[int], object]]:
    """The same by ADBC, the fastest way of pandas to read PostgreSQL."""
    import adbc_driver_postgresql.dbapi as postgresql

    with postgresql.connect(given["database_url"]) as connection:
        yield _to_csv(given, connection)


def _to_csv(given: Given, connection: Any) -> Callable[[int], object]:
    import pandas

    s3 = _boto3(given)

    def put(poll_id: int) -> None:
        with warnings.catch_warnings(action="ignore"):
            frame = pandas.read_sql(QUERY.format(day=given["day"], poll_id=poll_id), connection)
        csv = io.BytesIO()
        frame.to_csv(csv, index=False)
        s3.put_object(Bucket=given["bucket"], Key=f"{given['prefix']}/poll-{poll_id}.csv", Body=csv.getvalue())

    return put


def by_dlt_arrow(given: Given) -> Iterator[Callable[[int], object]]:
    """dlt with Arrow tables, its fast path."""
    import adbc_driver_postgresql.dbapi as postgresql

    pipeline = _dlt(given, "arrow")
    with postgresql.connect(given["database_url"]) as connection, connection.cursor() as cursor:

        def put(poll_id: int) -> None:
            cursor.execute(QUERY.format(day=given["day"], poll_id=poll_id))
            pipeline.run(cursor.fetch_arrow_table(), table_name="streams", loader_file_format="parquet")

        yield put


def by_dlt_dicts(given: Given) -> Iterator[Callable[[int], object]]:
    """dlt with dicts, its usual path."""
    import psycopg2
    from psycopg2.extras import RealDictCursor

    pipeline = _dlt(given, "dicts")
    connection = psycopg2.connect(given["database_url"], cursor_factory=RealDictCursor)

    def put(poll_id: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(QUERY.format(day=given["day"], poll_id=poll_id))
            pipeline.run(map(dict, cursor), table_name="streams", loader_file_format="parquet")

    yield put
    connection.close()


WAYS: Final = {
    "pandas": by_pandas,
    "pandas, ADBC": by_pandas_adbc,
    "dlt, Arrow": by_dlt_arrow,
    "dlt, dicts": by_dlt_dicts,
}


def _boto3(given: Given) -> Any:
    import boto3

    return boto3.client("s3", endpoint_url=given["endpoint_url"], region_name="us-east-1")


def _dlt(given: Given, name: str) -> Any:
    # Nothing is sent to its makers.
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    import dlt

    destination = dlt.destinations.filesystem(
        bucket_url=f"s3://{given['bucket']}/{given['prefix']}",
        credentials={
            "aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
            "endpoint_url": given["endpoint_url"],
            "region_name": "us-east-1",
        },
    )
    return dlt.pipeline(f"lake_{name}", destination=destination, dataset_name=name, pipelines_dir=given["folder"])


def _largest(given: Given) -> int:
    pages = _boto3(given).get_paginator("list_objects_v2").paginate(Bucket=given["bucket"], Prefix=given["prefix"])
    return max(int(item["Size"]) for page in pages for item in page.get("Contents", ()))


def main() -> None:
    """Do the work that is named on standard input, and print what it took."""
    given: Given = json.load(sys.stdin)
    cpu: list[float] = []
    ways = WAYS[given["way"]](given)
    put = next(ways)
    for poll_id, *_ in given["polls"]:
        began = time.process_time()
        put(poll_id)
        cpu.append(time.process_time() - began)
    next(ways, None)
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    print(
        json.dumps(
            {
                "cpu": sum(cpu[1:]) / len(cpu[1:]),
                "peak_mb": int(peak.split()[1]) * 1024 / 1e6,
                "bytes": _largest(given),
            }
        )
    )


if __name__ == "__main__":
    main()
