"""Reported responses of X to each call, and the error that each of them raises."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from helperfunctions.errors import XCredentialsWrong, XError, XNotYet, XOutOfCredits, XRefused, XRefusedForNow, XUnknown
from helperfunctions.x_api import XApi

NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
OLD, NEW = "https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/"
Call = Callable[[XApi], object]


def post(api: XApi) -> object:
    return api.create_post("hello", reply_to="5")


def upload(api: XApi) -> object:
    return api.upload_png(b"\x89PNG")


def describe(api: XApi) -> None:
    api.describe_media("7", "words")


def mentions(api: XApi) -> object:
    return api.mentions("1", since_id="5")


def own_posts(api: XApi) -> object:
    return api.own_posts("1")


def me(api: XApi) -> object:
    return api.me()


CALLS = (post, upload, describe, mentions, own_posts, me)


def forbidden(detail: str, kind: str = "about:blank", **more: Any) -> dict[str, Any]:
    return {"title": "Forbidden", "detail": detail, "type": kind, "status": 403, **more}


INVALID = {
    "title": "Invalid Request",
    "detail": "One or more parameters to your request was invalid.",
    "type": f"{OLD}invalid-request",
    "errors": [{"message": "text: too short", "parameters": {"text": [""]}}],
}
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
OLD_REPLY = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author "
    "of the post you are replying to."
)
NEW_REPLY = "You can only reply to or quote posts where you are mentioned or are the author."
GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."
NOT_ENROLLED = {
    "title": "Client Forbidden",
    "reason": "client-not-enrolled",
    "required_enrollment": "Appropriate Level of API Access",
    "type": f"{OLD}client-forbidden",
}
WRONG_KIND = "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint."
CREDITS = {
    "type": f"{OLD}credits",
    "title": "CreditsDepleted",
    "detail": "Your enrolled account [123] does not have any credits to fulfill this request.",
}
RATE = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}
CAP = {
    "title": "UsageCapExceeded",
    "detail": "Usage cap exceeded: Monthly product cap",
    "type": f"{OLD}usage-capped",
    "period": "Monthly",
    "scope": "Product",
}
DOWN = {"title": "Service Unavailable", "detail": "Service Unavailable", "type": "about:blank", "status": 503}


CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
IN_A_MINUTE = {"not_before": NOW + timedelta(minutes=1)}
FOR_GOOD = {"duplicate": False, "may_pass": False}
MAY_PASS = {"duplicate": False, "may_pass": True}
TWICE = {"duplicate": True, "may_pass": False}
READS = (mentions, own_posts, me)
ANSWERED = (post, upload, *READS)
AUTOMATED = (
    "This request looks like it might be automated. To protect our users from spam and other malicious activity, we "
    "can't complete this action right now. Please try again later."
)
LOCKED = "To protect our users from spam and other malicious activity, this account is temporarily locked."


def coded(code: object, message: str = "") -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message}]}


# By description: status, body, the calls with this response, the type of the error, and its attributes.
Verdict = tuple[int, Any, tuple[Call, ...], type[XError], dict[str, Any]]
VERDICTS: dict[str, Verdict] = {
    "400 invalid": (400, INVALID, CALLS, XRefused, FOR_GOOD),
    "400 a limit of parameters": (400, {"detail": "max_results is over the limit"}, CALLS, XRefused, FOR_GOOD),
    "400 a list": (400, ["a list"], CALLS, XRefused, FOR_GOOD),
    "400 internal error by code": (400, coded(131, "Internal error"), CALLS, XRefusedForNow, IN_A_MINUTE),
    "400 to be tried later": (
        400, forbidden("Something went wrong. Please try again later."), CALLS, XRefusedForNow, IN_A_MINUTE,
    ),
    "400 html": (400, CHALLENGE, CALLS, XRefusedForNow, IN_A_MINUTE),
    "401": (
        401, {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}, CALLS,
        XCredentialsWrong, {"not_before": NOW + timedelta(minutes=15)},
    ),
    "401 html": (401, CHALLENGE, CALLS, XRefusedForNow, IN_A_MINUTE),
    "401 empty": (401, b"", CALLS, XRefusedForNow, IN_A_MINUTE),
    "402 credits": (402, CREDITS, CALLS, XOutOfCredits, {"not_before": MIDNIGHT}),
    "402 html": (402, CHALLENGE, CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 duplicate": (403, forbidden(DUPLICATE), (post,), XRefused, TWICE),
    "403 duplicate post": (
        403, forbidden("You are not allowed to create a Post with duplicate content."), (post,), XRefused, TWICE,
    ),
    "403 duplicate by code": (403, coded(187, "Status is a duplicate."), (post,), XRefused, TWICE),
    "403 duplicate that may be tried later": (
        403, forbidden(f"{DUPLICATE} Try again later."), (post,), XRefused, TWICE,
    ),
    "403 reply not allowed, old words": (403, forbidden(OLD_REPLY), (post,), XRefused, MAY_PASS),
    "403 reply not allowed": (
        403, forbidden(NEW_REPLY, f"{NEW}not-authorized-for-resource"), (post,), XRefused, MAY_PASS,
    ),
    "403 reply to what is gone": (403, forbidden(GONE), (post,), XRefused, MAY_PASS),
    "403 generic": (403, forbidden("You are not permitted to perform this action."), CALLS, XRefused, MAY_PASS),
    "403 unheard of": (403, forbidden("Something that nobody has seen before"), CALLS, XRefused, MAY_PASS),
    "403 a string": (403, "a string", CALLS, XRefused, MAY_PASS),
    "403 fields of other types": (
        403, {"errors": "text", "detail": 5, "type": None, "title": ["x"]}, CALLS, XRefused, MAY_PASS,
    ),
    "403 codes of other types": (403, {"errors": [{"code": None}, {"code": [326]}, 5]}, CALLS, XRefused, MAY_PASS),
    "403 html": (403, CHALLENGE, CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 empty": (403, b"", CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 half of a json": (403, b'{"title": "Forb', CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 automated": (403, coded(226, AUTOMATED), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 automated, without its words": (403, coded(226), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 automated, without its code": (403, forbidden(AUTOMATED), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 locked": (403, coded(326, LOCKED), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 locked, the code as text": (403, coded("326"), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 locked, the code at the top": (403, {"code": 326}, CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 locked, without its code": (403, forbidden(LOCKED), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 over the daily limit": (
        403, coded(185, "User is over daily status update limit."), CALLS, XRefusedForNow, IN_A_MINUTE,
    ),
    "403 suspended": (403, coded(64, "Your account is suspended"), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 rate limit by code": (403, coded(88), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 temporarily": (403, forbidden("Temporarily unavailable"), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 not enrolled": (
        403, NOT_ENROLLED, CALLS, XCredentialsWrong, {"not_before": NOW + timedelta(minutes=15)},
    ),
    "403 client forbidden": (
        403, forbidden("Not this app", f"{NEW}client-forbidden"), CALLS, XCredentialsWrong, {},
    ),
    "403 wrong kind of credentials": (
        403, forbidden(WRONG_KIND, f"{OLD}unsupported-authentication"), CALLS, XCredentialsWrong, {},
    ),
    "403 wrong kind of credentials, new address": (
        403, forbidden(WRONG_KIND, f"{NEW}unsupported-authentication"), CALLS, XCredentialsWrong, {},
    ),
    "403 not for writing": (
        403, forbidden("Not configured for writing", f"{NEW}oauth1-permissions"), CALLS, XCredentialsWrong, {},
    ),
    "403 usage cap": (403, CAP, CALLS, XOutOfCredits, {"not_before": MIDNIGHT}),
    "404 of what is there": (
        404, {"title": "Not Found Error"}, (upload, describe, *READS), XNotYet,
        {"not_before": NOW + timedelta(minutes=5)},
    ),
    "404 of a post": (404, {"title": "Not Found Error"}, (post,), XRefused, MAY_PASS),
    "404 html": (404, CHALLENGE, CALLS, XRefusedForNow, IN_A_MINUTE),
    "409": (409, {}, CALLS, XRefused, FOR_GOOD),
    "413": (413, {}, CALLS, XRefused, FOR_GOOD),
    "418 bytes": (418, b"\xff\xfe", CALLS, XRefusedForNow, IN_A_MINUTE),
    "408": (408, {}, CALLS, XUnknown, {"is_charged": True}),
    "420": (420, {}, CALLS, XNotYet, {"not_before": NOW + timedelta(seconds=60)}),
    "429 without headers": (429, RATE, CALLS, XNotYet, {"not_before": NOW + timedelta(seconds=60)}),
    "429 by code": (429, coded(88, "Rate limit exceeded"), CALLS, XNotYet, {"not_before": NOW + timedelta(seconds=60)}),
    "429 html": (429, CHALLENGE, CALLS, XNotYet, {"not_before": NOW + timedelta(seconds=60)}),
    "429 usage cap": (429, CAP, CALLS, XOutOfCredits, {"not_before": MIDNIGHT}),
    "429 usage cap, new address": (
        429, {"type": f"{NEW}usage-capped"}, CALLS, XOutOfCredits, {"not_before": MIDNIGHT},
    ),
    "500": (500, {}, CALLS, XUnknown, {"is_charged": False}),
    "502 html": (502, b"<html>Bad gateway</html>", CALLS, XUnknown, {"is_charged": False}),
    "503": (503, DOWN, CALLS, XUnknown, {"is_charged": False}),
    "503 html": (503, CHALLENGE, CALLS, XUnknown, {"is_charged": False}),
    "504 empty": (504, b"", CALLS, XUnknown, {"is_charged": False}),
    # The call was done, with an unknown result.
    "200 empty": (200, b"", ANSWERED, XUnknown, {"is_charged": True}),
    "200 html": (200, CHALLENGE, CALLS, XUnknown, {"is_charged": True}),
    "201 html": (201, b"<html>", CALLS, XUnknown, {"is_charged": True}),
    "200 half of a json": (200, b'{"data": {"id"', CALLS, XUnknown, {"is_charged": True}),
    "200 a list": (200, ["a list"], CALLS, XUnknown, {}),
    "201 without an id": (201, {"data": {}}, (post, upload, me), XUnknown, {}),
    "201 an empty id": (201, {"data": {"id": ""}}, (post, upload, me), XUnknown, {}),
    "200 errors alone": (200, {"errors": [{"detail": "partly"}]}, (post, upload, me), XUnknown, {}),
}  # fmt: skip
