"""HTTP sessions that take proxies and certificates from the environment and whose requests have a deadline: the base
of each client that uses requests."""

import importlib.util
import os
import ssl
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from helperfunctions.errors import SettingsError
from helperfunctions.http_deadline import DeadlineAdapter

# requests knows the first two; the third is what OpenSSL, and most other programs, know.
_CERTIFICATES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_PROXY_SCHEMES: Final = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


class EnvironmentSession(requests.Session):
    """A session that honours HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY and REQUESTS_CA_BUNDLE, but no .netrc, whose
    password would take the place of ours.

    The environment is read once for each server, and at once for those of `base_urls`: doing it with every request
    takes longer than preparing the request. Raises SettingsError when a proxy or file that it names cannot be used.

    A request with two time-outs ends within twice their sum, however slowly the answer comes (DeadlineAdapter).
    """

    def __init__(self, *base_urls: str) -> None:
        super().__init__()
        self.trust_env = False
        for scheme in ("https://", "http://"):
            self.mount(scheme, DeadlineAdapter())
        self._found: dict[str, dict[str, Any]] = {}
        for url in base_urls:
            # An address that is none is reported by the request.
            with suppress(ValueError):
                self._from_environment(url)

    def reason(self, error: requests.RequestException, url: str) -> str:
        """The kind of failure of a request to `url`, and the variable of the environment that has to do with it.

        Holds no address but a proxy's, and no header.
        """
        kind = type(error).__name__
        if isinstance(error, requests.exceptions.ProxyError):
            proxy = requests.utils.select_proxy(url, self._from_environment(url)["proxies"]) or ""
            server = urlsplit(proxy if "://" in proxy else f"http://{proxy}").netloc.rpartition("@")[2]
            return f"{kind} at {server} ({_variable(os.environ, _proxy_names(urlsplit(url).scheme))})"
        if isinstance(error, requests.exceptions.SSLError):
            return f"{kind} (a certificate that is not public has to be in the file of REQUESTS_CA_BUNDLE)"
        # The cause, from urllib3, distinguishes an unknown name from a refused connection.
        cause = error.args[0] if error.args else None
        cause = getattr(cause, "reason", cause)
        return f"{kind} ({type(cause).__name__})" if isinstance(cause, Exception) else kind

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """The proxies and certificates of a request to `url`; those that the caller names win. requests calls it."""
        found = self._from_environment(str(url))
        return {
            "proxies": {**found["proxies"], **(proxies or {})},
            "stream": self.stream if stream is None else stream,
            "verify": found["verify"] if verify is None else verify,
            "cert": self.cert if cert is None else cert,
        }

    def _from_environment(self, url: str) -> dict[str, Any]:
        parts = urlsplit(url)
        server = f"{parts.scheme}://{parts.netloc}"
        if server not in self._found:
            proxies = requests.utils.get_environ_proxies(url)
            _check_proxy(requests.utils.select_proxy(url, proxies), parts.scheme)
            self._found[server] = {"proxies": proxies, "verify": _certificates() if parts.scheme == "https" else True}
        return self._found[server]


def _check_proxy(proxy: str | None, scheme: str) -> None:
    """Raises SettingsError for a proxy that can never work. Its address is not shown: it may hold a password."""
    if proxy is None:
        return
    name = _variable(os.environ, _proxy_names(scheme))
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        kind, is_address = parts.scheme.lower(), bool(parts.hostname) and parts.port != 0
    except ValueError:
        kind, is_address = "", False
    if kind not in _PROXY_SCHEMES or not is_address:
        raise SettingsError([f"{name} in the environment is no address of a proxy: it should be http://host:port"])
    if kind.startswith("socks") and importlib.util.find_spec("socks") is None:
        raise SettingsError(
            [
                f"{name} in the environment names a SOCKS proxy ({kind}), for which the package PySocks is missing: "
                "install it (pip install pysocks), or name an HTTP proxy"
            ]
        )


def _proxy_names(scheme: str) -> tuple[str, str]:
    return f"{scheme}_proxy", "all_proxy"


def _variable(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first of these variables that is set, in either case, as it is written."""
    return next((one for name in names for one in (name, name.upper()) if environment.get(one)), "the proxy")


def _certificates() -> str | bool:
    """The file or folder of certificates that the environment names; True for those that come with requests."""
    for name in _CERTIFICATES:
        path = os.environ.get(name)
        if path:
            try:
                if not Path(path).is_dir():
                    ssl.create_default_context(cafile=path)
            except OSError as exc:
                reason = exc.strerror if isinstance(exc, FileNotFoundError | PermissionError) else "no certificates"
                raise SettingsError([f"{name} in the environment cannot be used: {path}: {reason}"]) from exc
            return path
    return True
