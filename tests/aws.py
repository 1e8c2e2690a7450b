"""A simulated AWS over HTTP: moto's server, with one secret."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from json import dumps
from typing import Any

import requests

NAME = "twitch-watch-time"
REGION = "eu-central-1"
# A warning of boto3 itself.
KEYS = {"AWS_ACCESS_KEY_ID": "planted-aws-id", "AWS_SECRET_ACCESS_KEY": "planted-aws-key"}


class Aws:
    """Secrets Manager at `url`, empty at first."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._clients: dict[str, Any] = {}

    @property
    def settings(self) -> dict[str, str]:
        """Variables of the environment for AWS. A machine of AWS that runs the tests is not asked for its role."""
        return {
            "AWS_SECRET_NAME": NAME,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            **KEYS,
        }

    def client(self, service: str = "secretsmanager") -> Any:
        """A client with the rights of the account's administrator. Made once: boto3 reads a large file for it."""
        if service not in self._clients:
            self._clients[service] = self._new_client(service)
        return self._clients[service]

    def _new_client(self, service: str) -> Any:
        # Imported here, like moto: it takes a fifth of a second.
        import boto3

        session = boto3.session.Session(aws_access_key_id="admin", aws_secret_access_key="admin", region_name=REGION)
        return session.client(service, endpoint_url=self.url)

    def put(self, content: Mapping[str, object] | str | bytes, name: str = NAME) -> None:
        """Create the secret, or change its value."""
        value = content if isinstance(content, str | bytes) else dumps(content)
        kind = "SecretBinary" if isinstance(value, bytes) else "SecretString"
        client = self.client()
        try:
            client.create_secret(Name=name, **{kind: value})
        except client.exceptions.ResourceExistsException:
            client.put_secret_value(SecretId=name, **{kind: value})

    def forget(self) -> None:
        """Delete everything."""
        requests.post(f"{self.url}/moto-api/reset", timeout=10).raise_for_status()

    def look_at_policies(self, *, after: float = 0) -> None:
        """Check policies, after this many more calls."""
        requests.post(f"{self.url}/moto-api/reset-auth", data=str(after), timeout=10).raise_for_status()


@contextmanager
def serving() -> Iterator[Aws]:
    """Serve until the end of the block."""
    # Imported here: it takes a second, in each test process that collects a file with this import.
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield Aws(f"http://{host}:{port}")
    finally:
        server.stop()
