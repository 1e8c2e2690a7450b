"""Similarity of texts, for misspelled names. The only file that uses rapidfuzz."""

from collections.abc import Sequence


def closest(text: str, among: Sequence[str], how_many: int, *, at_least: float = 0.0) -> list[tuple[int, float]]:
    """The indices in `among` of the most similar texts, each with its similarity, best first; at most `how_many`.

    The similarity (normalized Indel) is the share of letters that two texts have in common in the same order: 1 for
    equal texts, 0 for none in common. One letter inserted into eight costs 0.06, one replaced costs 0.125. Texts with
    equal similarity keep their order.
    """
    # Imported when needed: most commands compare no texts.
    from rapidfuzz import process
    from rapidfuzz.distance import Indel

    near = process.extract(
        text, among, scorer=Indel.normalized_similarity, processor=None, limit=how_many, score_cutoff=at_least
    )
    return [(index, float(similarity)) for _, similarity, index in near]


def edits(one: str, other: str) -> int:
    """The number of edits between two texts: letters inserted, deleted, replaced, or swapped with their neighbour."""
    from rapidfuzz.distance import OSA

    return int(OSA.distance(one, other))
