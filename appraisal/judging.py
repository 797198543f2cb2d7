"""Is a reading enough? Four outcomes with a guard band, and what joins several readings into one.

ILAC G8:09/2019. Fineness and guard in tenths of a permille, or any unit that both share.
"""

from collections.abc import Sequence
from statistics import median

from appraisal.models import ReadingRule, Verdict
from inventory.ground import amounts


def judge(*, reading: int, limit: int, guard: int) -> Verdict:
    """PASS from limit + guard on, FAIL below limit − guard; between them with a condition.

    A guard of the expanded uncertainty (k = 2) accepts wrongly in less than 2.5 % of all cases.
    """
    if reading >= limit + guard:
        return Verdict.PASS
    if reading >= limit:
        return Verdict.CONDITIONAL_PASS
    return Verdict.CONDITIONAL_FAIL if reading >= limit - guard else Verdict.FAIL


def join(readings: Sequence[int], rule: str) -> int:
    """One figure from all readings by the named rule; a half goes to the even one (GB/T 8170).

    At least one reading.
    """
    if rule == ReadingRule.MINIMUM:
        return min(readings)
    if rule == ReadingRule.MEDIAN:
        twice = int(2 * median(readings))
        return amounts.half_even(dividend=twice, divisor=2)
    return amounts.half_even(dividend=sum(readings), divisor=len(readings))
