"""Our secrets in what others say: some servers, and what stands before them, repeat a request in their errors."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, quote_plus

# No credential is shorter; a word as short as this is in every other sentence.
SHORTEST = 6
_USERINFO: Final = re.compile(r"^(https?://)[^/?#]*@", re.IGNORECASE)


def without(secrets: Iterable[str], text: str) -> str:
    """A text in which each secret is three stars, as it is and as it stands in a header or a form."""
    for secret in secrets:
        if len(secret) < SHORTEST:
            continue
        for form in (secret, quote(secret, safe="~"), quote_plus(secret)):
            text = text.replace(form, "***")
    return text


def without_userinfo(url: str) -> str:
    """A web address whose user and password, if it has any, are hidden."""
    return _USERINFO.sub(r"\1***@", url)
