"""A token cache for tests that each fetch their own token."""

from helperfunctions.token_cache import AppToken


class NoTokenCache:
    """Stores nothing."""

    def read(self, key: str) -> AppToken | None:
        return None

    def write(self, key: str, token: AppToken) -> None:
        return None
