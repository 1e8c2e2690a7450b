"""Secrets are removed from texts of others."""

import pytest

from helperfunctions.hidden import without

SECRET = "planted-/7+Q="


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no secret", "no secret"),
        (f"no such key: {SECRET}, {SECRET}!", "no such key: ***, ***!"),
        ('oauth_token="planted-%2F7%2BQ%3D"', 'oauth_token="***"'),
        ("client_secret=planted-%2F7%2BQ%3D&grant_type=x", "client_secret=***&grant_type=x"),
        ("the other-secret", "the ***"),
        ("a short one stays", "a short one stays"),
    ],
)
def test_a_secret_is_replaced_by_three_stars(text: str, shown: str) -> None:
    assert without([SECRET, "other-secret", "short"], text) == shown
