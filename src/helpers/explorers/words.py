"""How explorers say in sentences what several of them have to say."""

from __future__ import annotations


def clamped_notice(noun: str, wanted: int, shown: int) -> str:
    """Return the sentence that goes on where a slider wants more than there is, and nothing where it does not.

    Examples
    --------
    >>> clamped_notice("step", 9, shown=7), clamped_notice("step", 7, shown=7)
    (' There is no step 9; the last is shown.', '')
    """
    return f" There is no {noun} {wanted}; the last is shown." if wanted > shown else ""
