"""SCRAM-SHA-256 verifiers, made here so that a password never reaches a database server. Pure, but for the salt.

A server keeps such a verifier in place of the password, and takes one in its place:
https://www.postgresql.org/docs/current/sql-createrole.html. How it is made: RFC 5802, RFC 7677, and for the password's
characters RFC 4013 (SASLprep) as PostgreSQL reads it (src/common/saslprep.c).
"""

import hashlib
import hmac
import secrets
import stringprep
import unicodedata
from base64 import b64encode
from typing import Final

# PostgreSQL's own.
ITERATIONS: Final = 4_096
SALT_BYTES: Final = 16

# What must not be in a prepared password, by the names of the tables of RFC 3454.
_PROHIBITED: Final = (
    stringprep.in_table_a1,  # unassigned in Unicode 3.2
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def verifier(password: str, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """What PostgreSQL stores for a password, as `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.

    Without `salt`, a new random one each time. A verifier is no password, but passwords can be tried on it.
    """
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", prepared(password).encode(), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${iterations}:{_base64(salt)}${_base64(stored_key)}:{_base64(server_key)}"


def prepared(password: str) -> str:
    """The password after SASLprep; as it is where SASLprep forbids it, which is what PostgreSQL's clients do too."""
    if password.isascii():
        return password
    mapped = "".join(
        " " if stringprep.in_table_c12(one) else one for one in password if not stringprep.in_table_b1(one)
    )
    normalized = unicodedata.normalize("NFKC", mapped)
    if not normalized or any(in_table(one) for one in normalized for in_table in _PROHIBITED):
        return password
    return normalized if _directions_agree(normalized) else password


def _directions_agree(text: str) -> bool:
    """RFC 3454, section 6: what has a letter written from right to left begins and ends with one, and has no other."""
    if not any(stringprep.in_table_d1(one) for one in text):
        return True
    is_whole = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return is_whole and not any(stringprep.in_table_d2(one) for one in text)


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
