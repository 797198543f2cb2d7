"""Money, metal, stones and fineness: reading, showing and counting; arithmetic is in `amounts`.

Everything is an integer: money in cents, metal in milligrams, stones in thousandths of a carat,
fineness in tenths of a permille (9990 is 999.0 ‰). Typed text becomes an integer once, at the
edge, and an integer becomes text once, on the screen or on paper.
"""

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from functools import total_ordering
from typing import Final, NamedTuple

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inventory.ground.codes import half_width
from inventory.ground.errors import RuleBroken

MOST_MG: Final = 5_000_000  # 5 kg; a heavier piece is a typing mistake
MOST_CENTS: Final = 10**10  # 100 million yuan
MOST_MCT: Final = 1_000_000  # 1,000 ct
MOST_FINENESS: Final = 10_000  # nothing is purer than 1000 ‰

_NUMBER: Final = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.([0-9]{1,9}))?")
_IDLE_ZEROS: Final = re.compile(r"(?<=\.[0-9]{3})0+$")
_MINUS: Final = str.maketrans("-", "−")


class BadMeasure(RuleBroken):
    """A typed weight, amount or fineness is unreadable or out of range."""

    code = "bad_measure"
    status = 422


# --- reading what was typed


def read_grams(text: str, *, at_least_mg: int = 1, at_most_mg: int = MOST_MG) -> int:
    """Milligrams from a typed weight such as "8.72" or "8.72 克".

    Three decimals at most; zeros behind them, as in "2.0200" from a supplier's list, say nothing.
    """
    mg = _scaled(_IDLE_ZEROS.sub("", _bare(text, "克", "G")), places=3)
    if mg is None or not at_least_mg <= mg <= at_most_mg:
        raise BadMeasure(
            _("Enter a weight from %(least)s to %(most)s g, with at most three decimals.")
            % {"least": grams(at_least_mg, places=3), "most": grams(at_most_mg, places=3)}
        )
    return mg


def read_yuan(text: str, *, at_least_cents: int = 0, at_most_cents: int = MOST_CENTS) -> int:
    """Cents from a typed amount such as "12,345.6" or "¥98"; two decimals at most."""
    cents = _scaled(_bare(text, "元").removeprefix("¥").lstrip(), places=2)
    if cents is None or not at_least_cents <= cents <= at_most_cents:
        raise BadMeasure(
            _("Enter an amount from %(least)s to %(most)s, with at most two decimals.")
            % {"least": yuan(at_least_cents), "most": yuan(at_most_cents)}
        )
    return cents


def read_carats(text: str) -> int:
    """Thousandths of a carat, cut and not rounded: 1.0089 rounded up would be shown as 1.01."""
    exact = _scaled(_bare(text, "克拉", "CT"), places=9)
    if exact is None or not 1 <= exact // 10**6 <= MOST_MCT:
        raise BadMeasure(
            _("Enter carats from 0.001 to %(most)s.") % {"most": f"{MOST_MCT // 1000:,}"}
        )
    return exact // 10**6


def read_fineness(text: str) -> int:
    """Tenths of a permille from "999.9", "750‰", "18K" or "足金".

    A K number stands for its legal grade, never for K/24: 14K is 585 and not 583.3. K numbers
    without a legal grade (10K, 24K) are refused.
    """
    plain = _bare(text, "‰")
    fineness = _FINENESS_WORDS.get(plain) or _scaled(plain, places=1)
    if fineness is None or not 1 <= fineness <= MOST_FINENESS:
        raise BadMeasure(
            _("Enter a fineness from 0.1 to 1000 ‰ with at most one decimal, or 9K, 14K, 18K, 22K.")
        )
    return fineness


def _bare(text: str, *units: str) -> str:
    """The typed text in half-width upper case, without the unit behind it."""
    plain = half_width(text).replace("。", ".").strip().upper()
    for unit in units:
        plain = plain.removesuffix(unit)
    return plain.rstrip()


def _scaled(number: str, *, places: int) -> int | None:
    """Plain digits as a whole number of the smallest unit; None when unreadable or finer."""
    found = _NUMBER.fullmatch(number)
    if found is None:
        return None
    whole, part = found[1].replace(",", ""), found[2] or ""
    return int(whole + part.ljust(places, "0")) if len(part) <= places else None


# --- showing


def grams(mg: int, *, places: int = 2) -> str:
    """Grams for the eye, "1,234.56"; dropped digits round half to even (GB/T 8170)."""
    shown = Decimal(mg).scaleb(-3).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    return _signed(f"{shown + 0:,f}")  # adding nothing turns Decimal's "-0.00" into "0.00"


def plain_grams(mg: int) -> str:
    """Grams for a machine: "12.345"."""
    return f"{Decimal(mg).scaleb(-3):f}"


