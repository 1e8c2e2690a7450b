"""Requests made from the API's own description. In a file of its own: its libraries take seconds to import."""

from typing import Any

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

SLUGS = st.sampled_from(["chess", "ada", "mallory", "nobody"]) | st.text(max_size=10)
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


def send_requests(base_url: str, mode: GenerationMode, examples: int) -> set[str]:
    """Send a number of requests to each operation and check the responses; the paths of the description."""
    schema = schemathesis.openapi.from_url(f"{base_url}/api/v1/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and not operation.query:
            continue

        @given(case=operation.as_strategy(generation_mode=mode), slug=SLUGS)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: schemathesis.Case[Any], slug: str) -> None:
            if "slug" in (case.path_parameters or {}) and slug and "/" not in slug:
                case.path_parameters["slug"] = slug
            case.call_and_validate(base_url=base_url, checks=CHECKS)

        ask()
    return {operation.path for operation in operations}
