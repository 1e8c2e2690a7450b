"""A small world, a clock that a test moves, and a sandbox that serves the world by this clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from helperfunctions.clock import VirtualClock
from sandbox.server import TwitchSandbox
from sandbox.world import World
from tests.sandbox.client import Client

NOON = datetime(2025, 6, 2, 20, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def world() -> World:
    """3,000 channels: thirty pages."""
    return World(seed=7, channels=3_000)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOON)


@pytest.fixture
def sandbox(world: World, clock: VirtualClock) -> Iterator[TwitchSandbox]:
    with TwitchSandbox(world, clock) as running:
        yield running


@pytest.fixture
def client(sandbox: TwitchSandbox) -> Iterator[Client]:
    with Client(sandbox) as signed_in:
        yield signed_in
