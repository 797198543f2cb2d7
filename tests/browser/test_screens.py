"""Every screen, in a browser: readable, touchable, quiet, and nothing from outside.

A screen joins by one row in the table."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import CharField, TextField
from django.test import override_settings
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from counter import bills, customers, memberships, sales
from counter.models import Sale
from inventory import places, transfers
from inventory.ground import changes
from tests import (
    counts,
    day_files,
    old_gold,
    receivers,
    returns,
    scrap_bags,
    service_desk,
    shipments,
    stocktake_stages,
    store_credit,
    supplies,
)
from tests.browser.hands import PORTRAIT, TABLET, TELEPHONE, WECHAT, cookies_of, opened
from tests.browser.looks import CROWDED, LOST, SMALL, SMALL_TEXT, TARGETS, UNFOLD, WORDS
from tests.cast import Shop, open_shop
from tests.paper import CARD_NUMBER
from tests.standing import House
from tests.test_translations import LATIN
from warranty import cards, seed
from warranty.models import Card, Plan

# so the database is made when nothing else is tested; `books` fills it once and flushes it
pytestmark = pytest.mark.django_db(transaction=True)

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
STRONG = ".number, .total, h1, .main"  # figures, headings and the main button: contrast 7:1
STAFF_WIDTHS = (390, 820, 1180, 1280)
PUBLIC_WIDTHS = (320, *STAFF_WIDTHS)
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
SMALLEST_TEXT_PX = 14
SMALLEST_GAP_PX = 8
USUAL_LETTERS_PX = 16  # of the browser, before any page


@dataclass(frozen=True)
class Screen:
    """`path` may name what `Books.names` holds; `user` is empty for the public."""

    name: str
    path: str
    user: str
    sees: str
    size: ViewportSize


SCREENS = [
    Screen("sign in", "/sign-in/", "", "登录", TABLET),
    Screen("switch", "/switch/", "lin", "柜长", TABLET),
    Screen("today", "/today/", "lin", "今日", TABLET),
    Screen("today of the manager", "/today/", "wang", "今日", TELEPHONE),
    Screen("today of head office", "/today/", "head", "今日", TABLET),
    Screen("shifts", "/shifts/", "lin", "在此工作", TABLET),
    Screen("sell", "/sell/", "lin", "销售", PORTRAIT),
    Screen("bill", "/sell/{bill}/", "lin", "请顾客看", TABLET),
    Screen("bill half paid", "/sell/{paid}/", "lin", "尚欠", PORTRAIT),
    Screen("turned screen", "/sell/{bill}/confirm/", "lin", "我已看到克重", TABLET),
    Screen("sold", "/sales/{sale}/", "lin", "下一位顾客", TABLET),
    Screen("sales", "/sales/", "lin", "{sale}", PORTRAIT),
    Screen("void", "/sales/{sale}/void/", "chen", "原因", TABLET),
    Screen("pieces", "/pieces/", "lin", "足金项链", TABLET),
    Screen("no pieces", "/pieces/?q=没有", "lin", "没有", PORTRAIT),
    Screen("piece", "/pieces/{piece}/", "wang", "足金项链", TABLET),
    Screen("prices", "/prices/", "lin", "1,177.00", PORTRAIT),
    Screen("set prices", "/prices/set/", "head", "设置金价", TABLET),
    Screen("prices board", "/prices/board/", "lin", "1,177.00", TABLET),
    Screen("transfers", "/transfers/", "lin", "{transfer}", TABLET),
    Screen("transfer", "/transfers/{transfer}/", "lin", "足金项链", TABLET),
    Screen("new transfer", "/transfers/new/", "lin", "A-01", TABLET),
    Screen("send to another store", "/transfers/new/?counter=A", "zhao", "徐家汇店", TABLET),
    Screen("between stores", "/shipments/", "wang", "{on_road}", TABLET),
    Screen("between stores on a telephone", "/shipments/", "wang", "{on_road}", TELEPHONE),
    Screen("between stores at head office", "/shipments/", "head", "{on_road}", TABLET),
    Screen("parcel on the road", "/shipments/{on_road}/", "wang", "足金项链", TABLET),
    Screen("parcel to open", "/shipments/{on_road}/", "sun", "打开包裹", PORTRAIT),
    Screen("open a parcel", "/shipments/{on_road}/receive/", "sun", "打开包裹", TABLET),
    Screen("parcel with a piece missing", "/shipments/{half}/", "wang", "部分收货", TELEPHONE),
    Screen("supplies", "/supplies/", "lin", "银珠", TABLET),
    Screen("supplies on a telephone", "/supplies/", "wang", "礼盒", TELEPHONE),
    Screen("supplies that lie elsewhere", "/supplies/", "sun", "礼盒", PORTRAIT),
    Screen("customer", "/customers/{member}/", "lin", "VIP", TABLET),
    Screen("customer on a telephone", "/customers/{member}/", "wang", "VIP", TELEPHONE),
    Screen("days in stock", "/stock/ageing/", "wang", "在库天数", TABLET),
    Screen("days in stock on a telephone", "/stock/ageing/", "wang", "在库天数", TELEPHONE),
    Screen("days in stock at head office", "/stock/ageing/", "head", "国贸店", TABLET),
    Screen("cards", "/cards/", "lin", "18K金钻石戒指", TABLET),
    Screen("card", "/cards/{card}/", "lin", "18K金钻石戒指", PORTRAIT),
    Screen("lost card", "/cards/{lost}/", "lin", "补卡", PORTRAIT),
    Screen("find a card", "/cards/find/", "lin", "查找饰品的保修卡", TABLET),
    Screen("card plans", "/cards/plans/", "head", "set-ring", TABLET),
    Screen("plan", "/cards/plans/{plan}/", "head", "set-ring", TABLET),
    Screen("care prices", "/cards/prices/", "head", "维修价目表", TABLET),
    Screen("import", "/pieces/import/", "wang", "检查清单", TABLET),
    Screen("refusal", "/pieces/1000017387/", "lin", "今日", TABLET),
    Screen("stocktakes", "/stocktakes/", "lin", "{stocktake}", TABLET),
    Screen("stocktakes on a telephone", "/stocktakes/", "wang", "打开盘点", TELEPHONE),
    Screen("no stocktake yet", "/stocktakes/", "sun", "还没有盘点过", PORTRAIT),
    Screen("open a monthly stocktake", "/stocktakes/new/", "wang", "每个位置", TABLET),
    Screen("open a spot stocktake", "/stocktakes/new/?kind=spot", "wang", "盘点范围", TELEPHONE),
    Screen("board of a stocktake", "/stocktakes/{stocktake}/", "wang", "已交回", TABLET),
    Screen("board on a telephone", "/stocktakes/{stocktake}/", "lin", "已交回", TELEPHONE),
    Screen("place in hand", "/stocktakes/{stocktake}/?place=D-01", "lin", "交回 D-01", TABLET),
    Screen(
        "place in hand on a telephone",
        "/stocktakes/{stocktake}/?place=D-01",
        "lin",
        "交回 D-01",
        TELEPHONE,
    ),
    Screen("place elsewhere", "/stocktakes/{stocktake}/?place=D", "lin", "接手", PORTRAIT),
    Screen("place handed in", "/stocktakes/{stocktake}/?place=D-02", "chen", "再点一次", TABLET),
    Screen("sample to weigh", "/stocktakes/{stocktake}/?place=D-03", "lin", "请逐件称这", TABLET),
    Screen("stocktake to settle", "/stocktakes/{settle}/", "chen", "差异待处理", TABLET),
    Screen("differences", "/stocktakes/{settle}/differences/", "chen", "最近变动", TABLET),
    Screen(
        "difference on a telephone",
        "/stocktakes/{settle}/differences/?row={differs}",
        "wang",
        "处理结果",
        TELEPHONE,
    ),
    Screen("approved stocktake", "/stocktakes/{approved_count}/", "wang", "发布盘点表", TABLET),
    Screen("stocktake sheet", "/stocktakes/{month_count}/", "wang", "打印盘点表", TABLET),
    Screen(
        "stocktake sheet at head office", "/stocktakes/{month_count}/", "head", "成本", TELEPHONE
    ),
    Screen("stocktake given up", "/stocktakes/{given_up}/", "lin", "店庆当天", PORTRAIT),
    Screen("start a count", "/handovers/start/A/?kind=change", "lin", "谁接班", TABLET),
    Screen("count", "/handovers/{count}/?tray=B-01", "lin", "交回 B-01", TABLET),
    Screen("count elsewhere", "/handovers/{count}/?tray=B-04", "lin", "接手 B-04", PORTRAIT),
    Screen("count by pieces", "/handovers/{count}/?tray=B-03", "lin", "更多金属", TABLET),
    Screen("difference", "/handovers/{count}/?tray=B-02", "lin", "缺少", PORTRAIT),
    Screen("cash of a count", "/handovers/{count}/?money=cash", "lin", "交回 现金", TABLET),
    Screen("slips of a count", "/handovers/{count}/?money=wechat", "lin", "单据张数", TABLET),
    Screen("things of a count", "/handovers/{count}/?part=items", "lin", "柜台钥匙", TELEPHONE),
    Screen("signatures", "/handovers/{agreed}/?part=sign", "lin", "谁来签字", TELEPHONE),
    Screen("signed sheet", "/handovers/{signed}/", "wang", "打印交接表", TABLET),
    Screen("trade-ins", "/trade-ins/", "lin", "收旧金", TABLET),
    Screen("receive old gold", "/trade-ins/new/", "lin", "处理前拍照", TABLET),
    Screen("consent to a test", "/trade-ins/{received}/", "lin", "顾客同意", PORTRAIT),
    Screen("weigh old gold", "/trade-ins/{consented}/", "lin", "采用此重量", TABLET),
    Screen("test old gold", "/trade-ins/{weighed}/", "lin", "判定", TABLET),
    Screen("offer for old gold", "/trade-ins/{offered}/", "lin", "接受报价", TABLET),
    Screen("offer on a telephone", "/trade-ins/{offered}/", "lin", "可抵扣", TELEPHONE),
    Screen("settle old gold", "/trade-ins/{accepted}/", "lin", "计入账单", TABLET),
    Screen("give old gold back", "/trade-ins/{declined}/", "lin", "顾客已全部取回", PORTRAIT),
    Screen("agree to the melting", "/trade-ins/{referred}/", "lin", "顾客同意熔金", PORTRAIT),
    Screen("melt old gold", "/trade-ins/{melting}/", "lin", "熔后重量", TABLET),
    Screen("seal a bag", "/trade-ins/{to_bag}/", "lin", "封签号", TABLET),
    Screen("bags", "/scrap-bags/", "chen", "{sealed_bag}", TABLET),
    Screen("bag", "/scrap-bags/{sealed_bag}/", "lin", "F-1002", PORTRAIT),
    Screen("bag on a telephone", "/scrap-bags/{sealed_bag}/", "wang", "F-1002", TELEPHONE),
    Screen("bags at head office", "/scrap-bags/", "head", "{sent_bag}", TABLET),
    Screen("bag to take in", "/scrap-bags/{sent_bag}/", "head", "F-1003", TABLET),
    Screen("purity", "/scrap-bags/purity/", "head", "预估与实得成色", TABLET),
    Screen("samples", "/scrap-bags/samples/", "chen", "{sampled}", PORTRAIT),
    Screen("sample", "/scrap-bags/samples/{sampled}/", "chen", "{sampled}", TABLET),
    Screen("store credit", "/customers/credit/", "wang", "至 30 天", TABLET),
    Screen("credit of a customer", "/customers/{creditor}/credit/", "wang", "可付现", TABLET),
    Screen("returns", "/returns/", "lin", "{to_refund}", TABLET),
    Screen(
        "piece to take back",
        "/returns/new/?code={sold_for_return}",
        "lin",
        "各原因的退换期限",
        TABLET,
    ),
    Screen("return to settle", "/returns/{to_refund}/", "lin", "退回", TABLET),
    Screen("return on a telephone", "/returns/{at_the_mall}/", "wang", "商场退款单号", TELEPHONE),
    Screen("return windows", "/returns/windows/", "head", "退换期限", TABLET),
    Screen("claims", "/claims/", "head", "质量问题", TABLET),
    Screen("messages", "/notices/", "chen", "消息", TABLET),
    Screen("head office", "/head-office/", "head", "接口程序", TABLET),
    Screen("head office on a telephone", "/head-office/", "head", "月度盘点", TELEPHONE),
    Screen("month of the own store", "/head-office/", "wang", "报表", TABLET),
    Screen("large cash", "/head-office/cash/", "head", "大额现金", TABLET),
    Screen("programs", "/head-office/programs/", "head", "登记程序", TABLET),
    Screen("program", "/head-office/programs/{program}/", "head", "生成密钥", TABLET),
    Screen("program on a telephone", "/head-office/programs/{program}/", "head", "吊销", TELEPHONE),
    Screen("webhooks", "/head-office/webhooks/", "head", "登记接收端", TABLET),
    Screen("webhook", "/head-office/webhooks/{webhook}/", "head", "重新发送", TABLET),
    Screen("webhook on a telephone", "/head-office/webhooks/{webhook}/", "head", "暂停", TELEPHONE),
    Screen("service desk", "/tickets/", "lin", "处理中或外送", TABLET),
    Screen("service desk on a telephone", "/tickets/", "wang", "加急", TELEPHONE),
    Screen("search of tickets", "/tickets/?q=银项链", "lin", "{ticket_over}", TABLET),
    Screen("take something in", "/tickets/new/", "lin", "按外观描述", TABLET),
    Screen(
        "part of a pair",
        "/tickets/new/?code={card_at_home}&job=matching",
        "lin",
        "配单只",
        TABLET,
    ),
    Screen("take a card in", "/tickets/new/?code={card_at_home}", "lin", "现场清洗", PORTRAIT),
    Screen("ticket to weigh", "/tickets/{ticket_new}/", "lin", "收件重量", TABLET),
    Screen("ticket to sign", "/tickets/{ticket_to_sign}/", "lin", "顾客已签名", PORTRAIT),
    Screen("ticket with a price", "/tickets/{ticket_priced}/", "lin", "顾客同意", TABLET),
    Screen("ticket at work", "/tickets/{ticket_at_work}/", "lin", "此项完成", TABLET),
    Screen("ticket to appraise", "/tickets/{ticket_to_appraise}/", "lin", "机构评估结果", TABLET),
    Screen("ticket to pay", "/tickets/{ticket_to_pay}/", "lin", "柜台付款", PORTRAIT),
    Screen("ticket to weigh out", "/tickets/{ticket_ready}/", "lin", "取件重量", TELEPHONE),
    Screen("ticket that is over", "/tickets/{ticket_over}/", "lin", "返修", TABLET),
    Screen("private link of a ticket", "/t/{claim_check}/", "", "您是否同意此报价", TELEPHONE),
    Screen("no such link", "/t/nothing/", "", "此地址下没有内容", TELEPHONE),
    Screen("business days", "/day/", "wang", "营业日", TABLET),
    Screen("amounts to look at", "/day/near-limits/", "wang", "待核对的金额", TABLET),
    Screen("business day", "/day/{day}/", "wang", "账上没有", TABLET),
    Screen("business day on a telephone", "/day/{day}/", "wang", "日结", TELEPHONE),
    Screen("customer's card", "/w/{card}", "", "18K金钻石戒指", TELEPHONE),
    Screen("void card", "/w/{void}", "", "已失效", TELEPHONE),
    Screen("unknown card", f"/w/{CARD_NUMBER}", "", "没有", TELEPHONE),
    Screen("look up a card", "/w/", "", "20 位", TELEPHONE),
]


@dataclass(frozen=True)
class Books:
    """A shop in the middle of its day, served at `home`."""

    shop: Shop
    home: str
    names: dict[str, str]
    words: str  # everything that the shop itself wrote into its books, in Chinese


@dataclass(frozen=True)
class Visit:
    """One screen, as somebody looks at it."""

    screen: Screen
    page: Page
    said: list[str]


@pytest.fixture
def _django_db_helper() -> None:
    """In place of the plugin's own, which would flush the shop after each test."""


