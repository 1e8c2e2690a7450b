"""Sail: an engine that speaks Spark's SQL and protocol, in the process of the tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def serving() -> Iterator[str]:
    """Run a server, and yield its address. It reads S3 with the AWS_ variables of the environment."""
    from pysail.spark import SparkConnectServer

    with pytest.MonkeyPatch.context() as environment:
        environment.setitem(os.environ, "RUST_LOG", "error")
        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
    try:
        yield f"sc://127.0.0.1:{server.listening_address[1]}"
    finally:
        server.stop()
