"""S3 as an object store. The only file that uses boto3 for it.

Conditional writes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html

boto3 finds its credentials by itself, so on EC2 the role of the instance is enough. It does not retry: we do, and log
it.
"""

import base64
import errno
import hashlib
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from helperfunctions.clock import Clock
from helperfunctions.errors import (
    ObjectChanged,
    ObjectDamaged,
    ObjectMissing,
    SettingsError,
    StoreError,
    StoreRefused,
    StoreUnavailable,
)
from helperfunctions.object_store import SHA256, StoredObject, StoreWarning, sha256_of
from helperfunctions.s3_policy import allows_everybody

if TYPE_CHECKING:
    from tenacity import RetryCallState

log = logging.getLogger(__name__)

TIMEOUT: Final = (5.0, 30.0)  # seconds to connect, seconds between two bytes
ATTEMPTS: Final = 6
# Larger files go up in parts of this size: the least that S3 accepts is 5 MB, the most of one request 5 GB.
PART_BYTES: Final = 64_000_000
_LEFTOVER_AFTER: Final = timedelta(days=1)
_LOGGERS: Final = ("boto3", "botocore", "urllib3")
_CHANGED: Final = frozenset({"PreconditionFailed", "412"})
_MISSING: Final = frozenset({"NoSuchKey", "404", "NotFound", "NoSuchUpload"})
# 409: another conditional write to the same key runs. BadDigest: the body was damaged on its way.
_PASSING: Final = frozenset(
    {
        "ConditionalRequestConflict",
        "OperationAborted",
        "SlowDown",
        "BadDigest",
        "RequestTimeout",
        "XAmzContentSHA256Mismatch",
    }
)
_REFUSALS: Final[Mapping[str, str]] = {
    "NoSuchBucket": "does not exist: create it, or fix LAKE_URL",
    "AccessDenied": "cannot be used with our rights: see docs/data-lake.md for the policy",
    "403": "cannot be used with our rights: see docs/data-lake.md for the policy",
    "PermanentRedirect": "is in another region: set AWS_REGION",
    "AuthorizationHeaderMalformed": "is in another region: set AWS_REGION",
    "301": "is in another region: set AWS_REGION",
}
_NOT_ACCEPTED: Final = "rejects our credentials: fix the keys, the role or the clock"
# Problems that boto3 detects before a request, by the name of its error.
_PROBLEMS: Final[Mapping[str, str]] = {
    "NoCredentialsError": "cannot be used without AWS credentials: give the instance a role; see docs/ec2.md",
    "PartialCredentialsError": "needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in one place: set both, or neither",
    "ProfileNotFound": "cannot be used, because the profile does not exist: fix AWS_PROFILE",
    "NoRegionError": "needs a region: set AWS_REGION",
    "InvalidRegionError": "has an invalid region: fix AWS_REGION",
    "ParamValidationError": "has a name that S3 does not accept: fix LAKE_URL",
}

Result = TypeVar("Result")


class _Retryable(Exception):
    """A failure that a retry can fix."""


