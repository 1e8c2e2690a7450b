"""A list of live streams written by hand, page by page, behind the port that the crawl reads from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.factories import a_raw_stream

# A stream below every threshold: a list that has been read down to it has been read to its end.
LAST = a_raw_stream(id="last", user_id="last", user_login="last", user_name="Last", viewer_count=0)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as the script has it."""

    items: Sequence[Any] = ()
    cursor: str | None = None


# What is answered at a cursor: one answer after the other, the last again and again. An error is raised.
Script = Mapping[str | None, Sequence[Page | Exception]]


@dataclass
class ScriptedStreams:
    """Answers by its script, and remembers at which cursors it was asked."""

    script: Script
    asked: list[str | None] = field(default_factory=list)

    def get_streams(self, after: str | None = None) -> Page:
        """What the script has for this cursor, this time."""
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
