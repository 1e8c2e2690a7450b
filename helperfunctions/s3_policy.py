"""Whether a policy of a bucket lets everybody in. Pure."""

import json
from typing import Any


def allows_everybody(policy: str) -> bool:
    """True if a statement allows something to everybody without a condition."""
    statements = json.loads(policy or "{}").get("Statement", [])
    return any(_is_open(statement) for statement in _as_list(statements))


def _is_open(statement: Any) -> bool:
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, dict) and "*" in _as_list(principal.get("AWS")))
    return statement.get("Effect") == "Allow" and everybody and not statement.get("Condition")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
