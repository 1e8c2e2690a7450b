"""A cache of Twitch's tokens for tests that each ask for their own."""

from helperfunctions.token_cache import AppToken


class NoTokenCache:
    """Forgets at once."""

    def read(self, key: str) -> AppToken | None:
        return None

    def write(self, key: str, token: AppToken) -> None:
        return None