class S3Store:
    """The objects of a bucket below a prefix. `aws`: AWS_ settings that are not in the environment."""

    def __init__(
        self,
        bucket: str,
        prefix: str,
        clock: Clock,
        *,
        endpoint_url: str | None = None,
        aws: Mapping[str, str] | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        attempts: int = ATTEMPTS,
        part_bytes: int = PART_BYTES,
    ) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._clock = clock
        self._attempts = attempts
        self._part_bytes = part_bytes
        self._client = _client(bucket, endpoint_url, aws or {}, timeout)

    def put(self, key: str, file: Path, metadata: Mapping[str, str], *, replaces: str | None = None) -> str:
        """As of ObjectStore. A large file goes up in parts, which are removed if it does not become an object."""
        digest = sha256_of(file)
        condition = {"IfNoneMatch": "*"} if replaces is None else {"IfMatch": replaces}
        given = {**metadata, SHA256: digest}
        if file.stat().st_size > self._part_bytes:
            return self._put_parts(key, file, given, condition)

        def put() -> str:
            with file.open("rb") as body:
                answer = self._client.put_object(
                    **self._at(key),
                    Body=body,
                    ContentLength=file.stat().st_size,
                    ChecksumSHA256=base64.b64encode(bytes.fromhex(digest)).decode(),
                    Metadata=given,
                    **condition,
                )
            return str(answer["ETag"])

        try:
            return self._call(put, key)
        except ObjectMissing as exc:
            raise ObjectChanged(f"the lake has no {key} any more") from exc

    def get(self, key: str, into: Path) -> StoredObject:
        """As of ObjectStore."""

        def get() -> StoredObject:
            answer = self._client.get_object(**self._at(key))
            digest, size = hashlib.sha256(), 0
            with into.open("wb") as file:
                for block in answer["Body"].iter_chunks(1 << 20):
                    file.write(block)
                    digest.update(block)
                    size += len(block)
            if size != int(answer["ContentLength"]):
                raise _Retryable("a truncated answer")
            metadata = dict(answer.get("Metadata", {}))
            if metadata.get(SHA256) != digest.hexdigest():
                raise ObjectDamaged(f"{key} is damaged: its content is not what was stored")
            return StoredObject(key, size, str(answer["ETag"]), metadata)

        return self._call(get, key)

    def head(self, key: str) -> StoredObject | None:
        """As of ObjectStore."""

        def head() -> StoredObject:
            answer = self._client.head_object(**self._at(key))
            metadata = dict(answer.get("Metadata", {}))
            return StoredObject(key, int(answer["ContentLength"]), str(answer["ETag"]), metadata)

        try:
            return self._call(head, key)
        except ObjectMissing:
            return None

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        """As of ObjectStore."""
        more: dict[str, str] = {}
        while True:
            page = self._call(self._page_after(prefix, more), prefix)
            for item in page.get("Contents", ()):
                key = str(item["Key"]).removeprefix(self._prefix)
                yield StoredObject(key, int(item["Size"]), str(item["ETag"]))
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def keys(self, prefix: str = "") -> Iterator[str]:
        """As of ObjectStore."""
        return (found.key for found in self.objects(prefix))

    def _page_after(self, prefix: str, more: Mapping[str, str]) -> Callable[[], Any]:
        return lambda: self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix + prefix, **more)

    def delete(self, key: str) -> None:
        """As of ObjectStore."""
        self._call(lambda: self._client.delete_object(**self._at(key)), key)

    def remove_leftovers(self) -> int:
        """As of ObjectStore. A rule of the bucket's lifecycle is the net for uploads that this cannot see."""
        answer = self._call(
            lambda: self._client.list_multipart_uploads(Bucket=self._bucket, Prefix=self._prefix), "unfinished uploads"
        )
        old = [
            upload for upload in answer.get("Uploads", ()) if upload["Initiated"] < self._clock.now() - _LEFTOVER_AFTER
        ]
        for upload in old:
            self._abort(str(upload["Key"]), str(upload["UploadId"]))
        return len(old)

    def warnings(self) -> list[StoreWarning]:
        """As of ObjectStore."""
        found: list[StoreWarning] = []
        status = self._asked(lambda: self._client.get_bucket_policy_status(Bucket=self._bucket))
        if status is not None and status.get("PolicyStatus", {}).get("IsPublic"):
            message = f"the bucket {self._bucket} is public: everybody could read it; take the policy away"
            found.append(StoreWarning(message, is_open=True))
        elif self._has_public_statement():
            message = f"the policy of the bucket {self._bucket} allows everybody to read it: take it away"
            found.append(StoreWarning(message, is_open=True))
        versions = self._asked(lambda: self._client.get_bucket_versioning(Bucket=self._bucket))
        if versions is not None and versions.get("Status") == "Enabled":
            message = (
                f"the bucket {self._bucket} keeps old versions: rows that the bot deletes stay there; suspend "
                "versioning, or let the lifecycle delete versions that are not current after a day"
            )
            found.append(StoreWarning(message, is_open=False))
        return found

    def _has_public_statement(self) -> bool:
        """For stores that do not know the status of a policy."""
        answer = self._asked(lambda: self._client.get_bucket_policy(Bucket=self._bucket))
        return answer is not None and allows_everybody(answer.get("Policy", ""))

    def _asked(self, ask: Callable[[], Any]) -> Any:
        """The answer about the bucket; None if there is none, or if the store or our rights do not allow it."""
        try:
            return self._call(ask, "the settings of the bucket")
        except (ObjectMissing, StoreRefused):
            return None

    def close(self) -> None:
        """As of ObjectStore."""
        self._client.close()

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def _put_parts(self, key: str, file: Path, metadata: Mapping[str, str], condition: Mapping[str, str]) -> str:
        begun = self._call(
            lambda: self._client.create_multipart_upload(
                **self._at(key), Metadata=dict(metadata), ChecksumAlgorithm="SHA256"
            ),
            key,
        )
        upload = str(begun["UploadId"])
        try:
            parts = [
                self._call(self._uploaded(key, upload, number, block), key)
                for number, block in enumerate(_blocks(file, self._part_bytes), start=1)
            ]
            done = self._call(
                lambda: self._client.complete_multipart_upload(
                    **self._at(key), UploadId=upload, MultipartUpload={"Parts": parts}, **condition
                ),
                key,
            )
        except BaseException as exc:
            self._abort(self._prefix + key, upload)
            if isinstance(exc, ObjectMissing):
                # A completion whose answer was lost: the upload is gone, and its object is there.
                raise ObjectChanged(f"{key}: the outcome of the upload is unknown") from exc
            raise
        return str(done["ETag"])

    def _uploaded(self, key: str, upload: str, number: int, block: bytes) -> Callable[[], dict[str, Any]]:
        checksum = base64.b64encode(hashlib.sha256(block).digest()).decode()

        def put() -> dict[str, Any]:
            answer = self._client.upload_part(
                **self._at(key), UploadId=upload, PartNumber=number, Body=block, ChecksumSHA256=checksum
            )
            return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": checksum}

        return put

    def _abort(self, full_key: str, upload: str) -> None:
        try:
            self._call(
                lambda: self._client.abort_multipart_upload(Bucket=self._bucket, Key=full_key, UploadId=upload),
                full_key,
            )
        except StoreError as exc:
            # The lifecycle of the bucket removes it.
            log.debug("an unfinished upload was not removed key=%s: %s", full_key, exc)

    def _call(self, call: Callable[[], Result], what: str) -> Result:
        import tenacity

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._attempts),
            wait=tenacity.wait_exponential(multiplier=0.5, max=20) + tenacity.wait_random(0, 0.5),
            retry=tenacity.retry_if_exception_type(_Retryable),
            sleep=self._clock.sleep,
            before_sleep=_log_retry,
            reraise=True,
        )
        try:
            result: Result = retrying(self._once, call, what)
            return result
        except _Retryable as exc:
            raise StoreUnavailable(
                f"the lake on S3 does not answer for {what}, tried {self._attempts} times; last: {exc}"
            ) from exc

    def _once(self, call: Callable[[], Result], what: str) -> Result:
        with self._translated(what):
            return call()

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        try:
            yield
        except ClientError as exc:
            raise self._refusal(exc.response, what) from exc
        except ResponseParserError as exc:
            raise _Retryable("an unreadable answer") from exc
        except BotoCoreError as exc:
            names = [kind.__name__ for kind in type(exc).__mro__]
            known = next((_PROBLEMS[name] for name in names if name in _PROBLEMS), None)
            if known:
                raise StoreRefused(f"the bucket {self._bucket} {known}") from exc
            raise _Retryable(names[0]) from exc
        except OSError as exc:
            if exc.errno in (errno.ENOSPC, errno.EDQUOT):
                # Of the local disk.
                raise
            if exc.filename is not None:
                raise StoreUnavailable(f"{exc.filename}: {exc.strerror}") from exc
            raise _Retryable(type(exc).__name__) from exc

    def _refusal(self, response: Mapping[str, Any], what: str) -> Exception:
        """The error for an answer other than 200."""
        code = str(response.get("Error", {}).get("Code", ""))
        status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if code in _CHANGED or status == 412:
            return ObjectChanged(f"{what} was written by another writer")
        if code in _REFUSALS:
            return StoreRefused(f"the bucket {self._bucket} {_REFUSALS[code]}")
        if code in _MISSING or (status == 404 and not code.startswith("NoSuchBucket")):
            return ObjectMissing(f"the lake has no {what}")
        if status == 501:
            return StoreRefused(f"S3 does not know this request for {what} ({code})")
        if status >= 500 or status in (409, 429) or code in _PASSING:
            return _Retryable(f"{status} {code}".strip())
        if status in (401, 403):
            return StoreRefused(f"S3 {_NOT_ACCEPTED} ({code})")
        return StoreRefused(f"S3 refuses {what} with {status} {code}")


