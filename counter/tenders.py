"""The ways to pay that every shop begins with; a shop adds or switches off rows of its own."""

from typing import Final

from django.db.models import QuerySet

from counter.models import Tender, TenderKind

OLD_GOLD: Final = "old_gold"
CREDIT: Final = "credit"
RETURNED: Final = "exchange"
DEPOSIT: Final = "deposit"

# code, Chinese, English, kind
SEED = (
    ("cash", "现金", "Cash", TenderKind.CASH),
    ("wechat", "微信支付", "WeChat Pay", TenderKind.ELECTRONIC),
    ("alipay", "支付宝", "Alipay", TenderKind.ELECTRONIC),
    ("card", "银行卡", "Bank card", TenderKind.ELECTRONIC),
    ("transfer", "转账", "Transfer", TenderKind.TRANSFER),
    ("mall", "商场收银", "Mall cashier", TenderKind.MALL),
    (OLD_GOLD, "旧金抵扣", "Old gold", TenderKind.OLD_GOLD),
    (CREDIT, "换货余额", "Store credit", TenderKind.CREDIT),
    (RETURNED, "退货抵扣", "Returned piece", TenderKind.EXCHANGE),
    (DEPOSIT, "订金抵扣", "Deposit", TenderKind.DEPOSIT),
)

# they pay a bill, but nothing of them lies in a drawer
NO_MONEY: Final = (
    TenderKind.OLD_GOLD,
    TenderKind.CREDIT,
    TenderKind.EXCHANGE,
    TenderKind.DEPOSIT,
)
# from the drawer or by the bank; a terminal gives back only what it took
PAYS_OUT: Final = (TenderKind.CASH, TenderKind.TRANSFER)


def put_seed_tenders() -> None:
    """Safe to repeat; a row that a shop has changed stays as it is."""
    for position, (code, name_zh, name_en, kind) in enumerate(SEED):
        Tender.objects.get_or_create(
            code=code,
            defaults={
                "name_zh": name_zh,
                "name_en": name_en,
                "kind": kind,
                "position": position,
            },
        )


def of_money() -> QuerySet[Tender]:
    """The ways to pay in which money comes in: buttons on the bill, and rows at a handover."""
    return Tender.objects.filter(active=True).exclude(kind__in=NO_MONEY)


def pay_out() -> QuerySet[Tender]:
    """The ways in which money goes out for old gold, or for store credit."""
    return Tender.objects.filter(active=True, kind__in=PAYS_OUT)


def old_gold() -> Tender:
    """旧金抵扣; only `counter.old_gold` puts it down."""
    return _seeded(OLD_GOLD)


def credit() -> Tender:
    """换货余额."""
    return _seeded(CREDIT)


def returned() -> Tender:
    """退货抵扣; only `counter.exchanges` puts it down."""
    return _seeded(RETURNED)


def deposit() -> Tender:
    """订金抵扣; only `counter.deposits` puts it down."""
    return _seeded(DEPOSIT)


def _seeded(code: str) -> Tender:
    """A shop that was opened before there was such a tender gets the row now."""
    found = Tender.objects.filter(code=code).first()
    if found is None:
        put_seed_tenders()
    return found or Tender.objects.get(code=code)