@pytest.fixture(scope="module")
def books(_house: House, django_db_blocker: Any) -> Iterator[Books]:
    """One shop for all screens: looking changes nothing. Flushed afterwards."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    quick = override_settings(
        ALLOWED_HOSTS=["localhost", "testserver"],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        SECURE_SSL_REDIRECT=False,
        STORAGES=settings.STORAGES | {"staticfiles": plain},
    )
    with django_db_blocker.unblock(), quick:
        # this shop really commits, and a world that stands would not let it
        _house.clear()
        server = LiveServer("localhost")
        try:
            shop = open_shop()
            yield Books(shop, server.url, _trade(shop), _written())
        finally:
            server.stop()
            call_command("flush", verbosity=0, interactive=False, allow_cascade=False)


def _trade(shop: Shop) -> dict[str, str]:
    """Something of everything; the names are those in the table of the screens."""
    moved = shop.piece()
    supplies.lay_out(shop)
    sale = shop.sell(shop.piece(), shop.ring())
    voided, lost = shop.sell(shop.ring()), shop.sell(shop.ring())
    seed.put_seed_care_prices()
    paid = shop.bill(shop.piece(), by=shop.zhao)
    shop.pay(paid, cents=100_000)
    hand = transfers.hand_over(
        rows=[moved], to=shop.tray("A-02"), receiver=shop.zhao, sender=shop.lin
    )
    today = places.business_day(shop.s01)
    day_files.paid(shop, "4200001234202611211234567890")
    theirs = day_files.Told("4200009999202611210000000002", "5.00", at=f"{today} 12:00:00")
    day_files.bring(shop, day_files.wechat(theirs), day=today)
    return {
        **counts.at_every_stage(shop),
        **stocktake_stages.at_every_stage(shop),
        **old_gold.at_every_stage(shop),
        **scrap_bags.at_every_stage(shop),
        **returns.at_every_stage(shop),
        **store_credit.somebody(shop),
        **service_desk.at_every_stage(shop),
        **receivers.at_every_stage(shop),
        "day": today.isoformat(),
        "bill": str(shop.bill(shop.piece(), shop.ring()).uuid),
        "paid": str(paid.uuid),
        "sale": str(sale.number),
        "piece": moved.number,
        "transfer": hand.number,
        **_on_the_road(shop),
        "member": _member(shop),
        "card": _card_of(sale).number,
        "void": _void(shop, _card_of(voided)).number,
        "lost": _reported_lost(shop, _card_of(lost)).number,
        "plan": str(Plan.objects.get(code="set-ring").pk),
    }


def _member(shop: Shop) -> str:
    """A customer who bought a charm and became a member."""
    mei = customers.find_or_make(phone="13800002222", name="梅", store=shop.s01, by=shop.lin)
    bill = shop.bill(shop.charm())
    bills.name_customer(sale=bill, customer=mei)
    shop.pay(bill)
    sales.complete(sale=bill, shown_cents=bill.lines.get().total_cents, by=shop.lin)
    memberships.decide(customer=mei, level="VIP", by=shop.head)
    return str(mei.pk)


def _on_the_road(shop: Shop) -> dict[str, str]:
    """A parcel that nobody has opened, and one in which a piece was missing."""
    there, missing = shop.ring(), shop.piece()
    half = shipments.send(shop, there, missing)
    shipments.receive(shop, half, there)
    on_road = shipments.send(shop, shop.piece(), shop.ring())
    return {"on_road": on_road.number, "half": half.number}


def _written() -> str:
    """Names and sentences of all rows: they stay as the shop wrote them, whatever the language."""
    words: set[str] = set()
    for model in apps.get_models():
        texts = [
            each.name
            for each in model._meta.get_fields()
            if isinstance(each, CharField | TextField)
        ]
        for row in model._default_manager.values_list(*texts) if texts else ():
            words.update(each for each in row if each)
    return "\n".join(sorted(words))


def _card_of(sale: Sale) -> Card:
    return Card.objects.get(sale_line__sale=sale, piece__pricing="fixed")


def _void(shop: Shop, card: Card) -> Card:
    with changes.opened(store=shop.s01, by=shop.wang) as book:
        cards.void(cards=[card], why="丢失", book=book)
    return card


def _reported_lost(shop: Shop, card: Card) -> Card:
    receipt = str(card.sale_line.sale.number)
    return cards.report_lost(card=card, proof=receipt, why="地铁上", by=shop.lin)


class Windows:
    """One window of each person, in which their screens are looked at one after the other."""

    def __init__(self, books: Books, chromium: Browser, closing: ExitStack) -> None:
        self._books, self._chromium, self._closing = books, chromium, closing
        self._open: dict[tuple[str, bool], tuple[Page, list[str]]] = {}

    def show(self, screen: Screen) -> Visit:
        """The screen at its size, in Chinese, with nothing said so far."""
        page, said = self._of(screen.user, not screen.user and screen.size is not TABLET)
        said.clear()
        page.context.clear_cookies(name="django_language")
        page.set_viewport_size(screen.size)
        page.goto(screen.path.format(**self._books.names))
        expect(page.locator("body")).to_contain_text(screen.sees.format(**self._books.names))
        return Visit(screen, page, said)

    def _of(self, user: str, in_wechat: bool) -> tuple[Page, list[str]]:
        if (user, in_wechat) not in self._open:
            said: list[str] = []
            more = {"user_agent": WECHAT} if in_wechat else {}
            context = self._closing.enter_context(
                opened(self._chromium, self._books.home, TABLET, said, **more)
            )
            if user:
                client = self._books.shop.client(self._books.shop.people[user])
                context.add_cookies(cookies_of(client, self._books.home))
            self._open[user, in_wechat] = context.new_page(), said
        return self._open[user, in_wechat]


@pytest.fixture(scope="module")
def windows(books: Books, chromium: Browser) -> Iterator[Windows]:
    with ExitStack() as closing:
        yield Windows(books, chromium, closing)


@pytest.fixture(scope="module", params=SCREENS, ids=lambda screen: screen.name)
def visit(request: pytest.FixtureRequest, windows: Windows) -> Visit:
    return windows.show(request.param)


def _lost(visit: Visit, widths: tuple[int, ...]) -> dict[int, list[str]]:
    """What is lost at these widths, in pixels; the window has its own size again afterwards."""
    visit.page.evaluate(UNFOLD)
    found = {}
    for width in widths:
        visit.page.set_viewport_size({"width": width, "height": visit.screen.size["height"]})
        if lost := visit.page.evaluate(LOST):
            found[width] = lost
    visit.page.set_viewport_size(visit.screen.size)
    return found


def test_it_has_no_accessibility_violation(visit: Visit) -> None:
    visit.page.evaluate(UNFOLD)
    found = Axe().run(visit.page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("light", ["", "bright"])
def test_it_has_strong_contrast_where_it_counts(visit: Visit, light: str) -> None:
    visit.page.evaluate(
        "on => document.documentElement.toggleAttribute('data-bright', on)", bool(light)
    )
    rule = {"type": "rule", "values": ["color-contrast-enhanced"]}
    found = Axe().run(visit.page, context={"include": [[STRONG]]}, options={"runOnly": rule})
    assert found.violations_count == 0, found.generate_report()


def test_it_has_no_small_touch_target(visit: Visit) -> None:
    visit.page.evaluate(UNFOLD)
    assert visit.page.locator(TARGETS).evaluate_all(SMALL) == []


def test_it_has_no_small_letters(visit: Visit) -> None:
    assert visit.page.evaluate(SMALL_TEXT, SMALLEST_TEXT_PX) == []


def test_it_keeps_touch_targets_apart(visit: Visit) -> None:
    visit.page.evaluate(UNFOLD)
    assert visit.page.locator(TARGETS).evaluate_all(CROWDED, SMALLEST_GAP_PX) == []


def test_it_has_one_first_heading(visit: Visit) -> None:
    assert visit.page.locator("h1").count() == 1


def test_it_neither_scrolls_sideways_nor_cuts_words(visit: Visit) -> None:
    assert _lost(visit, STAFF_WIDTHS if visit.screen.user else PUBLIC_WIDTHS) == {}


def test_it_bears_letters_of_twice_the_size(visit: Visit) -> None:
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 2 * USUAL_LETTERS_PX}})
    letters = visit.page.evaluate("() => getComputedStyle(document.documentElement).fontSize")
    lost = _lost(visit, STAFF_WIDTHS)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": USUAL_LETTERS_PX}})
    session.detach()
    assert letters == f"{2 * USUAL_LETTERS_PX}px"
    assert lost == {}


def test_it_is_quiet_and_asks_nothing_of_others(visit: Visit) -> None:
    assert visit.said == []


def test_it_speaks_chinese_throughout(visit: Visit) -> None:
    assert [each for each in visit.page.evaluate(WORDS) if LATIN.search(each)] == []


def test_it_speaks_english_throughout(visit: Visit, books: Books) -> None:
    """The last look at a screen, because it turns the language."""
    english = {"name": "django_language", "value": "en", "url": books.home}
    visit.page.context.add_cookies([english])  # type: ignore[list-item]  # because: a dict is what the call takes
    visit.page.reload()
    assert visit.page.locator("html").get_attribute("lang") == "en"
    words = visit.page.evaluate(WORDS)
    assert [
        each for each in words if any(run not in books.words for run in CHINESE.findall(each))
    ] == []
    assert _lost(visit, (visit.screen.size["width"], TELEPHONE["width"])) == {}
    assert visit.said == []
