"""Tables and single rows as responses of the API, in JSON or CSV."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

import orjson
from fastapi import Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from bot.web.deps import Rows
from bot.web.read.table import RowRange, TablePart, slice_of
from bot.web.views import spreadsheet

T = TypeVar("T")


class Table(BaseModel, Generic[T]):
    """A part of a table: `total` rows in all; `next` is the address of the next part, if there is one."""

    rows: list[T]
    total: int
    limit: int
    offset: int
    next: str | None


class Format(StrEnum):
    """The format of a response."""

    JSON = "json"
    CSV = "csv"


RequestedFormat = Annotated[Format, Query(alias="format", description="json, or csv for a spreadsheet")]


class TableWriter:
    """Writes the requested rows of a table, which are `wanted`, in the requested format."""

    def __init__(self, request: Request, wanted: RowRange, form: Format) -> None:
        self.wanted = wanted
        self._request = request
        self._format = form

    def of_part(self, part: TablePart[Any], row: type) -> Response:
        """The requested rows, which are instances of `row`."""
        path, limit, offset = self._request.url.path, self.wanted.limit, self.wanted.offset
        end = offset + len(part.rows)
        following = None
        if part.rows and end < part.total:
            query = {**self._request.query_params, "limit": limit, "offset": end}
            following = f"{self._request.app.state.root_path}{path}?{urlencode(query)}"
        if self._format is Format.CSV:
            response = _csv(part.rows, row, path)
        else:
            response = _json(
                {"rows": part.rows, "total": part.total, "limit": limit, "offset": offset, "next": following}
            )
        # A CSV file has no place for anything but rows.
        response.headers["x-total-count"] = str(part.total)
        if following:
            response.headers["link"] = f'<{following}>; rel="next"'
        return response

    def of_all(self, rows: Sequence[Any], row: type) -> Response:
        """The requested ones of all rows, which are instances of `row`."""
        return self.of_part(slice_of(rows, self.wanted), row)


class RowWriter:
    """Writes a single row in the requested format."""

    def __init__(self, request: Request, form: Format) -> None:
        self._request = request
        self._format = form

    def of(self, row: object) -> Response:
        """The row, a dataclass."""
        return _csv([row], type(row), self._request.url.path) if self._format is Format.CSV else _json(row)


async def _table(request: Request, wanted: Rows, form: RequestedFormat = Format.JSON) -> TableWriter:
    return TableWriter(request, wanted, form)


async def _row(request: Request, form: RequestedFormat = Format.JSON) -> RowWriter:
    return RowWriter(request, form)


TableResponse = Annotated[TableWriter, Depends(_table)]
RowResponse = Annotated[RowWriter, Depends(_row)]


def _json(value: object) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


def _csv(rows: Sequence[Any], row: type, path: str) -> Response:
    filename = "-".join(part for part in path.split("/")[3:] if part.isascii() and part.replace("-", "").isalnum())
    headers = {"content-disposition": f'attachment; filename="{filename or "table"}.csv"'}
    return Response(spreadsheet.csv_of(rows, row), media_type="text/csv; charset=utf-8", headers=headers)
