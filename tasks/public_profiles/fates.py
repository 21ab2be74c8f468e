"""Pure: what became of the items of one portion; the counts add up to its items."""

from collections import Counter

from config.vocabulary import Fate
from tasks.public_profiles.acquire import AcquiredPortion


def count_fates(
    portion: AcquiredPortion, *, read: int, allowed: int, fresh: int
) -> dict[Fate, int]:
    """
    Return how many items of a portion came to each fate.

    Args:
        portion: As it was read.
        read: Public profiles in it.
        allowed: Public profiles that were left when the forgotten were taken out.
        fresh: Public profiles that the campaign did not have yet.
    """
    counts = Counter(one.fate for one in portion.unreadable)
    counts[Fate.ACQUIRED] += fresh
    counts[Fate.DUPLICATE] += allowed - fresh
    counts[Fate.UNCHANGED] += portion.unchanged
    counts[Fate.BARRED] += read - allowed
    return {fate: count for fate, count in counts.items() if count}
