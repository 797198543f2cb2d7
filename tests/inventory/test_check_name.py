"""A piece's name says its legal grade and nothing the standard forbids."""

import pytest

from inventory.ground import names
from inventory.ground.names import FORBIDDEN_NAMES, UnlawfulName


@pytest.mark.parametrize(
    ("name", "metal", "grade"),
    [
        ("18K金红宝石戒指", "Au", 7_500),
        ("Pt900钻石戒指", "Pt", 9_000),
        ("足金项链", "Au", 9_900),
        ("银925戒指", "Ag", 9_250),
        *((f"足金{kind}", "Au", 9_900) for kind in ("吊坠", "戒指", "手链", "手镯", "耳饰")),
        ("18K金钻石戒指", "Au", 7_500),
        ("Pt950钻石戒指", "Pt", 9_500),
        *((f"银925{kind}", "Ag", 9_250) for kind in ("吊坠", "手链", "手镯", "耳饰", "项链")),
        ("１８ｋ金戒指", "Au", 7_500),
        ("PT 950 钻石戒指", "Pt", 9_500),
        ("9K金戒指", "Au", 3_750),
        ("14K金项链", "Au", 5_850),
        ("Au916手镯", "Au", 9_160),
        ("足铂金项链", "Pt", 9_900),
        ("足白金项链", "Pt", 9_900),
        ("Pt990戒指", "Pt", 9_900),
        ("足钯金戒指", "Pd", 9_900),
        ("Pd950戒指", "Pd", 9_500),
        ("Ag925手链", "Ag", 9_250),
        ("S925银手链", "Ag", 9_250),
        ("足银手镯", "Ag", 9_900),
        ("银800手镯", "Ag", 8_000),
        ("古法足金手镯", "Au", 9_900),
        ("1999款足金项链", "Au", 9_900),  # a year, not a content
    ],
)
def test_it_accepts_a_lawful_name(name: str, metal: str, grade: int) -> None:
    names.check_name(name=name, metal=metal, grade=grade)


@pytest.mark.parametrize(
    ("name", "metal", "phrase"),
    [
        ("千足金手镯", "Au", "千足金"),
        ("万足金金条", "Au", "万足金"),
        ("千足铂项链", "Pt", "千足铂"),
        ("千足白金项链", "Pt", "千足白金"),
        ("千足钯戒指", "Pd", "千足钯"),
        ("千足银手镯", "Ag", "千足银"),
        ("3D硬金足金吊坠", "Au", "硬金"),
        ("３ｄ足金吊坠", "Au", "3D"),
        ("5G足金吊坠", "Au", "5G"),
        ("千 足 金手镯", "Au", "千足金"),
        ("足金999戒指", "Au", "999"),
        ("足金９９９戒指", "Au", "999"),
        ("足金999.9戒指", "Au", "999.9"),
        ("足金戒指(Au999)", "Au", "Au999"),
        ("足金戒指（Au9999）", "Au", "Au9999"),
        ("足铂Pt999戒指", "Pt", "Pt999"),
    ],
)
def test_it_names_the_unlawful_phrase(name: str, metal: str, phrase: str) -> None:
    with pytest.raises(UnlawfulName, match="must not contain") as refusal:
        names.check_name(name=name, metal=metal, grade=9_900)
    assert refusal.value.extra == {"phrase": phrase}
    assert phrase in str(refusal.value)
    assert (refusal.value.code, refusal.value.status) == ("unlawful_name", 422)


@pytest.mark.parametrize("phrase", FORBIDDEN_NAMES)
def test_it_refuses_every_forbidden_phrase_beside_a_right_fineness(phrase: str) -> None:
    names.check_name(name="足金吊坠", metal="Au", grade=9_900)
    with pytest.raises(UnlawfulName, match=phrase):
        names.check_name(name=f"足金{phrase}吊坠", metal="Au", grade=9_900)


@pytest.mark.parametrize(
    ("name", "metal", "grade", "phrase"),
    [
        ("戒指", "Au", 9_900, "足金"),
        ("18K金戒指", "Au", 9_900, "足金"),
        ("足金戒指", "Au", 7_500, "18K"),
        ("14K金戒指", "Au", 7_500, "18K"),
        ("19K金戒指", "Au", 3_750, "9K"),
        ("Pt950戒指", "Pt", 9_000, "Pt900"),
        ("Pt950戒指", "Pd", 9_500, "Pd950"),
        ("银戒指", "Ag", 9_250, "Ag925"),
        ("925戒指", "Ag", 9_250, "Ag925"),
        ("", "Au", 9_900, "足金"),
    ],
)
def test_it_refuses_a_name_that_does_not_say_its_grade(
    name: str, metal: str, grade: int, phrase: str
) -> None:
    with pytest.raises(UnlawfulName, match=f"must contain its fineness: {phrase}") as refusal:
        names.check_name(name=name, metal=metal, grade=grade)
    assert refusal.value.extra["ways"][0] == phrase
