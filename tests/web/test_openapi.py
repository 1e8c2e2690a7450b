"""The API asked everything that its own description allows, and much that it does not."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.conftest import Web

SLUGS = st.sampled_from(["chess", "ada", "mallory", "nobody"]) | st.text(max_size=10)
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_response_to_any_request_matches_the_openapi_description(web: Web, mode: GenerationMode, is_long: bool) -> None:
    """Six requests of each kind and operation, with `--long` a hundred."""
    schema = schemathesis.openapi.from_url(f"{web.url}/api/v1/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert {operation.path for operation in operations} == set(web.json("/openapi.json")["paths"])
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and not operation.query:
            continue

        @given(case=operation.as_strategy(generation_mode=mode), slug=SLUGS)
        @settings(
            max_examples=100 if is_long else 6,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: schemathesis.Case[Any], slug: str) -> None:
            if "slug" in (case.path_parameters or {}) and slug and "/" not in slug:
                case.path_parameters["slug"] = slug
            case.call_and_validate(base_url=web.url, checks=CHECKS)

        ask()
