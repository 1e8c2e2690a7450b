"""The API is sent everything that its own description allows, and much that it does not."""

import pytest

from tests.web.conftest import Web


@pytest.mark.parametrize("mode", ["positive", "negative"], ids=["allowed requests", "requests that are not allowed"])
def test_response_to_any_request_matches_the_openapi_description(web: Web, mode: str, is_long: bool) -> None:
    """Two requests of each kind and operation, with `--long` a hundred."""
    from schemathesis.generation import GenerationMode

    from tests.web.openapi_requests import send_requests

    paths = send_requests(web.url, GenerationMode(mode), examples=100 if is_long else 2)
    assert paths == set(web.json("/openapi.json")["paths"])
