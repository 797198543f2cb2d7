"""The ways to pay that every shop begins with; a shop adds or switches off rows of its own."""

from counter.models import Tender, TenderKind

# code, Chinese, English, kind
SEED = (
    ("cash", "现金", "Cash", TenderKind.CASH),
    ("wechat", "微信支付", "WeChat Pay", TenderKind.ELECTRONIC),
    ("alipay", "支付宝", "Alipay", TenderKind.ELECTRONIC),
    ("card", "银行卡", "Bank card", TenderKind.ELECTRONIC),
    ("transfer", "转账", "Transfer", TenderKind.TRANSFER),
    ("mall", "商场收银", "Mall cashier", TenderKind.MALL),
)


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
