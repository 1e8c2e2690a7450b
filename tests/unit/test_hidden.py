"""A secret that somebody repeats to us."""

import pytest

from helperfunctions.hidden import without

SECRET = "planted-/7+Q="


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("all is well", "all is well"),
        (f"no such key: {SECRET}, {SECRET}!", "no such key: ***, ***!"),
        ('oauth_token="planted-%2F7%2BQ%3D"', 'oauth_token="***"'),
        ("client_secret=planted-%2F7%2BQ%3D&grant_type=x", "client_secret=***&grant_type=x"),
        ("the other-secret", "the ***"),
        ("a short one stays", "a short one stays"),
    ],
)
def test_it_is_three_stars_instead(said: str, shown: str) -> None:
    assert without([SECRET, "other-secret", "short"], said) == shown
