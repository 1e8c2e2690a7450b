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

# The defaults of PostgreSQL.
ITERATIONS: Final = 4_096
SALT_BYTES: Final = 16

# Characters that a prepared password must not contain: the tables of RFC 3454.
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
    """The verifier that PostgreSQL stores, as `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.

    Without `salt`, a new random one each time. A verifier does not reveal the password, but guesses can be checked
    against it.
    """
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", prepared(password).encode(), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${iterations}:{_base64(salt)}${_base64(stored_key)}:{_base64(server_key)}"


def prepared(password: str) -> str:
    """The password after SASLprep; unchanged if SASLprep forbids it, as in the clients of PostgreSQL."""
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
    """RFC 3454, section 6: a text with right-to-left letters starts and ends with one, without left-to-right ones."""
    if not any(stringprep.in_table_d1(one) for one in text):
        return True
    is_whole = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return is_whole and not any(stringprep.in_table_d2(one) for one in text)


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
