"""Whole-number arithmetic of money and metal, without Django: cents, milligrams, basis points."""

from typing import Final

WHOLE_BP: Final = 10_000


def half_up(*, dividend: int, divisor: int) -> int:
    """The quotient as a whole number; a half goes away from zero.

    So the line of a return is exactly the line of its sale with the sign turned.
    """
    size = (2 * abs(dividend) + divisor) // (2 * divisor)
    return size if dividend >= 0 else -size


def half_even(*, dividend: int, divisor: int) -> int:
    """The quotient of a measured value as a whole number, a half to the even one: GB/T 8170."""
    below, rest = divmod(dividend, divisor)
    if 2 * rest == divisor:
        return below + below % 2
    return below + (2 * rest > divisor)


def metal_cents(*, weight_mg: int, cents_per_gram: int) -> int:
    """Price of a weight of metal, rounded once for its line; half a cent rounds up."""
    return half_up(dividend=weight_mg * cents_per_gram, divisor=1000)


def per_gram_cents(*, total_cents: int, weight_mg: int) -> int:
    """What one gram of a fixed-price piece costs: ¥14,600.00 for 8.35 g is ¥1,748.50.

    The weight is above zero.
    """
    return half_up(dividend=total_cents * 1000, divisor=weight_mg)


def share(*, cents: int, bp: int) -> int:
    """A share of an amount in basis points (800 is 8 %); half a cent rounds up."""
    return half_up(dividend=cents * bp, divisor=WHOLE_BP)
