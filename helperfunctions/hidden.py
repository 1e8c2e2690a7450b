"""Removes our secrets from messages of other servers: some servers and proxies repeat a request in their errors."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, quote_plus

# Credentials are longer; shorter strings would match ordinary words.
SHORTEST = 6
_USERINFO: Final = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/?#]*@", re.IGNORECASE)
# A parameter of Spark Connect: sc://host:15002/;token=…
_TOKEN: Final = re.compile(r"(;token=)[^;]*", re.IGNORECASE)


def without(secrets: Iterable[str], text: str) -> str:
    """Replace each secret in a text with `***`, also where it is percent-encoded."""
    for secret in secrets:
        if len(secret) < SHORTEST:
            continue
        for form in (secret, quote(secret, safe="~"), quote_plus(secret)):
            text = text.replace(form, "***")
    return text


def without_userinfo(url: str) -> str:
    """Replace the user and password of a URL, and a token in it, with `***`."""
    return _TOKEN.sub(r"\1***", _USERINFO.sub(r"\1***@", url))
