"""Planted secrets that occur nowhere else, and the search for them in output and files."""

import base64
import html
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from helperfunctions.settings import secret_fields

# Characters that are escaped in an address, a page or a program.
SIGNS = "/7+Q=<&'é"
BEGINNING = 13
PASSWORD = f"planted-password{SIGNS}"
READING_PASSWORD = f"planted-reading-password{SIGNS}"
QUEUE_PASSWORD = f"planted-queue-password{SIGNS}"
HOOK = "planted-webhook-5b1f"
HEARTBEAT = "planted-heartbeat-7c2d"


def planted(database: str = "127.0.0.1:1/watch") -> dict[str, str]:
    """A value for every setting that is secret."""
    # No secret is the beginning of another.
    values = {
        field.upper(): f"planted-{number}-{field.replace('_', '-')}{SIGNS}"
        for number, field in enumerate(secret_fields(), start=1)
    }
    return values | {
        "DATABASE_URL": f"postgresql://watcher:{quote(PASSWORD, safe='')}@{database}",
        "AMQP_URL": f"amqp://watcher:{quote(QUEUE_PASSWORD, safe='')}@127.0.0.1:1/",
        "ALERT_WEBHOOK_URL": f"http://127.0.0.1:1/{HOOK}",
        "HEARTBEAT_URL": f"http://127.0.0.1:1/{HEARTBEAT}",
        "WEB_DATABASE_URL": f"postgresql://reader:{quote(READING_PASSWORD, safe='')}@{database}",
    }


def hidden_parts(values: Mapping[str, str]) -> list[str]:
    """The parts that may not be shown: of an address, only the password or a token, because its host is shown."""
    parts = {"DATABASE_URL": PASSWORD, "WEB_DATABASE_URL": READING_PASSWORD, "ALERT_WEBHOOK_URL": HOOK}
    parts |= {"HEARTBEAT_URL": HEARTBEAT, "AMQP_URL": QUEUE_PASSWORD}
    return [parts.get(name, value) for name, value in values.items()]


def forms(secret: str) -> set[bytes]:
    """The notations of a secret: plain, in addresses, pages and programs, and in base64 from any
    place it starts."""
    written = {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        html.escape(secret),
        repr(secret)[1:-1],
        repr(secret.encode())[2:-1],
        json.dumps(secret)[1:-1],
        secret.encode().hex(),
        secret[::-1],
    }
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            text = encode(b"\0" * before + secret.encode()).decode()
            # The characters at both ends contain bits of the neighbours.
            written.add(text[(0, 2, 3)[before] :].rstrip("=")[:-1])
    return {form.encode() for form in written}


def found(text: str | bytes, secrets: Iterable[str]) -> list[str]:
    """The secrets that a text contains in any notation; the beginning of one is enough."""
    content = text if isinstance(text, bytes) else text.encode()
    return [
        secret
        for secret in secrets
        if any(form in content for form in forms(secret)) or secret[:BEGINNING].encode() in content
    ]


def found_below(folder: Path, secrets: Iterable[str], *, but: Iterable[Path] = ()) -> list[tuple[Path, str]]:
    """The files that contain a secret, without those that are meant to."""
    secrets, but = list(secrets), set(but)
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and path not in but]
    return [(path, secret) for path in files for secret in found(path.read_bytes(), secrets)]
