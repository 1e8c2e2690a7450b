"""Reads settings from AWS Secrets Manager: one secret whose value is a JSON object. The only file that uses boto3.

Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html

boto3 finds its credentials by itself, so on EC2 the role of the instance is enough. No part of a successful answer is
ever in an error, because it is the secret.
"""

import contextlib
import json
import logging
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from helperfunctions.clock import Clock
from helperfunctions.errors import SecretsUnavailable, SettingsError

if TYPE_CHECKING:
    from tenacity import RetryCallState

log = logging.getLogger(__name__)

TIMEOUT: Final = (3.0, 5.0)  # seconds to connect, seconds between two bytes
ATTEMPTS: Final = 5
# The settings of AWS that .env may have besides AWS_SECRET_NAME, with the names that all AWS tools use.
NAMES: Final = (
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
_LOGGERS: Final = ("boto3", "botocore", "urllib3")
_THROTTLED: Final = frozenset({"ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"})
_GUIDE: Final = "see docs/ec2.md"

# Answers of AWS, and how to fix them.
_REFUSALS: Final[Mapping[str, str]] = {
    "ResourceNotFoundException": "does not exist in this region: fix AWS_SECRET_NAME or AWS_REGION",
    "AccessDeniedException": "cannot be read with our rights: allow secretsmanager:GetSecretValue on it, and "
    f"kms:Decrypt if it has a key of your own; {_GUIDE}",
    "DecryptionFailure": "cannot be decrypted: allow kms:Decrypt on its key, and see that the key is enabled",
    "InvalidRequestException": "is not available, usually because it is being deleted: restore it",
    "InvalidParameterException": "has a name that AWS does not accept: fix AWS_SECRET_NAME",
    "ValidationException": "has a name that AWS does not accept: fix AWS_SECRET_NAME",
}
_NOT_ACCEPTED: Final = frozenset(
    {
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
    }
)

# Problems that boto3 detects before a request, by the name of its error.
_PROBLEMS: Final[Mapping[str, str]] = {
    "NoRegionError": "needs a region: set AWS_REGION, such as eu-central-1",
    "InvalidRegionError": "has an invalid region: fix AWS_REGION",
    "NoCredentialsError": f"cannot be requested without AWS credentials: give the instance a role; {_GUIDE}",
    "PartialCredentialsError": "needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in one place: set both, or neither",
    "ProfileNotFound": "cannot be read, because the profile does not exist: fix AWS_PROFILE",
    "ParamValidationError": "has a name that AWS does not accept: fix AWS_SECRET_NAME",
}
# Temporary failures of the network, or of the credentials service of the instance.
_PASSING: Final = frozenset({"ConnectionError", "HTTPClientError", "CredentialRetrievalError"})


class _Retryable(Exception):
    """A failure that a retry can fix."""


def read(name: str, given: Mapping[str, str], clock: Clock, timeout: tuple[float, float] = TIMEOUT) -> dict[str, str]:
    """Read the settings in a secret: text by name. `given` has those of NAMES that are not in the environment.

    Raises SettingsError when a person has to fix something, and SecretsUnavailable when all retries failed.
    """
    # At lower levels these libraries log whole answers.
    for logger in _LOGGERS:
        logging.getLogger(logger).setLevel(logging.WARNING)
    # Imported here: every verb reads the settings, and few settings come from AWS.
    import tenacity

    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_exponential(max=10) + tenacity.wait_random(0, 1),
        retry=tenacity.retry_if_exception_type(_Retryable),
        sleep=clock.sleep,
        before_sleep=_log_retry,
        reraise=True,
    )
    try:
        with contextlib.closing(retrying(_client, name, given, timeout)) as client:
            answer: dict[str, Any] = retrying(_fetch, client, name)
    except _Retryable as exc:
        raise SecretsUnavailable(
            f"AWS Secrets Manager does not return AWS secret {name}, tried {ATTEMPTS} times; last: {exc}"
        ) from exc
    return _settings_in(answer, name)


