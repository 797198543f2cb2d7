"""Day files as wallets and banks write them, and a day at the counter to hold them against."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from counter import acknowledgements, bills, day_files, sales
from counter.day_files import Brought, Report
from counter.models import DayFileLayout, Handover, HandoverKind, Sale
from inventory.ground import approvals
from inventory.models import Piece, Place
from tests import sheets
from tests.cast import KeyedClient, Shop

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=SHANGHAI)
WECHAT_HEADINGS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,"
    "交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,"
    "充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,"
    "费率备注"
)
ALIPAY_HEADINGS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,"
    "终端号,对方账户,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）,备注"
)


class Told(NamedTuple):
    """One payment or refund as the wallet tells it."""

    number: str
    yuan: str
    kind: str = "SUCCESS"
    at: str = "2026-11-21 12:00:30"
    provider: str = "4200009999202611210000000001"
    refund: str = "0"


def wechat(*rows: Told) -> bytes:
    """微信支付交易账单: a grave accent before every cell, the sums in the last two lines."""
    lines = [WECHAT_HEADINGS]
    for row in rows:
        back = row.kind != "SUCCESS"
        cells = dict.fromkeys(WECHAT_HEADINGS.split(","), "")
        cells |= {
            "交易时间": row.at,
            "微信订单号": row.provider,
            "商户订单号": row.number,
            "交易状态": row.kind,
            "货币种类": "CNY",
            "商户退款单号": row.refund,
            "订单金额": "0.00" if back else row.yuan,
            "应结订单金额": "0.00" if back else row.yuan,
            "退款金额": row.yuan if back else "0.00",
            "申请退款金额": row.yuan if back else "0.00",
        }
        lines.append(",".join(f"`{cell}" for cell in cells.values()))
    lines.append("总交易单数,应结订单总金额,退款总金额,手续费总金额,订单总金额,申请退款总金额")
    lines.append(f"`{len(rows)},`1.00,`0.00,`0.00,`1.00,`0.00")
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def alipay(*rows: Told) -> bytes:
    """支付宝业务明细: remarks around the table, tabs behind the cells, GB18030."""
    lines = [
        "#支付宝业务明细查询",
        "#账号：[20880000000000000156]",
        "#-----------------------------------------业务明细列表----------------------------------",
        ALIPAY_HEADINGS,
    ]
    for row in rows:
        cells = dict.fromkeys(ALIPAY_HEADINGS.split(","), "")
        cells |= {
            "支付宝交易号": row.provider,
            "商户订单号": row.number,
            "业务类型": row.kind,
            "创建时间": "2026-11-21 11:59:00",
            "完成时间": row.at,
            "订单金额（元）": row.yuan,
            "退款批次号/请求号": row.refund,
        }
        lines.append(",".join(f"{cell}\t" for cell in cells.values()))
    lines.append(
        "#----------------------------------------业务明细列表结束-------------------------"
    )
    lines.append(f"#交易合计：{len(rows)}笔，商家实收共1.00元")
    return "\n".join(lines).encode("gb18030")


@contextmanager
def at_noon() -> Iterator[None]:
    """The 21st of November 2026 at twelve, and time goes on."""
    with time_machine.travel(NOON, tick=True):
        yield


def layout_of(code: str = "wechat") -> DayFileLayout:
    return DayFileLayout.objects.select_related("tender").get(code=code)


def check(shop: Shop, content: bytes, layout: str = "wechat", day: date = DAY) -> Report:
    return day_files.check(
        store=shop.s01, day=day, layout=layout_of(layout), content=content, by=shop.wang
    )


def bring(
    shop: Shop, content: bytes, layout: str = "wechat", day: date = DAY, name: str = "day.csv"
) -> Brought:
    """The file in the books of S01."""
    return day_files.bring_in(
        store=shop.s01,
        day=day,
        layout=layout_of(layout),
        report=check(shop, content, layout, day),
        name=name,
        by=shop.wang,
    )


def send(client: KeyedClient, content: bytes, layout: str = "wechat", day: date = DAY) -> int:
    """The file sent by the form of the page; the status of the answer."""
    form = {"layout": layout, "file": SimpleUploadedFile("day.csv", content)}
    return int(client.post(f"/day/{day}/files/", form).status_code)


def paid(shop: Shop, number: str, tender: str = "wechat", piece: Piece | None = None) -> Sale:
    """A silver charm for ¥98.00, or another piece, paid with this order number."""
    sale = shop.bill(piece or shop.charm())
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    shop.pay(sale, tender, number=number)
    total = bills.total_cents(sale, list(sale.lines.all()))
    return sales.complete(sale=sale, shown_cents=total, by=shop.lin)


def void(shop: Shop, sale: Sale, reason: str = "wrong size") -> None:
    approvals.grant(ask=sales.void_ask(sale), store=shop.s01, asked_by=shop.lin, by=shop.chen)
    scanned = list(sale.lines.values_list("piece__number", flat=True))
    sales.void(sale=sale, scanned=scanned, reason=reason, by=shop.lin)


def hand_over(
    shop: Shop, kind: str = HandoverKind.CLOSE, *, taken_cents: int = 0, tray: Place | None = None
) -> Handover:
    """Counter A counted and signed, with the cash that is taken out of the drawer."""
    sheet = sheets.begin(shop, kind, tray=tray)
    sheets.count_goods(shop, sheet)
    sheets.count_money(shop, sheet, taken=taken_cents)
    return sheets.sign(shop, sheet)


def sentences(report: Report) -> Sequence[tuple[int, str]]:
    return [(row.row, row.sentence) for row in report.wrong]
