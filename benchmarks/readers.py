"""Many readers at once, in a process of their own: `python -m benchmarks.readers` takes a plan as JSON on its input.

Each reader has one connection that stays open, asks, reads the whole answer, and asks again. By hand on asyncio's
streams, so that the readers take less than who answers them.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

_PATIENCE_SECONDS: Final = 60.0
TABLE_ELEMENT: Final = "dataframe"


@dataclass(frozen=True, slots=True)
class Plan:
    """Who asks what: `readers` at once go through `paths` in turns until `seconds` are over; once each at least."""

    url: str
    paths: tuple[str, ...]
    readers: int
    seconds: float
    is_streamlit: bool = False


class _Turns:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.number = 0
        self.until = time.perf_counter() + plan.seconds
        self.taken: list[float] = []
        self.bytes = 0

    def next_path(self) -> str | None:
        if time.perf_counter() >= self.until and self.number >= self.plan.readers:
            return None
        path = self.plan.paths[self.number % len(self.plan.paths)]
        self.number += 1
        return path


async def _read_pages(turns: _Turns) -> None:
    parts = urlsplit(turns.plan.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    while (path := turns.next_path()) is not None:
        began = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        status = head.split(b" ", 2)[1]
        if status != b"200":
            raise SystemExit(f"{path}: {status.decode()}")
        [length] = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        body = await reader.readexactly(int(length.split(b":")[1]))
        turns.taken.append(time.perf_counter() - began)
        turns.bytes += len(body)
    writer.close()


async def _read_app(turns: _Turns) -> None:
    """What a browser does to see the table: a session, until the table has come and the script has ended."""
    import websockets
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    parts = urlsplit(turns.plan.url)
    hello = BackMsg()
    hello.rerun_script.query_string = ""
    while turns.next_path() is not None:
        began = time.perf_counter()
        address = f"ws://{parts.netloc}/_stcore/stream"
        async with websockets.connect(
            address, subprotocols=[websockets.Subprotocol("streamlit")], max_size=None, open_timeout=_PATIENCE_SECONDS
        ) as socket:
            await socket.send(hello.SerializeToString())
            has_table = False
            async for message in socket:
                told = ForwardMsg.FromString(message if isinstance(message, bytes) else message.encode())
                turns.bytes += len(message)
                if told.WhichOneof("type") == "delta":
                    has_table |= told.delta.new_element.WhichOneof("type") == TABLE_ELEMENT
                if told.WhichOneof("type") == "script_finished":
                    break
        if not has_table:
            raise SystemExit("a session of Streamlit ended without the table")
        turns.taken.append(time.perf_counter() - began)


async def _all(plan: Plan) -> dict[str, Any]:
    turns = _Turns(plan)
    began = time.perf_counter()
    read = _read_app if plan.is_streamlit else _read_pages
    await asyncio.gather(*(read(turns) for _ in range(plan.readers)))
    return {"taken": turns.taken, "seconds": time.perf_counter() - began, "bytes": turns.bytes}


def main() -> None:
    """Read, and write what it took."""
    told = json.load(sys.stdin)
    plan = Plan(**{**told, "paths": tuple(told["paths"])})
    json.dump(asyncio.run(_all(plan)), sys.stdout)


if __name__ == "__main__":
    main()