def yuan(cents: int) -> str:
    """An amount for the eye: "¥12,345.60", "−¥0.50"."""
    size = f"¥{Decimal(abs(cents)).scaleb(-2):,f}"
    return size if cents >= 0 else f"−{size}"


def plain_yuan(cents: int) -> str:
    """An amount for a machine: "12345.60"."""
    return f"{Decimal(cents).scaleb(-2):f}"


def carats(mct: int) -> str:
    """Carats with two decimals; only a 9 in the third rounds up (逢九进一): 0.588 is "0.58"."""
    return f"{Decimal((mct + 1) // 10).scaleb(-2):f}"


def permille(fineness: int) -> str:
    """Fineness with its sign: "999.9‰", "750‰"."""
    whole, tenths = divmod(fineness, 10)
    return f"{whole}.{tenths}‰" if tenths else f"{whole}‰"


def count(pieces: int) -> str:
    """A number of pieces with its word: "18 pieces", 18 件."""
    shown = {"n": _signed(f"{pieces:,}")}
    return ngettext("%(n)s piece", "%(n)s pieces", pieces) % shown


def _signed(number: str) -> str:
    """With a true minus sign, as wide as the digits."""
    return number.translate(_MINUS)


# --- showing a difference: it says its direction, also where there is more than there should be


def signed(number: int) -> str:
    """A difference in numbers: "+2", "−1", "0"."""
    return _directed(number, _signed(f"{number:,}"))


def signed_grams(mg: int) -> str:
    """A difference in grams: "+0.01", "−3.21", "0.00"."""
    return _directed(mg, grams(mg))


def signed_yuan(cents: int) -> str:
    """A difference in money: "+¥10.00", "−¥10.00", "¥0.00"."""
    return _directed(cents, yuan(cents))


def difference(*, pieces: int = 0, mg: int = 0, cents: int = 0) -> str:
    """Only what differs: "−1 piece · −3.21 g", "−¥10.00"; empty where nothing does."""
    told = []
    if pieces:
        shown = {"n": signed(pieces)}
        told.append(ngettext("%(n)s piece", "%(n)s pieces", abs(pieces)) % shown)
    if mg:
        told.append(_("%(grams)s g") % {"grams": signed_grams(mg)})
    if cents:
        told.append(signed_yuan(cents))
    return " · ".join(told)


def _directed(value: int, shown: str) -> str:
    """The minus is in the text already."""
    return f"+{shown}" if value > 0 else shown


# --- metals and their legal grades


class Metal(TextChoices):
    """The four precious metals, by their chemical sign."""

    GOLD = "Au", gettext_lazy("Gold")
    PLATINUM = "Pt", gettext_lazy("Platinum")
    PALLADIUM = "Pd", gettext_lazy("Palladium")
    SILVER = "Ag", gettext_lazy("Silver")


# GB 11887-2012 with Amendment 1, in force since 2016-05-04: minimum contents, no tolerance below
LEGAL_GRADES: Final[dict[Metal, tuple[int, ...]]] = {
    Metal.GOLD: (3750, 5850, 7500, 9160, 9900),
    Metal.PLATINUM: (8500, 9000, 9500, 9900),
    Metal.PALLADIUM: (5000, 9500, 9900),
    Metal.SILVER: (8000, 9250, 9900),
}
# grade of the body from which on a finding may be so poor
_FINDINGS: Final[dict[Metal, tuple[tuple[int, int], ...]]] = {
    Metal.GOLD: ((9160, 9000),),
    Metal.PLATINUM: ((9500, 9000),),
    Metal.PALLADIUM: ((9500, 9000),),
    Metal.SILVER: ((9900, 9250),),
}
BELOW_GRADE: Final = 0  # old gold may be poorer than the lowest legal grade

_GRADE_NAMES: Final[dict[tuple[Metal, int], str | Promise]] = {
    (Metal.GOLD, 9900): gettext_lazy("Fine gold"),
    (Metal.GOLD, 9160): gettext_lazy("22K gold"),
    (Metal.GOLD, 7500): gettext_lazy("18K gold"),
    (Metal.GOLD, 5850): gettext_lazy("14K gold"),
    (Metal.GOLD, 3750): gettext_lazy("9K gold"),
    (Metal.GOLD, BELOW_GRADE): gettext_lazy("Gold below 9K"),
    (Metal.PLATINUM, 9900): gettext_lazy("Fine platinum"),
    (Metal.PLATINUM, 9500): "Pt950",
    (Metal.PLATINUM, 9000): "Pt900",
    (Metal.PLATINUM, 8500): "Pt850",
    (Metal.PLATINUM, BELOW_GRADE): gettext_lazy("Platinum below Pt850"),
    (Metal.PALLADIUM, 9900): gettext_lazy("Fine palladium"),
    (Metal.PALLADIUM, 9500): "Pd950",
    (Metal.PALLADIUM, 5000): "Pd500",
    (Metal.PALLADIUM, BELOW_GRADE): gettext_lazy("Palladium below Pd500"),
    (Metal.SILVER, 9900): gettext_lazy("Fine silver"),
    (Metal.SILVER, 9250): gettext_lazy("Silver 925"),
    (Metal.SILVER, 8000): gettext_lazy("Silver 800"),
    (Metal.SILVER, BELOW_GRADE): gettext_lazy("Silver below 800"),
}


