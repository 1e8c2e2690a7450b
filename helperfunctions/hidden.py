"""Our secrets in what others say: some servers, and what stands before them, repeat a request in their errors."""

from collections.abc import Iterable
from urllib.parse import quote, quote_plus

# No credential is shorter; a word as short as this is in every other sentence.
SHORTEST = 6


def without(secrets: Iterable[str], text: str) -> str:
    """A text in which each secret is three stars, as it is and as it stands in a header or a form."""
    for secret in secrets:
        if len(secret) < SHORTEST:
            continue
        for form in (secret, quote(secret, safe="~"), quote_plus(secret)):
            text = text.replace(form, "***")
    return text
