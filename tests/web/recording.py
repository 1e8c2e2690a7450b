"""Responses as text to compare: readable, and complete but for what changes without a reason.

HTML and XML become one line per element of a block, with every attribute; those in the middle of a line, such as
links, stay there. JSON has a line per row. Versions of files in addresses are left out, and numbers have nine digits:
the last bits of a sum depend on the order of its parts.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import quote

import requests

# Headers that change with the time and the size, and the name of the content.
_UNIMPORTANT: Final = {"date", "content-length", "content-encoding", "etag"}
_FLOAT: Final = re.compile(r"-?\d+\.\d{7,}(?:e[+-]?\d+)?")
_FILE_VERSION: Final = re.compile(r"v=[0-9a-f]{12}(?![0-9a-f])")
_INLINE: Final = frozenset(
    {"a", "abbr", "b", "bdi", "br", "button", "code", "dd", "em", "i", "input", "label", "option", "small", "span"}
    | {"strong", "td", "text", "th", "time", "title", "tspan", "u"}
)
_WITHOUT_END: Final = frozenset(["br", "img", "input", "link", "meta"])


@dataclass(frozen=True)
class Asked:
    """A request to one of the servers."""

    server: str
    address: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    @property
    def file(self) -> str:
        """The name of the file with the response."""
        given = self.name or self.address.removeprefix("/").replace("/", "_").replace("?", "@")
        method = "" if self.method == "GET" else f"{self.method} "
        return f"{self.server}/{method}{quote(given or 'start', safe=' @=&,.-_+')}.txt"


def as_text(response: requests.Response, usual: Mapping[str, str], chrome: frozenset[str] = frozenset()) -> str:
    """A response: its status, its headers that are not the usual ones, and its body without the lines of `chrome`."""
    lines = [f"{response.status_code} {response.reason}"]
    given = headers_of(response)
    lines += [f"{name}: {value}" for name, value in sorted(given.items()) if usual.get(name) != value]
    lines += [f"no {name}" for name in sorted(usual.keys() - given.keys())]
    body = body_lines(response)
    # Only around a page's own part.
    first = next((number for number, line in enumerate(body) if line.startswith("<main")), len(body))
    end = body.index("</main>") if "</main>" in body else 0
    body = [line for number, line in enumerate(body) if first <= number < end or line not in chrome]
    return "\n".join([*lines, "", *body]).rstrip() + "\n"


def headers_of(response: requests.Response) -> dict[str, str]:
    """The headers that matter."""
    given = {name.lower(): value for name, value in response.headers.items()}
    return {name: steady(value) for name, value in given.items() if name not in _UNIMPORTANT}


def body_lines(response: requests.Response) -> list[str]:
    """The body as lines."""
    kind = response.headers.get("content-type", "").partition(";")[0]
    if not response.content:
        return []
    if kind == "application/json" or kind.endswith("+json"):
        return [steady(line) for line in _json_lines(response.json())]
    # A picture that a test draws is the text of its SVG.
    if kind == "text/html" or kind.endswith("xml") or response.content.startswith((b"<svg", b"<?xml")):
        return lines_of_markup(response.content.decode())
    if kind.startswith("text/"):
        text = response.content.decode()
        if kind in ("text/css", "text/javascript") and len(text) > 3_000:
            return []
        return [steady(repr(line)[1:-1] if "\r" in line else line) for line in text.split("\n")]
    return [f"{len(response.content)} bytes, {hashlib.sha256(response.content).hexdigest()[:16]}"]


def steady(text: str) -> str:
    """The text with nine digits of each long number, and without the versions of files."""
    return _FILE_VERSION.sub("v=…", _FLOAT.sub(lambda found: f"{float(found[0]):.9g}", text))


def _json_lines(value: Any) -> Iterator[str]:
    """A line per field of an object, and per item of a list in it."""
    if isinstance(value, dict) and "openapi" in value:
        yield from _openapi_lines(value)
    elif isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, list) and item and isinstance(item[0], dict):
                yield f"{name}:"
                yield from (f"  {json.dumps(one, ensure_ascii=False)}" for one in item)
            else:
                yield f"{name}: {json.dumps(item, ensure_ascii=False)}"
    else:
        yield json.dumps(value, ensure_ascii=False)


def _openapi_lines(described: dict[str, Any]) -> Iterator[str]:
    """The parameters of each path, and the fields of each row."""
    yield json.dumps({name: value for name, value in described.items() if name not in ("paths", "components")})
    for path, ways in described["paths"].items():
        for method, way in ways.items():
            yield f"{method} {path}: {way['description']} {', '.join(way['responses'])}"
            yield from (f"  {json.dumps(one, ensure_ascii=False)}" for one in way.get("parameters", ()))
    for name, schema in described["components"]["schemas"].items():
        yield f"{name}: {json.dumps(schema, ensure_ascii=False)}"


def lines_of_markup(text: str) -> list[str]:
    """HTML or XML as lines."""
    parser = _Lines()
    parser.feed(text)
    parser.close()
    return parser.finished()


class _Lines(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = "".join(f" {name}" if value is None else f' {name}="{value}"' for name, value in attrs)
        if tag not in _INLINE:
            self._lines.append("")
        self._lines[-1] += f"<{tag}{given}>"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _INLINE and tag not in _WITHOUT_END:
            self._lines[-1] += "</>"
        elif tag == "main":
            self._lines.append("</main>")

    def handle_data(self, data: str) -> None:
        self._lines[-1] += data

    def handle_decl(self, decl: str) -> None:
        self._lines.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self._lines.append(f"<?{data}>")

    def handle_comment(self, data: str) -> None:
        self._lines.append(f"<!--{data}-->")

    def finished(self) -> list[str]:
        """The lines that have something."""
        found = (" ".join(steady(line).split()) for line in self._lines)
        return [line for line in found if line]
