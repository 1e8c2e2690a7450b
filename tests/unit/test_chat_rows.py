"""The rows of the live page of chat."""

from bot.web.read.chat import ChatNow
from bot.web.views.chat_rows import in_steady_order


def a_row(login: str, state: str, viewers: int | None, messages: int) -> ChatNow:
    return ChatNow(
        channel_id=login,
        login=login,
        streamer=login,
        slug=None,
        state=state,
        reason="",
        is_pinned=True,
        messages_now=messages,
        closed_at=None,
        messages_per_minute=None,
        chatters=None,
        viewers=viewers,
        subscriber_share=None,
        top_emote=None,
        coverage=None,
        history=(),
        last_moment_at=None,
        last_moment_times=None,
    )


def test_rows_are_in_an_order_that_changes_seldom() -> None:
    """Messages change every second, viewers with each update."""
    rows = [a_row("bob", "parted", None, 9), a_row("ada", "joined", 10, 5), a_row("eve", "joined", 90, 1)]
    assert [one.login for one in in_steady_order(rows)] == ["eve", "ada", "bob"]
