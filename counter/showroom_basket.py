"""What stands on the pages on which a customer puts an order together and reads it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from counter import showroom_forms, wish_words
from counter.models import Customer, CustomerKind, DeliveryWay, ShowroomDraft, StyleOffer
from counter.showroom import amounts, drafts, wishes
from counter.showroom.amounts import Estimate
from counter.showroom.wishes import LineWish, Wish
from inventory import places
from inventory.ground import measures
from inventory.ground.errors import RuleBroken
from inventory.models import Store, Style


class StylePage:
    """The form of one style, filled in with a line there is, and what was typed would cost."""

    def __init__(
        self,
        offer: StyleOffer,
        *,
        guest: Customer,
        store: Store,
        at: tuple[int, LineWish] | None = None,
    ) -> None:
        self.offer, self.guest, self.store = offer, guest, store
        self.position: int | None = at[0] if at else None
        line = at[1] if at else None
        self.edition = 0
        told = showroom_forms.LineForm.told(line) if line else None
        self.form = self._form(initial=told)
        self.engraving = line.engraving if line else ""
        self.estimate = self._estimate(line) if line else None

    def read(self, sent: Mapping[str, Any]) -> bool:
        """Whether what was typed can be made so; then it has an estimate too."""
        self.form, self.edition = self._form(sent), _number(sent, "edition")
        self.engraving = str(sent.get("engraving", ""))[:40]
        if not self.form.is_valid():
            return False
        self.estimate = self._estimate(self.form.line())
        return True

    def keep(self, draft: ShowroomDraft) -> None:
        """The line goes into the draft, or takes the place of the one it was. Refused as
        `drafts.add_line` is."""
        line = self.form.line()
        if self.position is None:
            drafts.add_line(draft=draft, line=line)
        else:
            draft.edition = self.edition
            drafts.put_line(draft=draft, position=self.position, line=line)

    def _form(self, data: Any = None, **more: Any) -> showroom_forms.LineForm:
        with_mark = self.guest.kind == CustomerKind.DEALER
        return showroom_forms.LineForm(data, offer=self.offer, with_mark=with_mark, **more)

    def _estimate(self, line: LineWish) -> "LineTold | None":
        wish = Wish(lines=(line,))
        told = _estimated(wish, self.store, self.guest)
        return line_told(0, line, self.offer.style.name, told) if told else None


@dataclass(frozen=True)
class LineTold:
    """One line as it is read back; amounts are empty where the board has no price today."""

    position: int
    code: str
    name: str
    category: str
    words: Sequence[tuple[str, str]]
    engraving: Sequence[str]
    mark: Sequence[str]
    unit: str
    total: str
    grams: str


@dataclass(frozen=True)
class Basket:
    """A draft in words. `mistake`: why it cannot be sent so, `field` where."""

    draft: ShowroomDraft | None
    lines: Sequence[LineTold]
    terms: Sequence[tuple[str, str]]
    total_cents: int | None
    ready_on: date | None
    mistake: RuleBroken | None

    @property
    def total(self) -> str:
        return measures.yuan(self.total_cents) if self.total_cents is not None else ""


def basket(draft: ShowroomDraft | None, *, guest: Customer, store: Store) -> Basket:
    """Lines, terms and estimate of a draft (up to 6 queries, however many lines)."""
    wish = drafts.wish_of(draft) if draft else Wish(lines=())
    told = _estimated(wish, store, guest)
    rows = Style.objects.filter(code__in={line.style for line in wish.lines})
    names = dict(rows.values_list("code", "name"))
    return Basket(
        draft=draft,
        lines=[
            line_told(nth, line, names.get(line.style, ""), told, nth)
            for nth, line in enumerate(wish.lines)
        ],
        terms=_terms(wish),
        total_cents=told.total_cents if told else None,
        ready_on=_ready_on(told, store),
        mistake=_mistake(wish, store),
    )


def act(
    sent: Mapping[str, Any],
    form: showroom_forms.TermsForm,
    draft: ShowroomDraft | None,
    *,
    store: Store,
) -> str:
    """Does what was asked of the basket; answers the page that comes next, empty when the form says
    what is wrong. Refused as the rules of `drafts` refuse."""
    if draft is None:
        return "showroom_basket"
    draft.edition = _number(sent, "edition")  # of what stood on the page
    if sent.get("act") == "drop":
        drafts.drop_line(draft=draft, position=_number(sent, "line"))
        return "showroom_basket"
    if not form.is_valid():
        return ""
    drafts.put_terms(draft=draft, **form.cleaned_data)
    mistake = _mistake(drafts.wish_of(draft), store)
    if mistake is None:
        return "send_order"
    form.add_error(mistake.field if mistake.field in form.fields else None, str(mistake))
    return ""


def _number(sent: Mapping[str, Any], name: str) -> int:
    text = str(sent.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1


def line_asked(asked: str, draft: ShowroomDraft | None, code: str) -> tuple[int, LineWish] | None:
    """Position and content of the line that is to be changed, if it is one of this style."""
    if draft is None or not (asked.isascii() and asked.isdigit() and len(asked) < 3):
        return None
    lines = drafts.wish_of(draft).lines
    at = int(asked)
    return (at, lines[at]) if at < len(lines) and lines[at].style == code else None


def _estimated(wish: Wish, store: Store, guest: Customer) -> Estimate | None:
    """None where something is not offered any more, or has no price today."""
    if not wish.lines:
        return None
    try:
        return amounts.estimate(wish, at=timezone.now(), store=store, customer=guest)
    except RuleBroken:
        return None


def _mistake(wish: Wish, store: Store) -> RuleBroken | None:
    try:
        wishes.check(wish, day=places.business_day(store))
    except RuleBroken as refusal:
        return refusal
    return None


def _ready_on(told: Estimate | None, store: Store) -> date | None:
    return places.business_day(store) + timedelta(days=told.days) if told else None


def line_told(
    position: int, line: LineWish, name: str, told: Estimate | None, nth: int = 0
) -> LineTold:
    """A line in words; `nth` of the estimate's lines, if there is one."""
    words = wish_words.line_words(line)
    amount = told.lines[nth] if told else None
    apart = {"style", "engraving", "mark"}
    return LineTold(
        position=position,
        code=line.style,
        name=name,
        category=amount.offer.style.category if amount else "",
        words=[
            (str(label), words[key])
            for key, label in wish_words.LINE_LABELS.items()
            if words[key] and key not in apart
        ],
        engraving=wish_words.letters(line.engraving),
        mark=wish_words.letters(line.mark),
        unit=measures.yuan(amount.unit_cents) if amount else "",
        total=measures.yuan(amount.total_cents) if amount else "",
        grams=measures.grams(amount.net_mg) if amount else "",
    )


def _terms(wish: Wish) -> list[tuple[str, str]]:
    """What is read back of the whole order; where it is fetched nobody needs an address."""
    words = wish_words.order_words(wish)
    hidden = {"address"} if wish.delivery == DeliveryWay.COLLECT else set()
    return [
        (str(label), words[key])
        for key, label in wish_words.ORDER_LABELS.items()
        if words[key] and key not in hidden
    ]