def legal_grade(*, metal: str, fineness: int) -> int | None:
    """The highest legal grade a content reaches, None below the lowest; no guard band."""
    reached = (grade for grade in LEGAL_GRADES[Metal(metal)] if grade <= fineness)
    return max(reached, default=None)


def least_of_finding(*, metal: str, fineness: int) -> int | None:
    """What a clasp or another finding of a body must have at least; for the strength of it a fine
    body may have a poorer one (GB 11887: gold from 916 on and platinum metals from 950 on 900,
    fine silver 925). None below every grade."""
    grade = legal_grade(metal=metal, fineness=fineness)
    eased = [least for at_least, least in _FINDINGS[Metal(metal)] if (grade or 0) >= at_least]
    return eased[0] if eased else grade


def grade_name(metal: str, grade: int) -> str:
    """How a legal grade is called: "Fine gold" (足金), "18K gold" (18K金), "Pt950"."""
    return str(_GRADE_NAMES[Metal(metal), grade])


# --- counting pieces and grams


@total_ordering
@dataclass(frozen=True)
class MetalClass:
    """A metal in one legal grade; grams are added only within one. Gold first, finest first."""

    metal: Metal
    grade: int

    @property
    def label(self) -> str:
        """The translated name of the class."""
        return grade_name(self.metal, self.grade)

    def __lt__(self, other: "MetalClass") -> bool:
        return self._rank < other._rank

    @property
    def _rank(self) -> tuple[int, int]:
        return list(Metal).index(self.metal), -self.grade


def class_of(*, metal: str, fineness: int) -> MetalClass:
    """The class a piece is counted in."""
    grade = legal_grade(metal=metal, fineness=fineness)
    return MetalClass(Metal(metal), BELOW_GRADE if grade is None else grade)


def declared_name(metal: str, fineness: int) -> str:
    """Grade and declared content side by side, as a price board shows them: 足金 999‰."""
    return f"{class_of(metal=metal, fineness=fineness).label} {permille(fineness)}"


class ClassTotal(NamedTuple):
    """Pieces and milligrams of one class."""

    metal_class: MetalClass
    pieces: int
    mg: int


@dataclass
class Tally:
    """Pieces over everything, milligrams for each metal class; never one sum over two classes."""

    _totals: dict[MetalClass, ClassTotal] = field(default_factory=dict)

    def add(self, *, metal: str, fineness: int, net_mg: int, pieces: int = 1) -> None:
        """Count pieces of one fineness; `net_mg` is the weight of all of them together."""
        of = class_of(metal=metal, fineness=fineness)
        before = self._totals.get(of, ClassTotal(of, 0, 0))
        self._totals[of] = ClassTotal(of, before.pieces + pieces, before.mg + net_mg)

    @property
    def pieces(self) -> int:
        """Pieces of all classes."""
        return sum(total.pieces for total in self._totals.values())

    @property
    def classes(self) -> list[ClassTotal]:
        """One total for each class, gold first, finest first."""
        return sorted(self._totals.values())

    @property
    def line(self) -> str:
        """Everything in one line: "18 pieces · Fine gold 68.41 g · 18K gold 9.10 g"."""
        weights = [
            _("%(class)s %(grams)s g") % {"class": of.label, "grams": grams(mg)}
            for of, _pieces, mg in self.classes
        ]
        return " · ".join([count(self.pieces), *weights])


# --- how the trade writes a grade

FINE_WORDS: Final = {
    Metal.GOLD: ("足金",),
    Metal.PLATINUM: ("足铂", "足白金"),
    Metal.PALLADIUM: ("足钯",),
    Metal.SILVER: ("足银",),
}
K_WORDS: Final = {9160: "22K", 7500: "18K", 5850: "14K", 3750: "9K"}
_FINENESS_WORDS: Final = (
    {word: grade for grade, word in K_WORDS.items()}
    | {f"{word}金": grade for grade, word in K_WORDS.items()}
    | {word: 9900 for words in FINE_WORDS.values() for word in words}
)
