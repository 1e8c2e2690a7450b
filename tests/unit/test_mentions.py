"""How well mentions are understood beside thousands of names: the published targets, in small.

`make bench ARGS=understand` measures the same beside 10,000 and 100,000 streamers in a real database.
"""

import pytest

from benchmarks.mention_cases import some_cases
from benchmarks.mention_names import KnownNames, some_subjects
from benchmarks.mention_score import Case, Outcome, outcome, shown, written_by_hand
from benchmarks.understand import (
    LEAST_RIGHT,
    MOST_NEEDLESS,
    MOST_WRONG,
    SEED,
    SEQUELS,
    score,
    understood,
)

SUBJECTS = some_subjects(3_000, 900, SEED)
NAMES = KnownNames(SUBJECTS)


def test_mentions_of_every_category_meet_the_published_targets() -> None:
    by_category, whole = score(some_cases(SUBJECTS, SEED + 1, 40), NAMES)
    assert whole.asking.total() > 500
    assert whole.quiet.total() > 250
    assert whole.asked(Outcome.RIGHT) >= LEAST_RIGHT
    assert whole.asked(Outcome.WRONG) <= MOST_WRONG
    assert whole.needless <= MOST_NEEDLESS
    assert by_category[SEQUELS].asking[Outcome.WRONG] == 0
    assert by_category[SEQUELS].asked(Outcome.RIGHT) >= LEAST_RIGHT


BY_HAND = [case for which in ("first", "second") for case in written_by_hand(which)]


@pytest.mark.parametrize("case", BY_HAND, ids=[case.text for case in BY_HAND])
def test_what_people_write_is_understood(case: Case) -> None:
    got = shown(understood(case.text, NAMES))
    assert outcome(case, got) in (Outcome.RIGHT, Outcome.QUIET), got
