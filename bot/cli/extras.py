"""The optional parts of the installation, and the message about one that is missing."""

from collections.abc import Mapping
from typing import Final

# Each extra of pyproject.toml with the packages that only it installs, by the names under which they are imported.
EXTRAS: Final[Mapping[str, tuple[str, ...]]] = {
    "web": ("cachetools", "fastapi", "h11", "jinja2", "markupsafe", "starlette", "uvicorn"),
    "aws": ("boto3", "botocore"),
    "lake": ("boto3", "botocore", "duckdb"),
    "spark": ("grpc", "pandas", "pyarrow", "pyspark"),
    "queue": ("aio_pika", "aiormq", "pamqp"),
    "demo": ("numpy",),
}


def missing_extra(error: ModuleNotFoundError) -> str | None:
    """A line that names the extra to install for a module that is missing; None if no extra would help."""
    package = (error.name or "").partition(".")[0]
    for extra, packages in EXTRAS.items():
        if package in packages:
            # That has all extras but one.
            everything = "" if extra == "spark" else ", or everything (make install)"
            return (
                f"{package} is not installed, which this needs: install the extra `{extra}` "
                f"(pip install 'twitch-watch-time[{extra}]'){everything}"
            )
    return None