def _client(name: str, given: Mapping[str, str], timeout: tuple[float, float]) -> Any:
    """The client of Secrets Manager; making it costs a tenth of a second, for its description of the service."""
    # Imported here: they are slow to import, and most installations do not use AWS.
    try:
        import boto3
    except ModuleNotFoundError as exc:
        raise SettingsError(
            [f"AWS secret {name} cannot be read without boto3: install the extra `aws`, or everything (make install)"]
        ) from exc
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    connect_timeout, read_timeout = timeout
    # boto3 does not retry: we do, and log it.
    config = Config(connect_timeout=connect_timeout, read_timeout=read_timeout, retries={"total_max_attempts": 1})
    try:
        session = boto3.session.Session(
            region_name=given.get("AWS_REGION") or given.get("AWS_DEFAULT_REGION"),
            profile_name=given.get("AWS_PROFILE"),
            **_keys(name, given),
        )
        return session.client("secretsmanager", endpoint_url=given.get("AWS_ENDPOINT_URL"), config=config)
    except BotoCoreError as exc:
        raise _local_problem(exc, name) from exc
    except ValueError as exc:
        raise SettingsError([f"AWS secret {name} cannot be requested: fix AWS_ENDPOINT_URL"]) from exc


def _fetch(client: Any, name: str) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        answer: dict[str, Any] = client.get_secret_value(SecretId=name)
    except ClientError as exc:
        raise _refusal(exc.response, name) from exc
    except BotoCoreError as exc:
        raise _local_problem(exc, name) from exc
    except (ResponseParserError, AttributeError, TypeError, ValueError) as exc:
        # boto3 raises these for unexpected bodies.
        raise _Retryable("an unreadable answer") from exc
    if not {"SecretString", "SecretBinary"} & answer.keys():
        raise _Retryable("an answer without a secret")
    return answer


def _keys(name: str, given: Mapping[str, str]) -> dict[str, str]:
    """The access keys in `given`. All come from one place, because a key does not work with the token of another."""
    if "AWS_ACCESS_KEY_ID" not in given:
        return {}
    if "AWS_SECRET_ACCESS_KEY" not in given:
        raise SettingsError([f"AWS secret {name} {_PROBLEMS['PartialCredentialsError']}"])
    return {key.lower(): given[key] for key in NAMES[-3:] if key in given}


def _refusal(response: Mapping[str, Any], name: str) -> Exception:
    """The error for an answer other than 200."""
    code = str(response.get("Error", {}).get("Code", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if status >= 500 or status == 429 or code in _THROTTLED:
        return _Retryable(f"{status} {code}".strip())
    if code in _NOT_ACCEPTED or (status in (401, 403) and code not in _REFUSALS):
        return SettingsError(
            [f"AWS secret {name}: AWS rejects our credentials ({code}): fix the keys, the policy or the clock"]
        )
    return SettingsError([f"AWS secret {name} {_REFUSALS.get(code, f'was refused with {status} {code}')}"])


def _local_problem(exc: Exception, name: str) -> Exception:
    """The error for a problem that boto3 detected. Its message is left out: it can contain configured values."""
    kinds = [kind.__name__ for kind in type(exc).__mro__]
    if _PASSING.intersection(kinds):
        return _Retryable(kinds[0])
    known = next((_PROBLEMS[kind] for kind in kinds if kind in _PROBLEMS), None)
    return SettingsError([f"AWS secret {name} {known or f'cannot be requested ({kinds[0]}): fix the AWS_ settings'}"])


def _settings_in(answer: Mapping[str, Any], name: str) -> dict[str, str]:
    text = answer.get("SecretString")
    if not isinstance(text, str):
        raise SettingsError([f"AWS secret {name} is binary: it should be text with a JSON object of settings"])
    repeated: list[str] = []
    try:
        content = json.loads(text, object_pairs_hook=partial(_object, repeated))
    except ValueError:
        # Without its cause, which contains the secret.
        content = None
    if not isinstance(content, dict):
        raise SettingsError([f'AWS secret {name} should be a JSON object such as {{"TWITCH_CLIENT_SECRET": "…"}}'])
    problems = [f"{key} is set twice in AWS secret {name}: keep one" for key in repeated]
    problems += [
        f"{key} in AWS secret {name} should be text" for key, value in content.items() if isinstance(value, dict | list)
    ]
    if problems:
        raise SettingsError(problems)
    return {key: _as_text(value) for key, value in content.items()}


def _object(repeated: list[str], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object. Names that occur twice with different values are added to `repeated`."""
    content: dict[str, Any] = {}
    for key, value in pairs:
        if content.get(key, value) != value:
            repeated.append(key)
        content[key] = value
    return content


def _as_text(value: Any) -> str:
    """A value as text for .env; null counts as not set."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value)


def _log_retry(state: "RetryCallState") -> None:
    failure = state.outcome.exception() if state.outcome else None
    pause = state.next_action.sleep if state.next_action else 0.0
    log.info("AWS: %s; retrying attempt=%d wait_seconds=%.1f", failure, state.attempt_number, pause)
