"""How day files are written by those who settle electronic payments; a shop adds its own rows.

WeChat Pay: 交易账单 of the merchant platform, its columns in the order of
pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html; Alipay: 业务明细 of the
business account; the acquirer's is the list that most terminals export.
"""

from counter.models import DayFileLayout, Tender

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


def put_seed_layouts() -> None:
    """Safe to repeat; a row that a shop has changed stays as it is. Needs the seeded tenders."""
    tenders = {tender.code: tender for tender in Tender.objects.all()}
    for position, row in enumerate(SEED):
        columns: dict[str, object] = {**row, "tender": tenders[row["tender"]], "position": position}
        DayFileLayout.objects.get_or_create(code=columns.pop("code"), defaults=columns)
