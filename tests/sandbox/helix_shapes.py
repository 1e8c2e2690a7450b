"""JSON schemas of Helix responses, from the field tables of dev.twitch.tv/docs/api/reference; no unknown fields."""

from typing import Any

RFC3339 = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"
NUMERIC_ID = r"^[1-9]\d*$"


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list_of(item: dict[str, Any], *, paged: bool, most: int = 100) -> dict[str, Any]:
    properties: dict[str, Any] = {"data": {"type": "array", "items": item, "maxItems": most}}
    if paged:
        properties["pagination"] = _object({"cursor": {"type": "string", "minLength": 1}}, optional=("cursor",))
    return _object(properties)


_TEXT = {"type": "string"}
_ID = {"type": "string", "pattern": NUMERIC_ID}

STREAM = _object(
    {
        "id": _ID,
        "user_id": _ID,
        "user_login": {"type": "string", "pattern": "^[a-z0-9_]{1,25}$"},
        "user_name": {"type": "string", "minLength": 1},
        "game_id": {"type": "string", "pattern": r"^\d*$"},
        "game_name": _TEXT,
        "type": {"const": "live"},
        "title": _TEXT,
        "tags": {"type": "array", "items": {"type": "string", "minLength": 1}},
        "viewer_count": {"type": "integer", "minimum": 0},
        "started_at": {"type": "string", "pattern": RFC3339},
        "language": {"type": "string", "pattern": "^([a-z]{2}|other)$"},
        "thumbnail_url": {"type": "string", "pattern": r"^https://.*-\{width\}x\{height\}\.jpg$"},
        "tag_ids": {"type": "array", "maxItems": 0},
        "is_mature": {"const": False},
    }
)
STREAMS = _list_of(STREAM, paged=True)

_GAME = _object(
    {
        "id": _ID,
        "name": {"type": "string", "minLength": 1},
        "box_art_url": {"type": "string", "pattern": r"^http://.*-\{width\}x\{height\}\.jpg$"},
        "igdb_id": {"type": "string", "pattern": r"^\d*$"},
    }
)
GAMES = _list_of(_GAME, paged=False)
TOP_GAMES = _list_of(_GAME, paged=True)

_USER = _object(
    {
        "id": _ID,
        "login": {"type": "string", "pattern": "^[a-z0-9_]{1,25}$"},
        "display_name": {"type": "string", "minLength": 1},
        "type": {"enum": ["", "admin", "global_mod", "staff"]},
        "broadcaster_type": {"enum": ["", "affiliate", "partner"]},
        "description": _TEXT,
        "profile_image_url": _TEXT,
        "offline_image_url": _TEXT,
        "view_count": {"type": "integer"},
        "created_at": {"type": "string", "pattern": RFC3339},
    }
)
USERS = _list_of(_USER, paged=False)

TOKEN = _object(
    {
        "access_token": {"type": "string", "pattern": "^[a-z0-9]{30}$"},
        "expires_in": {"type": "integer", "minimum": 1},
        "token_type": {"const": "bearer"},
    }
)
VALIDATION = _object(
    {"client_id": _TEXT, "scopes": {"type": "array", "maxItems": 0}, "expires_in": {"type": "integer", "minimum": 1}}
)
HELIX_ERROR = _object(
    {"error": {"type": "string", "minLength": 1}, "status": {"type": "integer", "minimum": 400}, "message": _TEXT}
)
AUTH_ERROR = _object({"status": {"type": "integer", "minimum": 400}, "message": {"type": "string", "minLength": 1}})