def _client(bucket: str, endpoint_url: str | None, aws: Mapping[str, str], timeout: tuple[float, float]) -> Any:
    # At lower levels these libraries log whole requests.
    for logger in _LOGGERS:
        logging.getLogger(logger).setLevel(logging.WARNING)
    # Imported here: they are slow to import.
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    connect_timeout, read_timeout = timeout
    config = Config(
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        retries={"total_max_attempts": 1},
        # We give the checksum ourselves; stand-ins do not know boto3's newer one.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path"} if endpoint_url else {},
    )
    # boto3 does not read AWS_REGION, which all other AWS tools do.
    region = os.environ.get("AWS_REGION") or aws.get("AWS_REGION") or aws.get("AWS_DEFAULT_REGION")
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    try:
        session = boto3.session.Session(
            region_name=region,
            profile_name=aws.get("AWS_PROFILE"),
            **{key.lower(): aws[key] for key in keys if key in aws},
        )
        return session.client("s3", endpoint_url=endpoint_url or aws.get("AWS_ENDPOINT_URL"), config=config)
    except BotoCoreError as exc:
        known = next((_PROBLEMS[kind.__name__] for kind in type(exc).__mro__ if kind.__name__ in _PROBLEMS), None)
        raise SettingsError([f"the bucket {bucket} {known or 'cannot be used: fix the AWS_ settings'}"]) from exc
    except ValueError as exc:
        raise SettingsError(["S3 cannot be requested: fix LAKE_ENDPOINT_URL"]) from exc


def _blocks(file: Path, size: int) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while block := opened.read(size):
            yield block


def _log_retry(state: "RetryCallState") -> None:
    failure = state.outcome.exception() if state.outcome else None
    pause = state.next_action.sleep if state.next_action else 0.0
    log.info("S3: %s; retrying attempt=%d wait_seconds=%.1f", failure, state.attempt_number, pause)
