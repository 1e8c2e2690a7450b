"""Every query of sql/ is valid for the real schema, used, and described by a sentence."""

import ast
import re
from collections.abc import Iterator

import psycopg2
import pytest

from helperfunctions.queries import SQL_FOLDER, Queries, steps_in

ROOT = SQL_FOLDER.parent
STEPS = steps_in()
# The placeholders of psycopg2; `prepare` needs $1, $2 … instead.
PARAMETER = re.compile(r"%\((\w+)\)s")
COPY = re.compile(r"copy (?P<table>[\w.]+) \((?P<columns>[\w, ]+)\) from stdin;")
NAMED = re.compile(r"^-- name: (?P<name>\w+)[$!^]?\n(?P<comment>(?:--[^\n]*\n)+)", re.MULTILINE)


def text_of(step: str) -> str:
    """The text of the files of a step, in order."""
    return "\n".join(path.read_text() for path in sorted((SQL_FOLDER / step).glob("*.sql")))


def sql_of(queries: Queries, step: str) -> dict[str, str]:
    """The queries of a step in the order of its files: a temporary table is made before it is read."""
    names = re.findall(r"^-- name: (\w+)", text_of(step), re.MULTILINE)
    return {name: str(getattr(queries.steps[step], name).sql) for name in names}


def all_names() -> list[str]:
    return [f"{step}.{name}" for step in STEPS for name in sql_of(Queries(), step)]


def numbered(sql: str) -> str:
    """The query with a number for each of its parameters."""
    numbers: dict[str, int] = {}
    return PARAMETER.sub(lambda match: f"${numbers.setdefault(match[1], len(numbers) + 1)}", sql)


@pytest.mark.parametrize("step", STEPS)
def test_the_schema_understands_every_query(step: str, url: str, queries: Queries) -> None:
    """Preparing checks tables, columns and types; statements that cannot be prepared are run on empty tables."""
    connection = psycopg2.connect(url)
    with connection.cursor() as cursor:
        if step == "reply":
            # The day so far is gathered by the query for a whole day.
            spans = str(queries.steps["daily"].gather_spans.sql)
            cursor.execute(spans, dict.fromkeys(PARAMETER.findall(spans)))
        for name, sql in sql_of(queries, step).items():
            copy = COPY.fullmatch(sql)
            if copy:
                cursor.execute(f"prepare {step}_{name} as select {copy['columns']} from {copy['table']}")
            elif sql.startswith(("create temporary table", "set local", "analyze", "lock table")):
                cursor.execute(sql, dict.fromkeys(PARAMETER.findall(sql)))
            else:
                cursor.execute(f"prepare {step}_{name} as {numbered(sql)}")
        cursor.execute("select count(*) from pg_prepared_statements")
        assert cursor.fetchone() != (0,)
    connection.close()


@pytest.mark.parametrize("step", STEPS)
def test_columns_of_a_query_have_distinct_names(step: str, url: str, queries: Queries) -> None:
    """Rows are read by the names of their columns: a second column of one name could not be read."""
    connection = psycopg2.connect(url)
    marks = dict(re.findall(r"^-- name: (\w+)([$!^]?)", text_of(step), re.MULTILINE))
    with connection.cursor() as cursor:
        if step in ("reply", "daily"):
            spans = str(queries.steps["daily"].gather_spans.sql)
            cursor.execute(spans, dict.fromkeys(PARAMETER.findall(spans)))
        if step == "lake":
            cursor.execute(str(queries.steps["lake"].create_streams_again.sql))
        for name in (name for name, mark in marks.items() if mark in ("", "^")):
            sql = str(getattr(queries.steps[step], name).sql)
            cursor.execute(f"prepare {step}_{name} as {numbered(sql)}")
            parameters = ", ".join(["null"] * len(set(PARAMETER.findall(sql))))
            cursor.execute("savepoint before")
            try:
                cursor.execute(f"execute {step}_{name}" + (f"({parameters})" if parameters else ""))
            except psycopg2.IntegrityError:
                # A row of nulls cannot be stored; `returning` lists columns of one table.
                cursor.execute("rollback to before")
                continue
            columns = [column.name for column in cursor.description or ()]
            assert [column for column in columns if not re.fullmatch("[a-z]\\w*", column)] == [], name
            assert sorted(columns) == sorted(set(columns)), name
    connection.close()


def test_every_step_has_its_queries_in_a_folder_of_its_name() -> None:
    folders = {path.relative_to(SQL_FOLDER).parent.as_posix() for path in SQL_FOLDER.rglob("*.sql")}
    assert folders == {".", "migrations", "watch_time", *STEPS}


def test_every_text_of_watch_time_is_part_of_a_query() -> None:
    included = {name for step in STEPS for name in re.findall("-- include: (.*)", text_of(step))}
    parts = {f"watch_time/{path.name}" for path in (SQL_FOLDER / "watch_time").iterdir()}
    # The statement for other engines than PostgreSQL consists of the others.
    assert included == parts - {"watch_time/pairs_of_polls.sql"}


def used_names() -> Iterator[str]:
    """Every `….<step>.<name>` and `….<step>.text_of("<name>")` in the code."""
    for path in (*(ROOT / "bot").rglob("*.py"), *(ROOT / "helperfunctions").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and (step := _last_name(node.value)) in STEPS:
                yield f"{step}.{node.attr}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "text_of":
                [argument] = node.args
                if isinstance(argument, ast.Constant):
                    yield f"{_last_name(node.func.value)}.{argument.value!s}"


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_every_query_is_used() -> None:
    assert set(all_names()) - set(used_names()) == set()


@pytest.mark.parametrize("step", STEPS)
def test_every_query_has_a_sentence(step: str) -> None:
    text = text_of(step)
    commented = {match["name"]: match["comment"] for match in NAMED.finditer(text)}
    assert list(commented) == re.findall(r"^-- name: (\w+)", text, re.MULTILINE)
    for name, comment in commented.items():
        sentence = " ".join(line.removeprefix("--").strip() for line in comment.splitlines())
        assert re.match(r"[A-Z].{15,}\.$", sentence), name


@pytest.mark.parametrize("step", STEPS)
def test_no_two_queries_of_a_step_have_the_same_name(step: str) -> None:
    """The second would replace the first without an error."""
    names = re.findall(r"^-- name: (\w+)", text_of(step), re.MULTILINE)
    assert sorted(names) == sorted(set(names))


def test_migrations_are_named_after_the_moment_of_their_creation() -> None:
    names = [path.name for path in (SQL_FOLDER / "migrations").iterdir()]
    assert [name for name in names if not re.fullmatch(r"\d{14}_\w+\.sql", name)] == []
