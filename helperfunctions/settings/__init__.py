"""The settings: one typed object from the environment, secret files, AWS and `.env`, and where each value came from."""

from helperfunctions.settings.characters import stripped
from helperfunctions.settings.display import Shown, show
from helperfunctions.settings.model import CREDENTIALS, Settings, secret_fields
from helperfunctions.settings.sources import AWS, DEFAULT, ENVIRONMENT, Loaded, load, of_aws

__all__ = [
    "AWS",
    "CREDENTIALS",
    "DEFAULT",
    "ENVIRONMENT",
    "Loaded",
    "Settings",
    "Shown",
    "load",
    "of_aws",
    "secret_fields",
    "show",
    "stripped",
]
