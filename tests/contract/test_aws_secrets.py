"""Secrets are read from AWS Secrets Manager: moto's server, and one that misbehaves."""

import logging
import re
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helperfunctions import aws_secrets
from helperfunctions.clock import SystemClock, VirtualClock
from helperfunctions.errors import SecretsUnavailable, SettingsError, WatchTimeError
from helperfunctions.settings import load
from sandbox.http_server import SandboxServer
from sandbox.messages import Delivery, Request, Response, json_response
from tests.aws import KEYS, NAME, REGION, Aws, serving

PLANTED = "planted-in-aws-5b1d"
PATIENCE = (60.0, 60.0)
# Where a slow response is expected, which is waited for in real time.
LITTLE_PATIENCE = (60.0, 0.5)
START = datetime(2026, 11, 21, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def one_aws() -> Iterator[Aws]:
    with serving() as aws:
        yield aws


@pytest.fixture
def aws(one_aws: Aws) -> Iterator[Aws]:
    yield one_aws
    one_aws.forget()
    one_aws.look_at_policies(after=float("inf"))


@pytest.fixture(autouse=True)
def no_aws_around_us(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*aws_secrets.NAMES, "AWS_SECRET_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")


class Reading:
    """Reads the secret, on a clock on which waits pass at once."""

    def __init__(self, url: str, patience: tuple[float, float] = PATIENCE) -> None:
        self.patience = patience
        self.given = {"AWS_ENDPOINT_URL": url, "AWS_REGION": REGION, **KEYS}
        self.clock = VirtualClock(START)
        self.name = NAME

    def __call__(self) -> dict[str, str]:
        return aws_secrets.read(self.name, self.given, self.clock, self.patience)

    def problem(self) -> str:
        with pytest.raises(SettingsError) as caught:
            self()
        [problem] = caught.value.problems
        assert PLANTED not in problem
        assert problem.startswith(f"AWS secret {self.name}")
        assert self.clock.now() == START, "no sense in trying again"
        return problem


def test_a_secret_is_a_json_object_of_settings(aws: Aws) -> None:
    aws.put({"X_API_KEY": PLANTED, "MIN_VIEWERS": 75, "X_ACCOUNT_OWNS_APP": True, "DATABASE_URL": None, "B": " b\n"})
    assert Reading(aws.url)() == {
        "X_API_KEY": PLANTED,
        "MIN_VIEWERS": "75",
        "X_ACCOUNT_OWNS_APP": "true",
        "DATABASE_URL": "",
        "B": "b",
    }


def test_a_secret_can_be_named_by_its_arn(aws: Aws) -> None:
    aws.put({"A": PLANTED})
    reading = Reading(aws.url)
    reading.name = aws.client().describe_secret(SecretId=NAME)["ARN"]
    assert reading() == {"A": PLANTED}


def test_each_reading_calls_aws_again(aws: Aws) -> None:
    aws.put({"A": "1"})
    reading = Reading(aws.url)
    assert reading() == {"A": "1"}
    aws.put({"A": "2"})
    assert reading() == {"A": "2"}


def test_credentials_that_boto3_finds_in_the_environment_are_used(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.put({"A": PLANTED})
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": aws.url, "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    assert aws_secrets.read(NAME, {}, VirtualClock(START)) == {"A": PLANTED}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PLANTED, "should be a JSON object"),
        (f'{{"A": "{PLANTED}"', "should be a JSON object"),
        (f'["{PLANTED}"]', "should be a JSON object"),
        (f'"{PLANTED}"', "should be a JSON object"),
        (PLANTED.encode(), "is binary"),
        (f'{{"X_API_KEY": ["{PLANTED}"]}}', "should be text"),
        (f'{{"X_API_KEY": "{PLANTED}", "X_API_KEY": "{PLANTED}2"}}', "X_API_KEY is set twice in"),
    ],
    ids=["text", "cut short", "list", "string", "binary", "list inside", "a name twice"],
)
def test_a_value_that_is_not_an_object_of_settings_is_reported_without_the_value(
    aws: Aws, content: str | bytes, said: str
) -> None:
    aws.put(content)
    reading = Reading(aws.url)
    with pytest.raises(SettingsError, match=said) as caught:
        reading()
    shown = f"{caught.value} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert f"AWS secret {NAME}" in shown
    assert PLANTED not in shown


