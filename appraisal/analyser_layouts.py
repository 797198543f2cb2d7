"""How the files of X-ray analysers are written: the usual headings, or a row of head office for an
analyser that writes its own.

Several headings of one meaning stand in one field, divided by a bar; in those of the elements a
star stands for the sign or its Chinese name: *含量|*(%).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.models import AnalyserLayout, ContentUnit
from inventory.tables import Column, plain, words

# signs that analysers of jewelry name, with what Chinese ones call them
ELEMENTS: Final[Mapping[str, str]] = {
    "Au": "金",
    "Ag": "银",
    "Cu": "铜",
    "Zn": "锌",
    "Ni": "镍",
    "Pt": "铂",
    "Pd": "钯",
    "Rh": "铑",
    "Ru": "钌",
    "Ir": "铱",
    "Os": "锇",
    "Re": "铼",
    "W": "钨",
    "Ge": "锗",
    "Cd": "镉",
    "Ga": "镓",
    "In": "铟",
    "Fe": "铁",
    "Co": "钴",
    "Pb": "铅",
    "Sn": "锡",
}
STAR: Final = "*"
# tenths of a permille in one unit, and how a usual heading says so
UNITS: Final[Mapping[ContentUnit, Sequence[str]]] = {
    ContentUnit.PERCENT: ("*%", "*(%)", "*[%]"),
    ContentUnit.PERMILLE: ("*‰", "*(‰)", "*[‰]"),
    ContentUnit.UNTOLD: ("*",),
}
TIMES: Final = ("time", "datetime", "测试时间", "测量时间", "检测时间", "时间", "日期时间")
SAMPLES: Final = ("sample", "sampleno", "sampleid", "samplename", "样品", "样品编号", "样品号",
                  "样品名称", "编号")  # fmt: skip

SEED: Final[tuple[dict[str, str | int], ...]] = (
    {
        "code": "percent",
        "name_zh": "每元素一列，百分数",
        "name_en": "A column for each element, in percent",
        "element_headings": "*|*%|*(%)|*[%]|*含量|*含量(%)",
        "unit": ContentUnit.PERCENT,
    },
    {
        "code": "permille",
        "name_zh": "每元素一列，千分数",
        "name_en": "A column for each element, in permille",
        "element_headings": "*|*‰|*(‰)|*[‰]|*含量|*含量(‰)",
        "unit": ContentUnit.PERMILLE,
    },
)


def columns_of(layout: AnalyserLayout | None) -> dict[str, Column]:
    """Every column of a file by its meaning: "sample", "time", and of each element and unit what
    `part_of` takes apart again."""
    if layout is None:
        return _columns(SAMPLES, TIMES, UNITS)
    unit = ContentUnit(layout.unit)
    elements = words(layout.element_headings)
    return _columns(words(layout.sample_headings), words(layout.time_headings), {unit: elements})


def part_of(column: str) -> tuple[str, int]:
    """Sign and unit of an element's column; neither for sample and time."""
    sign, _space, unit = column.partition(" ")
    return (sign, int(unit)) if unit else ("", ContentUnit.UNTOLD)


def faults(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a layout: the field and a sentence. Fields that are not given are not
    judged."""
    for field in ("sample_headings", "element_headings"):
        if field in fields and not any(map(plain, words(fields[field]))):
            yield field, _("Type what stands in the file.")
    for heading in words(fields.get("element_headings", "")):
        if heading.count(STAR) != 1:
            told = {"word": heading}
            yield "element_headings", _("“%(word)s” needs one star for the element.") % told


def put_seed_layouts() -> None:
    """Safe to repeat; a row that a shop has changed stays as it is."""
    for position, row in enumerate(SEED):
        columns: dict[str, str | int] = {**row, "position": position}
        columns |= {"sample_headings": "|".join(SAMPLES), "time_headings": "|".join(TIMES)}
        AnalyserLayout.objects.get_or_create(code=columns.pop("code"), defaults=columns)


def _columns(
    samples: Sequence[str], times: Sequence[str], elements: Mapping[ContentUnit, Sequence[str]]
) -> dict[str, Column]:
    return {
        "sample": Column(gettext_lazy("sample"), tuple(samples), needed=True),
        "time": Column(gettext_lazy("time"), tuple(times)),
    } | {
        f"{sign} {unit.value}": Column(
            sign, tuple(heading.replace(STAR, word) for word in (sign, chinese) for heading in of)
        )
        for sign, chinese in ELEMENTS.items()
        for unit, of in elements.items()
    }
