"""Settings of a store as dated rows: what differs between a small shop and a chain.

A setting that has no row yet takes the value of the store's bundle; a bundle is chosen by one
question when the store is opened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.ground import changes, statements
from inventory.ground.errors import BadField, NotAllowed
from inventory.models import Store, StoreSetting

Value = int | str


@dataclass(frozen=True)
class Setting:
    """A named value: what it means, what it is without a row, and what it may be."""

    sentence: str | Promise
    default: Value
    bundles: Mapping[str, Value] = field(default_factory=dict)
    least: int = 0
    most: int = 10**9
    choices: tuple[str, ...] = ()


BUNDLES = {"small": _("small shop"), "mall": _("mall counter"), "chain": _("chain")}

SETTINGS: dict[str, Setting] = {
    "bundle": Setting(_("What kind of shop this is"), "small", choices=tuple(BUNDLES)),
    "hold_minutes": Setting(_("A piece on an open bill is held for so many minutes"), 30, most=480),
    "acknowledge_fixed_gold": Setting(
        _("How a customer takes note of grams and price per gram of gold and platinum pieces at "
          "a fixed price: tap, signature or notice"),
        "tap",
        choices=("tap", "signature", "notice"),
    ),
    "acknowledge_fixed_silver": Setting(
        _("The same for silver pieces"), "notice", choices=("tap", "signature", "notice")
    ),
    "acknowledge_silver_from_cents": Setting(
        _("Silver pieces from this price on are treated like gold, in cents"), 100_000
    ),
    "rounding_limit_cents": Setting(
        _("A bill may be rounded down by so much, in cents"), 1_000, most=100_000
    ),
    "discount_clerk_bp": Setting(
        _("A clerk may take so much off labour or a fixed price, in hundredths of a percent"),
        300, {"small": 500}, most=10_000,
    ),
    "discount_chief_bp": Setting(
        _("A counter chief may take so much off, in hundredths of a percent"), 800, most=10_000
    ),
    "discount_manager_bp": Setting(
        _("A store manager may take so much off, in hundredths of a percent"), 1_500, most=10_000
    ),
    "price_band_bp": Setting(
        _("The store's board may differ from head office's by so much, in hundredths of a percent"),
        200, most=10_000,
    ),
    "price_leap_bp": Setting(
        _("A metal price further from the one before asks once, in hundredths of a percent"),
        500, most=10_000,
    ),
    "alone_on_duty": Setting(
        _("Somebody may close and open a counter alone; the witness signs later"),
        "no", {"small": "yes"}, choices=("yes", "no"),
    ),
    "count_sample": Setting(
        _("So many pieces of each scanned tray are weighed one by one, the dear ones oftener"),
        0, {"chain": 2}, most=20,
    ),
    "cash_float_cents": Setting(
        _("Cash that a counter begins with when no sheet says how much, in cents"), 0
    ),
    "buy_back": Setting(
        _("Old gold is bought for money"), "no", choices=("yes", "no"),
    ),
    "melting": Setting(
        _("Old gold is melted on the spot, with the customer's own consent"),
        "no", choices=("yes", "no"),
    ),
    "trade_in_photo": Setting(
        _("Old gold is photographed before anything is done to it"), "yes", choices=("yes", "no"),
    ),
    # 网络板房; a house without one has no orders, whatever stands here
    "network_showroom": Setting(
        _("Orders of the network showroom are taken and worked on here"),
        "yes", choices=("yes", "no"),
    ),
    # by when whose turn is over
    "order_confirm_hours": Setting(
        _("Order: the customer confirms within so many hours, else is called"), 48, least=1
    ),
    "order_expire_days": Setting(
        _("Order: one that is never confirmed ends after so many days"), 14, least=1, most=365
    ),
    "order_review_hours": Setting(_("Order: first check within so many hours"), 24, least=1),
    "order_second_check_hours": Setting(
        _("Order: second check within so many hours"), 24, least=1
    ),
    "order_second_check": Setting(
        _("Order: who checks a second time: another person (two), the same at another time (one)"),
        "one", {"chain": "two"}, choices=("one", "two"),
    ),
    "order_allot_hours": Setting(
        _("Order: stones are allotted within so many hours"), 48, least=1
    ),
    "order_notify_hours": Setting(
        _("Order: the customer is told of the arrival within so many hours"), 24, least=1
    ),
    "order_collect_hours": Setting(
        _("Order: what has arrived is collected within so many hours"), 336, least=1
    ),
    "order_sign_hours": Setting(
        _("Order: a parcel is signed for within so many hours"), 168, least=1
    ),
    "order_stone_tolerance_bp": Setting(
        _("Order: a stone may weigh so much more or less than ordered, in hundredths of a percent"),
        1_000, most=10_000,
    ),
    "order_weight_tolerance_bp": Setting(
        _("Order: a piece may weigh so much more or less than estimated, in hundredths of a "
          "percent"),
        1_000, most=10_000,
    ),
    "order_most_per_clerk": Setting(
        _("Order: a clerk follows so many open orders before others are suggested"), 40, least=1
    ),
    # 订金, 定金, 锁价
    "deposit_days": Setting(
        _("A deposit is kept for so many days when nothing else is agreed"), 30, least=1, most=365
    ),
    "earnest_most_bp": Setting(
        _("Earnest money counts as such up to so much of the price, in hundredths of a percent "
          "(Civil Code, art. 586: 20 percent)"),
        2_000, least=1, most=2_000,
    ),
    "price_lock_days": Setting(
        _("A metal price is locked for at most so many days"), 30, least=1, most=365
    ),
    "price_lock_deposit_bp": Setting(
        _("A price lock needs a deposit of so much of the order, in hundredths of a percent"),
        2_000, least=1, most=10_000,
    ),
    "price_lock_customer_mg": Setting(
        _("Open price locks of one customer in one metal, at most, in milligrams"), 200_000
    ),
    "price_lock_house_mg": Setting(
        _("Open price locks of the house in one metal, at most, in milligrams"), 20_000_000
    ),
    "price_lock_over_bp": Setting(
        _("A piece may weigh so much more than was locked, in hundredths of a percent"),
        500, most=10_000,
    ),
    "second_weigher_cents": Setting(
        _("A trade-in of so much is weighed again by a second person, in cents"),
        2_000_000, {"small": 5_000_000},
    ),
    "second_method_cents": Setting(
        _("Old gold worth so much is tested by two independent methods, in cents"), 5_000_000
    ),
    "identity_swap_cents": Setting(
        _("An exchange of so much asks for the customer's identity, in cents"), 5_000_000
    ),
    "identity_buy_back_cents": Setting(
        _("A buy-back of so much asks for the seller's identity, in cents"), 0
    ),
    "identity_photo": Setting(
        _("Identity papers are photographed too, where a rule of the place asks for it"),
        "no", choices=("yes", "no"),
    ),
    "identity_months": Setting(
        _("An identity is kept for so many months"), 24, least=24, most=240
    ),
    "offer_minutes": Setting(
        _("An offer for old gold holds for so many minutes"), 30, least=1, most=480
    ),
    "hold_days": Setting(
        _("Old gold stays untouched in its bag for so many days"), 0, most=365
    ),
    "melt_loss_bp": Setting(
        _("Melting may lose so much of the metal, in hundredths of a percent"), 300, most=2_000
    ),
    "reweigh_share_bp": Setting(
        _("So many of the smaller trade-ins are weighed again by the chief, in hundredths of a "
          "percent"),
        1_000, {"chain": 2_000}, most=10_000,
    ),
    "cap_loss_gold_bp": Setting(
        _("Old gold: loss at most, in hundredths of a percent; 10,000 where there is no cap"),
        10_000, most=10_000,
    ),
    "cap_loss_platinum_bp": Setting(
        _("Old platinum: loss at most, in hundredths of a percent; 10,000 where there is no cap"),
        10_000, most=10_000,
    ),
    "cap_labour_bp": Setting(
        _("Trade-in: fee and labour at most, in hundredths of a percent of the board; 10,000 where"
          " there is no cap"),
        10_000, most=10_000,
    ),
    "cap_fixed_bp": Setting(
        _("Trade-in at the price once paid: deduction at most, in hundredths of a percent; 10,000"
          " where there is no cap"),
        10_000, most=10_000,
    ),
    "typed_weight": Setting(
        _("A weight that settles may be typed: allow, approve or refuse"),
        "approve", {"small": "allow"}, choices=("allow", "approve", "refuse"),
    ),
    "scale_error": Setting(
        _("Which error of a scale is held against the goods' tolerance: new or in service"),
        "in_service", choices=("new", "in_service"),
    ),
    "cash_limit_cents": Setting(
        _("Cash of one customer on one day from which a report is due, in cents"), 10_000_000
    ),
    "cash_hint_bp": Setting(
        _("Cash so little below that limit is looked at, in hundredths of a percent"),
        1_000, most=10_000,
    ),
    "cash_hint_days": Setting(
        _("Cash of so many days that reaches that limit together is looked at"),
        7, least=1, most=60,
    ),
    "credit_out_alone_cents": Setting(
        _("Store credit of so much a day is paid out in money by one person; more asks for a second"
          " one, in cents"),
        100_000, {"small": 500_000},
    ),
    "settle_on_reading": Setting(
        _("A piece by weight that is weighed for the customer is paid by the scale's reading and"
          " not by its label"),
        "no", choices=("yes", "no"),
    ),
    "insurance_nights": Setting(
        _("The insurance lists of so many days are kept"), 35, least=1, most=3_660
    ),
    "wear_mg": Setting(
        _("A worn piece of ours may weigh so much less than its label, in milligrams"),
        50, most=1_000,
    ),
    "service_tolerance_mg": Setting(
        _("A piece may come back from the work with so much more or less metal than the work says,"
          " in milligrams"),
        20, most=1_000,
    ),
    "unclaimed_days": Setting(
        _("A thing that is ready and was not fetched for so many days is on the unclaimed list"),
        30, least=1, most=3_660,
    ),
    "two_marks_cents": Setting(
        _("A returned piece that cost more is known by two marks, in cents"), 2_000_000
    ),
    "care_notices": Setting(
        _("Customers are told when an inspection of their piece falls due"),
        "no", choices=("yes", "no"),
    ),
    "care_notice_days": Setting(
        _("So many days before"), 14, least=1, most=90
    ),
    "goodwill": Setting(
        _("Where it is not clear who answers for a fault, the house decides for the customer"),
        "yes", {"chain": "no"}, choices=("yes", "no"),
    ),
    "goodwill_month_cents": Setting(
        _("Goodwill may cost so much in a month, in cents"), 200_000
    ),
    "road_days": Setting(
        _("A parcel between two stores is on the road for so many days at most"),
        3, least=1, most=60,
    ),
    "slow_days": Setting(
        _("Goods that have been in stock for so many days sell slowly"), 180, least=2, most=3_660
    ),
    "stocktake_due_days": Setting(
        _("The sheet of a month's stocktake is late after so many days of the next month"),
        3, least=1, most=31,
    ),
    "public_purchase": Setting(
        _("The customer's page shows month and store of the purchase"), "show",
        choices=("show", "hide"),
    ),
}  # fmt: skip


DATED = """
    SELECT key, value FROM inventory_storesetting
    WHERE store_id = %s AND valid_from <= %s AND key IN {keys} ORDER BY valid_from, id