def test_a_missing_secret_is_reported(aws: Aws) -> None:
    assert "does not exist in this region: fix AWS_SECRET_NAME or AWS_REGION" in Reading(aws.url).problem()


def test_a_secret_that_is_being_deleted_is_reported(aws: Aws) -> None:
    aws.put({"A": PLANTED})
    aws.client().delete_secret(SecretId=NAME)
    assert "being deleted" in Reading(aws.url).problem()


def test_an_unknown_key_is_reported(aws: Aws) -> None:
    aws.put({"A": PLANTED})
    aws.look_at_policies()
    assert "rejects our credentials" in Reading(aws.url).problem()


def test_the_policy_of_the_guide_is_enough_and_without_it_access_is_denied(aws: Aws, guide_policy: str) -> None:
    """moto checks the actions of a policy, and takes every resource for `*`."""
    aws.put({"A": PLANTED})
    iam = aws.client("iam")
    iam.create_user(UserName="bot")
    key = iam.create_access_key(UserName="bot")["AccessKey"]
    reading = Reading(aws.url)
    reading.given |= {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    aws.look_at_policies()
    reading.problem()
    aws.look_at_policies(after=1)
    iam.put_user_policy(UserName="bot", PolicyName="read", PolicyDocument=guide_policy.replace("SECRET_ARN", "*"))
    assert reading() == {"A": PLANTED}


@pytest.mark.parametrize(
    ("without", "given", "said"),
    [
        (["AWS_REGION"], {}, "set AWS_REGION"),
        ([*KEYS], {}, "give the instance a role"),
        (["AWS_SECRET_ACCESS_KEY"], {}, "set both, or neither"),
        ([], {"AWS_PROFILE": "nobody"}, "fix AWS_PROFILE"),
        ([], {"AWS_ENDPOINT_URL": "nowhere"}, "fix AWS_ENDPOINT_URL"),
        ([], {"AWS_REGION": "no where"}, "fix AWS_REGION"),
    ],
)
def test_missing_credentials_of_boto3_are_reported(
    aws: Aws, without: list[str], given: dict[str, str], said: str
) -> None:
    aws.put({"A": PLANTED})
    reading = Reading(aws.url)
    reading.given = {name: value for name, value in reading.given.items() if name not in without} | given
    assert said in reading.problem()


@pytest.mark.parametrize(
    ("in_dotenv", "in_environment", "token"),
    [
        ({**KEYS, "AWS_SESSION_TOKEN": "of-dotenv"}, {}, "of-dotenv"),
        ({}, {**KEYS, "AWS_SESSION_TOKEN": "of-environment"}, "of-environment"),
        ({**KEYS}, {"AWS_SESSION_TOKEN": "of-other-keys"}, None),
        ({"AWS_SESSION_TOKEN": "of-other-keys"}, {**KEYS}, None),
        ({**KEYS}, {}, None),
    ],
    ids=["all in .env", "all in the environment", "token elsewhere", "keys elsewhere", "no token"],
)
def test_a_session_token_is_sent_with_its_keys(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    in_dotenv: dict[str, str],
    in_environment: dict[str, str],
    token: str | None,
) -> None:
    """AWS refuses temporary credentials without it, and others with it."""
    with Moody(json_response({"Name": NAME, "SecretString": '{"MIN_VIEWERS": 7}'})) as moody:
        where = {"AWS_SECRET_NAME": NAME, "AWS_ENDPOINT_URL": moody.url, "AWS_REGION": REGION}
        dotenv = tmp_path / ".env"
        dotenv.write_text("".join(f"{name}={value}\n" for name, value in (where | in_dotenv).items()))
        for name, value in in_environment.items():
            monkeypatch.setenv(name, value)
        assert load(dotenv).settings.min_viewers == 7
    assert moody.tokens == [token]


class Moody(SandboxServer):
    """Returns scripted responses, then the secret."""

    def __init__(self, *first: Response) -> None:
        super().__init__(SystemClock(), host="127.0.0.1", port=0)
        self.first = list(first)
        self.requests = 0
        self.tokens: list[str | None] = []

    def answer(self, request: Request) -> Response:
        self.requests += 1
        self.tokens.append(request.headers.get("x-amz-security-token"))
        if not self.first:
            return json_response({"Name": NAME, "SecretString": f'{{"A": "{PLANTED}"}}'})
        response = self.first.pop(0)
        if response.delivery is Delivery.SLOW:
            self.keep_waiting(60)
        return response


def failure(status: int, code: str) -> Response:
    return json_response({"__type": code, "message": f"we would rather not, {PLANTED}"}, status)


OUTAGES: dict[str, Callable[[], Response]] = {
    "500": lambda: failure(500, "InternalServiceError"),
    "503 page": lambda: Response(503, b"<html>busy</html>", content_type="text/html"),
    "throttled": lambda: failure(400, "ThrottlingException"),
    "429": lambda: failure(429, "TooManyRequests"),
    "reset": lambda: Response(200, b"", delivery=Delivery.RESET),
    "cut short": lambda: Response(200, b'{"SecretString": "' + b"x" * 500, delivery=Delivery.TRUNCATED),
    "null": lambda: Response(200, b"null"),
    "somebody else's page": lambda: Response(200, b"<html>log in</html>", content_type="text/html"),
    "slow": lambda: Response(200, b"", delivery=Delivery.SLOW),
}


@pytest.mark.parametrize("outage", OUTAGES)
def test_a_short_outage_is_retried(outage: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Moody(OUTAGES[outage](), OUTAGES[outage]()) as moody:
        reading = Reading(moody.url, LITTLE_PATIENCE if outage == "slow" else PATIENCE)
        assert reading() == {"A": PLANTED}
        assert moody.requests == 3
    assert 3 <= (reading.clock.now() - START).total_seconds() <= 5
    assert caplog.text.count("AWS: ") == 2
    assert "retrying" in caplog.text
    assert PLANTED not in caplog.text


@pytest.mark.parametrize("outage", OUTAGES)
def test_a_long_outage_is_reported_in_one_line(outage: str) -> None:
    with Moody(*(OUTAGES[outage]() for _ in range(99))) as moody:
        reading = Reading(moody.url, LITTLE_PATIENCE if outage == "slow" else PATIENCE)
        with pytest.raises(
            SecretsUnavailable, match=f"does not return AWS secret {NAME}, tried 5 times; last: "
        ) as caught:
            reading()
        assert moody.requests == aws_secrets.ATTEMPTS
    assert (reading.clock.now() - START).total_seconds() < 25
    assert "\n" not in str(caught.value)
    assert PLANTED not in str(caught.value)


def test_an_unreachable_aws_is_an_outage() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        reading = Reading(f"http://127.0.0.1:{closed.getsockname()[1]}")
        with pytest.raises(SecretsUnavailable, match="EndpointConnectionError"):
            reading()


def test_denied_access_is_reported_with_the_action_to_allow() -> None:
    """The response is that of AWS; moto's is different."""
    with Moody(failure(400, "AccessDeniedException")) as moody:
        assert "allow secretsmanager:GetSecretValue on it" in Reading(moody.url).problem()


@pytest.mark.parametrize(
    "response",
    [
        failure(400, "DecryptionFailure"),
        failure(400, "ExpiredTokenException"),
        failure(400, "SomethingNew"),
        failure(403, "SignatureDoesNotMatch"),
        json_response({"SecretString": 7}),
    ],
    ids=lambda response: f"{response.status} {response.body[:30]!r}",
)
def test_an_unexpected_response_is_one_line_with_advice(response: Response) -> None:
    with Moody(response) as moody, pytest.raises(WatchTimeError) as caught:
        Reading(moody.url)()
    assert f"AWS secret {NAME}" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert PLANTED not in str(caught.value)


def test_boto3_writes_no_response_into_the_log(aws: Aws, caplog: pytest.LogCaptureFixture) -> None:
    """It would at level DEBUG, which -v sets."""
    aws.put({"A": PLANTED})
    caplog.set_level(logging.DEBUG)
    Reading(aws.url)()
    assert PLANTED not in caplog.text
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in caplog.text


@pytest.fixture
def guide_policy() -> str:
    """The policy in docs/ec2.md."""
    guide = (Path(__file__).resolve().parents[2] / "docs" / "ec2.md").read_text()
    [policy] = [block for block in re.findall(r"```json\n(.*?)```", guide, re.DOTALL) if "GetSecretValue" in block]
    return str(policy)
