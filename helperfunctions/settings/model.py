"""Every setting: its type, limits, default and meaning."""

import re
from datetime import time
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from helperfunctions.errors import SettingsError
from helperfunctions.settings import checks
from helperfunctions.settings.chat import ChatSettings

X_CREDENTIALS = ("x_api_key", "x_api_key_secret", "x_access_token", "x_access_token_secret")
_WHOLE_NUMBER: Final = re.compile(r"[+-]?[0-9]+")
# Not 1.000, which is a thousand in half of the world, nor 1e3.
_AMOUNT: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]{0,2}|\.[0-9]{1,2})")

ListeningAddress = Annotated[str, AfterValidator(checks.listening_address)]
BaseAddress = Annotated[str, AfterValidator(checks.base_address)]
TimeOfDay = Annotated[time, BeforeValidator(checks.time_of_day)]


class Settings(ChatSettings):
    """Every setting. The name in the environment is the field's, in capitals."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    database_url: Annotated[SecretStr, AfterValidator(checks.postgres_address)] | None = Field(
        default=None, description="URL of the PostgreSQL database; without it, an embedded one in DATA_DIR"
    )
    aws_secret_name: str | None = Field(
        default=None,
        description="name or ARN of a secret in AWS Secrets Manager, whose value is a JSON object of settings",
    )
    data_dir: Annotated[Path, AfterValidator(checks.usable_folder)] = Field(
        default_factory=checks.default_folder,
        description="folder of the embedded database, the Twitch token, and polls that wait for the database",
    )
    twitch_client_id: str | None = Field(
        default=None, description="client id of your application, from https://dev.twitch.tv/console/apps"
    )
    twitch_client_secret: SecretStr | None = Field(default=None, description="client secret of the same application")
    twitch_api_url: BaseAddress = Field(
        default="https://api.twitch.tv/helix", description="base URL of Twitch's API, without /streams"
    )
    twitch_auth_url: BaseAddress = Field(
        default="https://id.twitch.tv/oauth2", description="base URL for access tokens of Twitch, without /token"
    )
    igdb_enabled: bool = Field(
        default=False,
        description="true: the bot fetches genres, game modes and themes of games from IGDB, for the dashboard",
    )
    igdb_api_url: BaseAddress = Field(
        default="https://api.igdb.com/v4", description="base URL of IGDB's API, without /games"
    )
    poll_every_minutes: Annotated[int, AfterValidator(checks.divides_an_hour)] = Field(
        default=30, description="minutes between two polls; a divisor of 60"
    )
    min_viewers: int = Field(
        default=50, ge=0, le=1_000_000_000, description="threshold in viewers: only streams with more are counted"
    )
    timezone: Annotated[ZoneInfo, BeforeValidator(checks.known_timezone)] = Field(
        default_factory=lambda: ZoneInfo("America/Los_Angeles"), description="time zone of the bot's day"
    )
    day_starts_at: TimeOfDay = Field(default=time(8), description="time at which a day starts, in TIMEZONE")
    post_at: TimeOfDay = Field(
        default=time(14), description="time at which the summaries of the previous day are posted, in TIMEZONE"
    )
    staging_retention_hours: int = Field(
        default=24,
        ge=1,
        le=24 * 366,
        description="hours after the end of a rolled-up day until its raw streams are deleted",
    )
    kept_polls_mb: int = Field(
        default=256,
        ge=1,
        le=1_000_000,
        description="megabytes in DATA_DIR for polls while the database is unavailable",
    )
    x_api_key: SecretStr | None = Field(
        default=None,
        description="API key of your app, from https://console.x.com; posting begins when all four keys are set",
    )
    x_api_key_secret: SecretStr | None = Field(default=None, description="API key secret of the same app")
    x_access_token: SecretStr | None = Field(
        default=None, description="access token of the bot's account, created with read and write permission"
    )
    x_access_token_secret: SecretStr | None = Field(default=None, description="access token secret of the same account")
    x_api_url: BaseAddress = Field(default="https://api.x.com", description="base URL of X's API, without /2/tweets")
    x_monthly_budget_usd: Decimal = Field(
        default=Decimal(10),
        ge=0,
        le=1_000_000,
        description="limit for the cost of X in a calendar month (UTC), in USD; never passed",
    )
    x_account_owns_app: bool = Field(
        default=False, description="true if the bot's account itself owns the app: reading then costs a fifth"
    )
    mentions_every_seconds: int = Field(
        default=60, ge=5, le=3600, description="seconds between two reads of the mentions"
    )
    replies_per_day: int = Field(
        default=20, ge=0, le=1_000_000, description="the most answers that each person gets in a day"
    )
    hint_when_not_understood: bool = Field(
        default=False, description="true: a mention that is not understood gets a short hint; false: it gets no answer"
    )
    mention_retention_days: int = Field(
        default=30, ge=1, le=3650, description="days after which the texts of mentions are deleted"
    )
    health_port: int | None = Field(
        default=None, ge=0, le=65_535, description="port for /healthz, /readyz and /metrics; closed if not set"
    )
    health_host: ListeningAddress = Field(default="127.0.0.1", description="address on which that port listens")
    alert_webhook_url: Annotated[SecretStr, AfterValidator(checks.secret_web_address)] | None = Field(
        default=None,
        description="URL for a message when a problem has lasted for ten minutes, and for one when it is resolved",
    )
    heartbeat_url: Annotated[SecretStr, AfterValidator(checks.secret_web_address)] | None = Field(
        default=None,
        description="URL requested after each good poll; a service such as healthchecks.io reports when that stops",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="format of the log of `watchtime run`: text or json"
    )
    web_host: ListeningAddress = Field(default="127.0.0.1", description="address on which the dashboard listens")
    web_port: int = Field(default=8000, ge=0, le=65_535, description="port of the dashboard; 0: a free one")
    web_root_path: Annotated[str, AfterValidator(checks.root_path)] = Field(
        default="", description="path at which a proxy serves the dashboard, such as /twitch"
    )
    web_public_url: Annotated[str, AfterValidator(checks.public_address)] = Field(
        default="",
        description="address of the dashboard on the web; with it, pages have cards for links, and a sitemap",
    )
    web_title: Annotated[str, AfterValidator(checks.title)] = Field(
        default="Twitch Watch Time", description="name of the dashboard"
    )
    web_about_url: Annotated[str, AfterValidator(checks.public_address)] = Field(
        default="",
        description="address of a page about the people who run the dashboard, linked at the end of each page",
    )
    web_pictures: bool = Field(
        default=False,
        description="true: the bot fetches box art and avatars from Twitch, and the dashboard shows them",
    )
    web_no_pictures_of: Annotated[str, AfterValidator(checks.logins)] = Field(
        default="",
        description="logins or ids of streamers whose avatar is neither stored nor shown, separated by commas",
    )
    web_account: Annotated[str, AfterValidator(checks.x_account)] = Field(
        default="", description="name of the bot's account on X, linked at the end of each page"
    )
    web_accent: Annotated[str, AfterValidator(checks.colour)] = Field(
        default="", description="accent colour of the dashboard as #rrggbb; it must be dark enough to be read on white"
    )
    web_database_url: Annotated[SecretStr, AfterValidator(checks.postgres_address)] | None = Field(
        default=None,
        description="URL of the same database for the dashboard, as the role that only reads, which `migrate` creates",
    )
    web_requests_per_minute: int = Field(
        default=300,
        ge=0,
        le=1_000_000,
        description="requests per minute that one address may send to the dashboard; 0: no limit",
    )
    web_trusted_proxies: Annotated[str, AfterValidator(checks.networks)] = Field(
        default="", description="proxies whose X-Forwarded-For is trusted: addresses or networks, separated by commas"
    )
    lake_url: Annotated[str, AfterValidator(checks.lake_address)] | None = Field(
        default=None, description="s3://bucket/prefix or file:///folder of the data lake; without it, there is none"
    )
    lake_endpoint_url: BaseAddress | None = Field(
        default=None, description="base URL of a service that speaks S3 and is not AWS, for the data lake"
    )
    lake_raw: bool = Field(
        default=False, description="true: the data lake has the pages of Twitch as received, for as long as its streams"
    )
    lake_exports: bool = Field(
        default=False, description="true: the data lake has CSV files of the streams and games of each complete poll"
    )
    lake_streams_hours: int = Field(
        default=24,
        ge=1,
        le=24 * 3660,
        description="hours after the end of a day until its streams are deleted from the data lake",
    )
    lake_engine: Annotated[str, AfterValidator(checks.engine_address)] = Field(
        default="duckdb", description="engine of `lake rollup`: duckdb, or sc://host:port of a Spark Connect server"
    )
    jobs_elsewhere: Annotated[str, AfterValidator(checks.external_jobs)] = Field(
        default="",
        description="jobs that `run` leaves to another scheduler such as Airflow: collect, lake, or both with a comma",
    )
    x_settle_after_seconds: int = Field(
        default=300,
        ge=0,
        le=86_400,
        description="seconds until a post must be visible on our own timeline; if it is not, it was not published",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _plain_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Reject spellings of numbers that mean another number elsewhere, or nothing: 1.000, 1e3, 1_0."""
        kind = cls.model_fields[info.field_name or ""].annotation
        if not isinstance(value, str):
            return value
        if kind in (int, int | None) and not _WHOLE_NUMBER.fullmatch(value):
            raise ValueError("should be a whole number, of the digits 0 to 9")
        if kind is Decimal and not _AMOUNT.fullmatch(value):
            raise ValueError("should be an amount such as 10 or 9.50, of the digits 0 to 9 and a point")
        return value

    @property
    def trusted_proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """WEB_TRUSTED_PROXIES."""
        return tuple(ip_network(part) for part in map(str.strip, self.web_trusted_proxies.split(",")) if part)

    @property
    def external_jobs(self) -> frozenset[str]:
        """JOBS_ELSEWHERE."""
        return frozenset(job for job in self.jobs_elsewhere.split(",") if job)

    @property
    def no_pictures_of(self) -> tuple[str, ...]:
        """WEB_NO_PICTURES_OF."""
        return tuple(login for login in self.web_no_pictures_of.split(",") if login)

    def x_credentials(self) -> tuple[str, str, str, str] | None:
        """API key and secret, access token and secret; None when they are not set."""
        secrets = [getattr(self, name) for name in X_CREDENTIALS]
        if None in secrets:
            return None
        key, key_secret, token, token_secret = (secret.get_secret_value() for secret in secrets)
        return key, key_secret, token, token_secret

    def twitch_credentials(self) -> tuple[str, str]:
        """Client id and secret; raises SettingsError when they are not set."""
        if self.twitch_client_id is None or self.twitch_client_secret is None:
            raise SettingsError(
                [
                    "TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET are not set: register an application at "
                    "https://dev.twitch.tv/console/apps and put both into .env"
                ]
            )
        return self.twitch_client_id, self.twitch_client_secret.get_secret_value()


def secret_fields() -> list[str]:
    """The fields with secrets; each can also be read from a file that <NAME>_FILE names."""
    return [name for name, field in Settings.model_fields.items() if "SecretStr" in repr(field.annotation)]


# What identifies us to other services, which may reject it.
CREDENTIALS = ("twitch_client_id", *secret_fields())