"""


def value(store: Store, key: str, *, at: datetime | None = None) -> Value:
    """The setting of a store at a moment (default: now)."""
    return values(store, key, at=at)[key]


def values(store: Store, *keys: str, at: datetime | None = None) -> dict[str, Value]:
    """Several settings at once (1 query)."""
    wanted = sorted({*keys, "bundle"})
    asked = DATED.format(keys=statements.marks(wanted))
    newest = dict(statements.fetch(asked, [store.pk, at or timezone.now(), *wanted]))
    bundle = newest.get("bundle", str(SETTINGS["bundle"].default))
    return {key: _in_force(SETTINGS[key], newest.get(key), bundle) for key in keys}


def _in_force(setting: Setting, kept: str | None, bundle: str) -> Value:
    if kept is None:
        return setting.bundles.get(bundle, setting.default)
    return kept if isinstance(setting.default, str) else int(kept)


def number(store: Store, key: str) -> int:
    return int(value(store, key))


@transaction.atomic
def put(*, store: Store, key: str, new: str, by: User, source: str = "") -> StoreSetting:
    """A new dated row. Refused to a role without the right, for an unknown key and for a value
    out of its bounds."""
    if not by.has_perm("set_settings"):
        raise NotAllowed
    checked = _check(key, new)
    with changes.opened(store=store, by=by) as book:
        row = StoreSetting(
            store=store, key=key, value=str(checked), valid_from=book.at, source=source
        )
        book.write([row], kind="setting_put", number=key)
    return row


def _check(key: str, new: str) -> Value:
    setting = SETTINGS.get(key)
    if setting is None:
        raise BadField(_("There is no such setting."), field="key")
    if setting.choices:
        if new not in setting.choices:
            raise BadField(_("Choose one of the values."), field=key)
        return new
    if not new.isascii() or not new.isdigit() or not setting.least <= int(new) <= setting.most:
        bounds = {"least": setting.least, "most": setting.most}
        raise BadField(_("Type a whole number from %(least)d to %(most)d.") % bounds, field=key)
    return int(new)
