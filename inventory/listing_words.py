"""The words of a list of pieces: how its columns may be headed, and how its values are said.

English and Chinese. A heading with another unit than ours, 工费(元/件) or 毛重(毫克), is not here
on purpose: its column is not read.
"""

from typing import Final, TypeVar

from django.utils.translation import gettext_lazy as _

from inventory.ground.measures import Metal
from inventory.models import Category, Pricing
from inventory.tables import Column, plain

COLUMNS: Final[dict[str, Column]] = {
    "number": Column(_("Piece number"), ("piece_number", "number", "件号", "货品编号", "饰品编号")),
    # our number or a foreign bar code: the column as a whole tells which
    "code": Column(_("Bar code"), ("barcode", "bar code", "条码", "条形码", "条码号")),
    "style": Column(_("Style"), ("style", "style_code", "model", "款号"), needed=True),
    "name": Column(_("Name"), ("name", "品名", "货品名称", "商品名称", "名称"), needed=True),
    "category": Column(_("Category"), ("category", "kind", "品类", "类别"), needed=True),
    "metal": Column(_("Metal"), ("metal", "材质", "金属"), needed=True),
    "fineness": Column(_("Fineness"), ("fineness", "成色", "含量", "纯度"), needed=True),
    "mark": Column(_("Mark"), ("mark", "stamp", "字印", "印记")),
    "gross": Column(
        _("Gross weight"),
        ("gross_g", "gross weight (g)", "毛重(克)", "毛重(g)", "毛重", "件重(克)", "总重(克)"),
        needed=True,
    ),
    "net": Column(
        _("Net weight"),
        (
            "net_g",
            "net weight (g)",
            "净金重(克)",
            "净金重(g)",
            "净金重",
            "净重(克)",
            "金重(克)",
            "净重",
        ),
        needed=True,
    ),
    "stone": Column(_("Stone"), ("stone", "main stone", "主石")),
    "carats": Column(
        _("Stone weight"),
        ("stone_ct", "carat", "carats", "主石重(ct)", "主石重(克拉)", "主石重", "石重(ct)"),
    ),
    "color": Column(_("Colour"), ("color", "colour", "颜色")),
    "clarity": Column(_("Clarity"), ("clarity", "净度")),
    "cut": Column(_("Cut"), ("cut", "切工")),
    "lab": Column(_("Laboratory"), ("lab", "laboratory", "证书机构", "检测机构", "鉴定机构")),
    "certificate": Column(
        _("Report number"),
        ("certificate", "certificate number", "report", "report number", "证书号", "证书编号"),
    ),
    "ring_size": Column(_("Ring size"), ("ring_size", "size", "手寸", "圈口")),
    "made_to_order": Column(
        _("Made to order"), ("made_to_order", "custom", "custom made", "定制", "是否定制", "定做")
    ),
    "pricing": Column(_("Pricing"), ("pricing", "计价方式", "计价"), needed=True),
    "labour": Column(
        _("Labour per gram"), ("labour_per_g", "labor_per_g", "工费(元/克)", "克工费(元)", "克工费")
    ),
    "price": Column(
        _("Price"), ("price", "price (yuan)", "标价(元)", "标价", "售价(元)", "售价", "一口价(元)")
    ),
    "cost": Column(
        _("Cost"), ("cost", "cost (yuan)", "成本(元)", "成本", "进价(元)", "成本价(元)")
    ),
    "supplier": Column(_("Supplier"), ("supplier", "vendor", "供应商", "供货商")),
    "place": Column(_("Place"), ("place", "tray", "库位", "柜位", "货位", "柜台"), needed=True),
}


W = TypeVar("W", bound=str)


def said(words: dict[W, tuple[str, ...]]) -> dict[str, W]:
    """Every way to say a value, its own name included."""
    return {plain(way): value for value, ways in words.items() for way in (str(value), *ways)}


CATEGORIES: Final = said(
    {
        Category.RING: ("戒指", "指环", "女戒", "男戒"),
        Category.NECKLACE: ("项链", "颈链"),
        Category.PENDANT: ("吊坠", "挂坠", "坠子"),
        Category.BRACELET: ("手链",),
        Category.BANGLE: ("手镯", "手环"),
        Category.EARRINGS: ("耳饰", "耳环", "耳钉", "耳坠", "earring"),
        Category.OTHER: ("其他", "其它"),
    }
)
# 白金 is missing on purpose: some say it of platinum, some of white gold
METALS: Final = said(
    {
        Metal.GOLD: ("gold", "金", "黄金"),
        Metal.PLATINUM: ("platinum", "铂", "铂金"),
        Metal.PALLADIUM: ("palladium", "钯", "钯金"),
        Metal.SILVER: ("silver", "银", "白银"),
    }
)
PRICINGS: Final = said(
    {
        Pricing.WEIGHT: ("by weight", "按克", "按重", "按克计价", "计重"),
        Pricing.FIXED: ("fixed price", "一口价", "按件", "计件"),
    }
)
YES: Final = frozenset({"yes", "y", "true", "1", "是", "√", "定制", "定做"})
NO: Final = frozenset({"no", "n", "false", "0", "否", "×", "非定制"})
# other stones keep the word of the list
STONES: Final = said({"diamond": ("钻石", "钻")})
