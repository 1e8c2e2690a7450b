"""The page of the simulated X for people: its timeline, its charts and its bill."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from typing import Final

from sandbox.messages import Response
from sandbox.x.bill import Bill
from sandbox.x.timeline import Person, SandboxMedia, SandboxPost

_STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --soft: #8886; --accent: #7c5cd6; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 42rem; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0 0; } .hint, time { color: GrayText; font-size: .85rem; }
article { border: 1px solid var(--line); border-radius: .9rem; margin-top: 1rem; padding: .8rem 1rem; }
article article { border-left: 3px solid var(--accent); }
article article article { border-left-color: var(--soft); }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin-top: .2rem; } .prefix { color: GrayText; }
.bot { color: var(--accent); } header { display: flex; gap: .5rem; justify-content: space-between; flex-wrap: wrap; }
figure { margin: .6rem 0 0; } img { border-radius: .6rem; display: block; height: auto; width: 100%; }
figcaption { color: GrayText; font-size: .8rem; margin-top: .3rem; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid var(--line); padding: .3rem 0; }
th { font-weight: 600; text-align: left; } td { font-variant-numeric: tabular-nums; text-align: right; }
"""
# The page loads nothing from other sites and runs no script, independent of the content of posts.
_POLICY: Final = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"


def timeline_page(posts: Sequence[SandboxPost], bot: Person, bill: Bill, now: datetime) -> Response:
    """The whole timeline, newest thread first, replies below the post that they answer. `posts`: oldest first."""
    replies: dict[str, list[SandboxPost]] = defaultdict(list)
    shown = {post.post_id for post in posts}
    for post in posts:
        if post.reply_to and post.reply_to.post_id in shown:
            replies[post.reply_to.post_id].append(post)
    first = [post for post in posts if not (post.reply_to and post.reply_to.post_id in shown)]
    threads = "".join(_thread(post, replies, bot) for post in reversed(first))
    page = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated X</title><style>{_STYLE}</style></head>
<body><h1>Simulated X</h1>
<p class="hint">Nothing here is published anywhere. {len(posts)} posts; it is {_time(now)}.</p>
{threads or '<p class="hint">Nobody has posted anything.</p>'}
<h2>Bill of @{escape(bot.username)}</h2>{_bill(bill)}</body></html>"""
    return Response(
        HTTPStatus.OK,
        page.encode(),
        headers={"Content-Security-Policy": _POLICY},
        content_type="text/html; charset=utf-8",
    )


def picture(media: SandboxMedia) -> Response:
    """An uploaded picture."""
    return Response(
        HTTPStatus.OK,
        media.content,
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=86400"},
        content_type=media.content_type,
    )


def _thread(post: SandboxPost, replies: Mapping[str, Sequence[SandboxPost]], bot: Person) -> str:
    """A post with its replies. Rendered from the bottom up: threads can be deeper than the recursion limit."""
    order = [post]
    for seen in order:
        order.extend(replies.get(seen.post_id, ()))
    written: dict[str, str] = {}
    for seen in reversed(order):
        beneath = "".join(written.pop(reply.post_id) for reply in replies.get(seen.post_id, ()))
        written[seen.post_id] = f"<article>{_post(seen, bot)}{beneath}</article>"
    return written[post.post_id]


def _post(post: SandboxPost, bot: Person) -> str:
    who = (
        f'<b class="bot">@{escape(post.author.username)}</b>'
        if post.author == bot
        else (f"<b>@{escape(post.author.username)}</b>")
    )
    prefix = f'<span class="prefix">{escape(post.prefix)}</span>' if post.prefix else ""
    pictures = "".join(
        f'<figure><img src="media/{media.media_id}" alt="{escape(media.alt_text or "")}">'
        f"<figcaption>{escape(media.alt_text or 'no description')}</figcaption></figure>"
        for media in post.media
    )
    text = f'<p class="text">{prefix}{escape(post.text)}</p>'
    return f"<header>{who}{_time(post.created_at)}</header>{text}{pictures}"


def _time(instant: datetime) -> str:
    utc = instant.astimezone(UTC)
    return f'<time datetime="{utc.isoformat(timespec="seconds")}">{utc:%a, %b} {utc.day}, {utc:%H:%M} UTC</time>'


def _bill(bill: Bill) -> str:
    rows = "".join(
        f"<tr><th>{escape(kind.replace('_', ' '))}</th><td>{bill.units[kind]:,}</td><td>{usd:.3f} USD</td></tr>"
        for kind, usd in sorted(bill.by_kind.items())
    )
    return f"<table>{rows}<tr><th>total</th><td></td><td>{bill.total_usd:.3f} USD</td></tr></table>"
