"""SCRAM verifiers: the published example, and passwords prepared by SASLprep."""

import base64
import hashlib
import hmac

import pytest

from helperfunctions.scram import prepared, verifier

# RFC 7677, section 3: user "user", password "pencil".
SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
MESSAGE = f"n=user,r=rOprNGfwEbeRWgbNEkqO,r={NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r={NONCE}"
PROOF = base64.b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
SIGNATURE = base64.b64decode("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")


def test_the_example_of_the_rfc_is_accepted() -> None:
    kind, count_and_salt, keys = verifier("pencil", SALT).split("$")
    assert (kind, count_and_salt) == ("SCRAM-SHA-256", "4096:W22ZaJ0SNY7soEsUEjb6gQ==")
    stored_key, server_key = map(base64.b64decode, keys.split(":"))
    signature = hmac.digest(stored_key, MESSAGE.encode(), "sha256")
    client_key = bytes(one ^ other for one, other in zip(PROOF, signature, strict=True))
    assert hashlib.sha256(client_key).digest() == stored_key
    assert hmac.digest(server_key, MESSAGE.encode(), "sha256") == SIGNATURE


def test_each_verifier_has_a_salt_of_its_own() -> None:
    one, other = verifier("pencil"), verifier("pencil")
    assert one != other
    assert len(base64.b64decode(one.split("$")[1].split(":")[1])) == 16


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("I\u00adX", "IX"),
        ("user", "user"),
        ("USER", "USER"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("a\u00a0b", "a b"),
        ("\u0007", "\u0007"),
        ("\u0627\u0031", "\u0627\u0031"),
        ("\u0627\u00a01\u0628", "\u0627 1\u0628"),
        ("\u0627a\u2168\u0628", "\u0627a\u2168\u0628"),
        ("\u00ad", "\u00ad"),
        ("\u2168\ue000", "\u2168\ue000"),
        ("\u2168\U0001f600", "\u2168\U0001f600"),
    ],
    ids=[
        "soft hyphen", "letters", "capitals", "ordinal sign", "Roman numeral", "no-break space", "bell",
        "right to left with a digit last", "right to left", "both directions", "nothing left", "private use",
        "unassigned in Unicode 3.2",
    ],
)  # fmt: skip
def test_a_password_is_prepared_as_clients_prepare_it(password: str, expected: str) -> None:
    """The examples of RFC 4013 first; passwords that it forbids are used unchanged."""
    assert prepared(password) == expected
