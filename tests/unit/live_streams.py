"""A list of live streams, scripted page by page, behind the port from which the crawl reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.factories import a_raw_stream

# A stream below every threshold: a list that was read down to it was read to its end.
LAST = a_raw_stream(id="last", user_id="last", user_login="last", user_name="Last", viewer_count=0)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the script."""

    items: Sequence[Any] = ()
    cursor: str | None = None


# Responses by cursor, in their order; the last one is repeated. An error is raised.
Script = Mapping[str | None, Sequence[Page | Exception]]


@dataclass
class ScriptedStreams:
    """Returns the pages of a script, and records the requested cursors."""

    script: Script
    asked: list[str | None] = field(default_factory=list)

    def get_streams(self, after: str | None = None) -> Page:
        """The next page of the script for this cursor."""
        answers = self.script[after]
        answer = answers[min(self.asked.count(after), len(answers) - 1)]
        self.asked.append(after)
        if isinstance(answer, Exception):
            raise answer
        return answer


def raw_streams(first: int, count: int, viewer_count: int = 1000) -> list[dict[str, Any]]:
    """Streams with consecutive numbers as ids, each of a streamer of its own."""
    return [
        a_raw_stream(
            id=str(number),
            user_id=f"u{number}",
            user_login=f"login{number}",
            user_name=f"Name{number}",
            viewer_count=viewer_count,
        )
        for number in range(first, first + count)
    ]
