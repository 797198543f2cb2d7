"""What an offer is reckoned from and what comes out of it, as plain rows without a database.

Money in cents, metal in milligrams, fineness in tenths of a permille, shares in basis points.
The same facts under the same terms give the same cents for ever.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class Operation(StrEnum):
    """What a rule does to an old piece, in the order that its row says."""

    LOSS = "loss"
    VALUE = "value"
    FEE = "fee"
    LABOUR = "labour"


# trade.md 5.4: the order when the published rule does not state one
USUAL_ORDER: Final = (Operation.LOSS, Operation.VALUE, Operation.FEE, Operation.LABOUR)


class Step(StrEnum):
    """One printed line of an offer."""

    GROSS = "gross"
    STONES = "stones"
    DIRT = "dirt"
    NET = "net"
    MELTED = "melted"
    LOSS = "loss"
    FINAL = "final"
    VALUE = "value"
    PAID = "paid"
    VALUE_LOSS = "value_loss"
    FEE = "fee"
    NO_FEE = "no_fee"
    FIXED_FEE = "fixed_fee"
    LABOUR = "labour"
    LABOUR_SAVED = "labour_saved"
    FLOOR = "floor"
    CAP = "cap"
    LAPSED = "lapsed"
    TO_CREDIT = "to_credit"
    TO_MONEY = "to_money"
    CREDIT = "credit"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A step with its figures: what is printed is made from nothing else."""

    step: Step
    mg: int | None = None
    cents: int | None = None
    words: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OldFacts:
    """An old piece after the three acts, and the board row that was in force."""

    metal: str
    fineness: int
    gross_mg: int
    stones_mg: int = 0
    dirt_mg: int = 0
    melted_mg: int | None = None  # weighed again after melting: the weight that counts
    step_mg: int = 10  # what the scale shows: 10 is 0.01 g
    board: dict[str, int] = field(default_factory=dict)  # cents per gram by price kind
    old_price_cents: int | None = None
    old_discount_bp: int = 0

    @property
    def net_mg(self) -> int:
        return self.gross_mg - self.stones_mg - self.dirt_mg

    @property
    def weighs_mg(self) -> int:
        """The grams that count before any loss."""
        return self.net_mg if self.melted_mg is None else self.melted_mg


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """A new piece on the bill. `kinds`: what a rule may pay for, see `rules.KINDS`."""

    kinds: tuple[str, ...]
    net_mg: int
    total_cents: int
    labour_cents: int = 0
    is_fixed: bool = False


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A rule without its table; the columns are those of `TradeInRule`."""

    code: str
    version: int = 1
    is_swap: bool = True
    price_base: str = "exchange"
    price_delta_cents_per_g: int = 0
    fee_cents_per_g: int = 0
    fee_on: str = "gross"
    fee_fixed_cents: int = 0
    loss_bp: int = 0
    loss_on: str = "weight"
    labour_bp: int = 0
    saves_labour: bool = False
    min_ratio_bp: int = 0
    ratio_by: str = "weight"
    ratio_strict: bool = False
    min_extra_cents: int = 0
    below_ratio: str = "refuse"
    below: "Terms | None" = None
    max_share_bp: int = 10_000
    surplus: str = "none"
    surplus_base: str = ""
    pays_for: tuple[str, ...] = ()
    counts_fixed_price: bool = False
    keeps_old_discount: bool = False
    needs_melt: bool = False
    steps: tuple[str, ...] = USUAL_ORDER


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What the new goods lack for a rule: grams or money, or a kind that it may pay for."""

    code: str
    mg: int = 0
    cents: int = 0


@dataclass(frozen=True, kw_only=True)
class PieceValue:
    """What one old piece is worth under its rule, line by line."""

    terms: Terms
    lines: tuple[Line, ...]
    pays_cents: int  # pays into the bill, or is paid out
    credit_cents: int = 0  # becomes store credit
    money_cents: int = 0  # surplus that is paid in money
    keeps_discount_bp: int = 0  # the new piece gets at least this

    @property
    def worth_cents(self) -> int:
        return self.pays_cents + self.credit_cents + self.money_cents


@dataclass(frozen=True, kw_only=True)
class Valuation:
    """All old pieces of a trade-in against the new goods of one bill."""

    pieces: tuple[PieceValue, ...]
    missing: tuple[Missing, ...] = ()

    @property
    def pays_cents(self) -> int:
        return sum(piece.pays_cents for piece in self.pieces)

    @property
    def credit_cents(self) -> int:
        return sum(piece.credit_cents for piece in self.pieces)

    @property
    def money_cents(self) -> int:
        return sum(piece.money_cents for piece in self.pieces)
