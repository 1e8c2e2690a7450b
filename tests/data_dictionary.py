"""The data dictionary of docs/data-lake.md, from the comments on the views of the schema curated.

`python -m tests.data_dictionary docs/data-lake.md` writes it; `make schema` calls it.
"""

import itertools
import re
import sys
import tempfile
from pathlib import Path
from typing import Final

from helperfunctions import embedded_postgres, migrations
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.factories import rows

BEGIN: Final = "<!-- dictionary -->\n"
END: Final = "<!-- end of dictionary -->\n"
_COLUMNS: Final = """
    select
        views.relname,
        obj_description(views.oid, 'pg_class'),
        columns.attname,
        replace(replace(format_type(columns.atttypid, columns.atttypmod), 'timestamp with time zone', 'timestamptz'),
            'double precision', 'double'),
        col_description(views.oid, columns.attnum)
    from pg_class as views
    inner join pg_attribute as columns on columns.attrelid = views.oid and columns.attnum > 0
    where views.relnamespace = 'curated'::regnamespace and views.relkind = 'v'
    order by views.relname, columns.attnum
"""


def dictionary(url: str) -> str:
    """A section for each view: what a row is, and its columns with types and meanings."""
    sections = []
    for (view, meaning), columns in itertools.groupby(rows(url, _COLUMNS), lambda row: row[:2]):
        lines = [f"| `{name}` | {kind} | {comment} |" for _, _, name, kind, comment in columns]
        sections.append(
            "\n".join([f"### {view}\n", f"{meaning}\n", "| column | type | meaning |", "|---|---|---|", *lines])
        )
    return "\n" + "\n\n".join(sections) + "\n\n"


def with_dictionary(page: str, url: str) -> str:
    """The page with the present dictionary between its two marks."""
    return re.sub(f"(?<={BEGIN}).*?(?={END})", lambda _: dictionary(url), page, flags=re.DOTALL)


def main() -> None:
    """Write the dictionary into a page."""
    page = Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="wt-") as folder, embedded_postgres.running(Path(folder) / "pg") as url:
        migrations.migrate(Database(url, Queries()))
        page.write_text(with_dictionary(page.read_text(), url))


if __name__ == "__main__":
    main()
