"""The lines of an offer in words: screen, voucher and replay say the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.facts import Missing, Step
from appraisal.models import OfferLine, PriceBase, TradeKind
from inventory.ground import measures

# one kind of price on the board, as the customer's screen calls it
BOARDS: Final[Mapping[str, str | Promise]] = {
    PriceBase.SELL: gettext_lazy("selling price"),
    PriceBase.EXCHANGE: gettext_lazy("exchange price"),
    PriceBase.BUYBACK: gettext_lazy("buy-back price"),
}
# lines that are sums: they stand out
SUMS: Final = frozenset({Step.NET, Step.FINAL, Step.MELTED})
THOUSANDTHS: Final = 3


@dataclass(frozen=True)
class Said:
    """One line as it is shown: its words, and either grams or an amount."""

    step: str
    words: str
    grams: str = ""
    amount: str = ""

    @property
    def is_sum(self) -> bool:
        return self.step in SUMS


def say(line: OfferLine, *, kind: str, step_mg: int = 10) -> Said:
    """A line of an offer for a customer. `kind` is that of the trade-in, `step_mg` what the scale
    shows: 10 is 0.01 g."""
    if line.step == Step.CREDIT and kind == TradeKind.BUY_BACK:
        words = _("Paid out")
    else:
        words = _SENTENCES[line.step](line.words, step_mg)
    return Said(
        step=line.step,
        words=words,
        grams="" if line.mg is None else grams(line.mg, step_mg=step_mg),
        amount="" if line.cents is None else measures.yuan(line.cents),
    )


def grams(mg: int, *, step_mg: int) -> str:
    """As many decimals as the scale has shown."""
    return measures.grams(mg, places=2 if step_mg >= 10 else THOUSANDTHS)


def lacking(missing: Sequence[Missing]) -> list[str]:
    """What the new goods lack, each as a sentence: "2.05 g are missing"."""
    told = []
    for each in missing:
        if each.mg:
            shown = -(-each.mg // 10) * 10  # in steps of 0.01 g, never too few
            told.append(_("%(grams)s g are missing") % {"grams": measures.grams(shown)})
        if each.cents:
            told.append(_("%(amount)s are missing") % {"amount": measures.yuan(each.cents)})
        if not (each.mg or each.cents):
            told.append(_("the rule pays for other goods"))
    return told


def percent(bp: int) -> str:
    """Hundredths of a percent as "8 %" or "1.5 %"."""
    return f"{bp / 100:g} %"


Words = Mapping[str, Any]
Sentence = Callable[[Words, int], str]


def _value(words: Words, step_mg: int) -> str:
    told = {
        "grams": grams(words["mg"], step_mg=step_mg),
        "board": BOARDS[words["base"]],
        "price": measures.yuan(words["per_gram"]),
    }
    return _("%(grams)s g × %(board)s %(price)s") % told


def _fee(words: Words, step_mg: int) -> str:
    told = {
        "grams": grams(words["mg"], step_mg=step_mg),
        "price": measures.yuan(words["per_gram"]),
    }
    return _("Depreciation fee %(grams)s g × %(price)s") % told


def _plain(sentence: str | Promise) -> Sentence:
    return lambda words, step_mg: str(sentence)


def _share(sentence: str | Promise) -> Sentence:
    return lambda words, step_mg: str(sentence) % {"percent": percent(words["bp"])}


_SENTENCES: Final[Mapping[str, Sentence]] = {
    Step.GROSS: _plain(gettext_lazy("Gross weight")),
    Step.STONES: _plain(gettext_lazy("Stones taken off")),
    Step.DIRT: _plain(gettext_lazy("Dirt and other parts taken off")),
    Step.NET: _plain(gettext_lazy("Net weight")),
    Step.MELTED: _plain(gettext_lazy("Weight after melting")),
    Step.LOSS: _share(gettext_lazy("Loss %(percent)s, taken off the weight first")),
    Step.FINAL: _plain(gettext_lazy("Weight that counts")),
    Step.VALUE: _value,
    Step.PAID: _plain(gettext_lazy("Price once paid")),
    Step.VALUE_LOSS: _share(gettext_lazy("Loss %(percent)s, taken off the value")),
    Step.FEE: _fee,
    Step.NO_FEE: _plain(gettext_lazy("No fee: there are enough new goods")),
    Step.FIXED_FEE: _plain(gettext_lazy("Fixed fee")),
    Step.LABOUR: _share(gettext_lazy("Handling, %(percent)s of the value")),
    Step.LABOUR_SAVED: lambda words, step_mg: (
        _("New labour is not charged on %(grams)s g") % {"grams": measures.grams(words["mg"])}
    ),
    Step.FLOOR: _plain(gettext_lazy("Nobody pays for giving old gold")),
    Step.CAP: _share(gettext_lazy("Old gold pays at most %(percent)s of the new goods")),
    Step.LAPSED: _plain(gettext_lazy("More than the new goods cost: lapses")),
    Step.TO_CREDIT: _plain(gettext_lazy("More than the new goods cost: becomes store credit")),
    Step.TO_MONEY: lambda words, step_mg: (
        _("More than the new goods cost: paid out as %(amount)s")
        % {"amount": measures.yuan(words["money"])}
    ),
    Step.CREDIT: _plain(gettext_lazy("Credit")),
}
