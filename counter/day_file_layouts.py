"""How day files are written by those who settle electronic payments; a row for each of them.

Head office adds its own. Several headings or words of one meaning stand in one field, the
preferred one first, divided by a bar: 订单金额|总金额.

WeChat Pay: 交易账单 of the merchant platform, its columns in the order of
pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html; Alipay: 业务明细 of the
business account; the acquirer's is the list that most terminals export.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.translation import gettext as _

from counter.models import DayFileLayout, Tender
from inventory.tables import plain, words

# what a Chinese bank or wallet writes; others would turn a file into nonsense without a word
ENCODINGS: Final = ("utf-8", "gb18030", "gbk", "gb2312", "big5", "utf-16")
# the columns of a file by their meaning, and the field that names their headings
HEADINGS: Final = {
    "number": "number_headings",
    "provider": "provider_headings",
    "refund_number": "refund_number_headings",
    "amount": "amount_headings",
    "refund": "refund_headings",
    "date": "date_headings",
    "time": "time_headings",
    "kind": "kind_headings",
}
KINDS: Final = ("paid_words", "refund_words")
NEEDED: Final = (
    "encodings",
    "number_headings",
    "amount_headings",
    "time_headings",
    "kind_headings",
    *KINDS,
)

SEED: tuple[dict[str, str], ...] = (
    {
        "code": "wechat",
        "name_zh": "微信支付交易账单",
        "name_en": "WeChat Pay, trade bill",
        "tender": "wechat",
        "prefix": "`",
        "summary": "总交易单数",
        "number_headings": "商户订单号",
        "provider_headings": "微信订单号",
        "refund_number_headings": "商户退款单号",
        "amount_headings": "订单金额|总金额",
        "refund_headings": "申请退款金额|退款金额",
        "time_headings": "交易时间",
        "kind_headings": "交易状态",
        "paid_words": "SUCCESS|支付成功|买家已支付",
        "refund_words": "REFUND|REVOKED|转入退款|已撤销",
    },
    {
        "code": "alipay",
        "name_zh": "支付宝业务明细",
        "name_en": "Alipay, business details",
        "tender": "alipay",
        "prefix": "`",
        "comment": "#",
        "summary": "总交易单数",
        "number_headings": "商户订单号",
        "provider_headings": "支付宝交易号",
        "refund_number_headings": "退款批次号/请求号|退款批次号",
        "amount_headings": "订单金额（元）|订单金额",
        "time_headings": "完成时间|创建时间",
        "kind_headings": "业务类型",
        "paid_words": "交易",
        "refund_words": "退款",
    },
    {
        "code": "acquirer",
        "name_zh": "收单行对账单",
        "name_en": "Acquirer, terminal payments",
        "tender": "card",
        "comment": "#",
        "summary": "合计|总计",
        "number_headings": "商户订单号|订单号",
        "provider_headings": "参考号|检索参考号|系统参考号",
        "refund_number_headings": "退款单号|退货单号",
        "amount_headings": "交易金额|金额",
        "date_headings": "交易日期|日期",
        "time_headings": "交易时间|时间",
        "kind_headings": "交易类型|类型",
        "paid_words": "消费|支付|SALE",
        "refund_words": "退货|退款|消费撤销|撤销|REFUND|VOID",
    },
)


def faults(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a layout: the field and a sentence. Fields that are not given are not
    judged."""
    for word in words(fields.get("encodings", "")):
        if word.casefold() not in ENCODINGS:
            told = {"word": word, "known": ", ".join(ENCODINGS)}
            yield "encodings", _("“%(word)s” is none of these: %(known)s.") % told
    for field in NEEDED:
        if field in fields and not any(map(plain, words(fields[field]))):
            yield field, _("Type what stands in the file.")
    yield from _repeated({field: fields.get(field, "") for field in HEADINGS.values()})
    yield from _repeated({field: fields.get(field, "") for field in KINDS})


def _repeated(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """One heading has one meaning, and one word is a payment or a refund."""
    seen = set()
    for field, text in fields.items():
        for word in words(text):
            if plain(word) in seen:
                yield field, _("“%(word)s” stands here twice.") % {"word": word}
            seen.add(plain(word))


def put_seed_layouts() -> None:
    """Safe to repeat; a row that a shop has changed stays as it is. Needs the seeded tenders."""
    tenders = {tender.code: tender for tender in Tender.objects.all()}
    for position, row in enumerate(SEED):
        columns: dict[str, object] = {**row, "tender": tenders[row["tender"]], "position": position}
        DayFileLayout.objects.get_or_create(code=columns.pop("code"), defaults=columns)
