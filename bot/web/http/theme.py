"""The theme that a visitor chose, and the accent colour of the dashboard: a small style sheet of its own.

The choice is a cookie, so it works without scripts. Pages are the same for everybody and are cached once; only this
style sheet depends on the cookie. A browser applies it before it paints anything.
"""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from bot.web.http.responses import PreparedResponse, Scope, header, prepare
from bot.web.views.palette import Theme, accent_colours, palette, readable_accent
from helperfunctions.errors import SettingsError

STYLE: Final = "/theme.css"
CHOOSE: Final = "/theme"
_COOKIE: Final = "theme"
_THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
_YEAR: Final = 365 * 24 * 3600
# No characters that a browser reads as a slash, and none that end a header.
_PLAIN: Final = "/%:@!$&'()*+,;=~-._"


class Themes:
    """Answers requests for the style sheet, and those that choose a theme.

    `public_url` is the address of the dashboard on the web, if it is known. Raises SettingsError for an accent colour
    that cannot be read.
    """

    def __init__(self, accent: str, root_path: str, public_url: str) -> None:
        if accent and (shade := readable_accent(accent)) != accent:
            raise SettingsError(
                [f"WEB_ACCENT: {accent} is too light to be read on white; take a darker colour, such as {shade}"]
            )
        self._root = root_path
        self._hosts = {urlsplit(public_url).hostname} if public_url else set()
        self._styles = {name: _prepared(style) for name, style in _styles(accent).items()}

    def style(self, scope: Scope) -> PreparedResponse:
        """The style sheet of the visitor's theme."""
        return self._styles[_chosen(scope)]

    def choose(self, scope: Scope) -> PreparedResponse:
        """Store the theme that the form sends, and go back to the page with the form."""
        wanted = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("set", "")
        seconds = _YEAR if wanted in _THEMES else 0
        value = wanted if seconds else ""
        cookie = f"{_COOKIE}={value}; Path={self._root or '/'}; Max-Age={seconds}; SameSite=Lax; HttpOnly"
        headers = {"location": self._page_before(scope), "set-cookie": cookie, "cache-control": "no-store"}
        return prepare(303, [(name.encode(), value.encode()) for name, value in headers.items()], b"")

    def _page_before(self, scope: Scope) -> str:
        """Path and query of the page with the form; the first page if the form was on another site.

        Never an address of another site: a path that begins with two slashes, or with a backslash, would be one.
        """
        home = f"{self._root}/"
        try:
            page = urlsplit(header(scope, b"referer").decode("latin-1"))
            own = urlsplit("//" + header(scope, b"host").decode("latin-1")).hostname
            is_own = page.hostname is not None and page.hostname in {own, *self._hosts}
        except ValueError:
            return home
        if not is_own:
            return home
        path = "/" + quote(page.path, safe=_PLAIN).lstrip("/")
        if not path.startswith(home) or path == f"{self._root}{CHOOSE}":
            return home
        return path + ("?" + quote(page.query, safe=_PLAIN + "?") if page.query else "")


def _chosen(scope: Scope) -> str:
    try:
        cookie = SimpleCookie(header(scope, b"cookie").decode("latin-1")).get(_COOKIE)
    except CookieError:
        return "system"
    return cookie.value if cookie is not None and cookie.value in _THEMES else "system"


def _styles(accent: str) -> dict[str, str]:
    own: dict[Theme, Mapping[str, str]] = {theme: accent_colours(accent, theme) if accent else {} for theme in _THEMES}
    light, dark = ({**palette(theme), **own[theme]} for theme in _THEMES)
    system = ""
    if accent:
        system = f"{_root(own['light'])}@media (prefers-color-scheme: dark) {{ {_root(own['dark'])}}}\n"
    styles = {
        "system": system,
        "light": _root({"color-scheme": "light", **light}),
        # On paper, the colours of the light theme stay.
        "dark": f"@media screen {{ {_root({'color-scheme': 'dark', **dark})}}}\n",
    }
    return {name: style + _mark(name) for name, style in styles.items()}


def _root(values: Mapping[str, str]) -> str:
    lines = (f"{name if name == 'color-scheme' else '--' + name}: {value};" for name, value in values.items())
    return f":root {{ {' '.join(lines)} }}\n"


def _mark(name: str) -> str:
    """The button of the chosen theme is marked, for screen readers too."""
    button = f'.themes [value="{name}"]'
    return f"{button} {{ background: var(--tint); color: var(--accent); }}\n{button} .chosen {{ display: inline; }}\n"


def _prepared(style: str) -> PreparedResponse:
    headers = {"content-type": "text/css; charset=utf-8", "cache-control": "private, no-cache", "vary": "cookie"}
    return prepare(200, [(name.encode(), value.encode()) for name, value in headers.items()], style.encode())
