"""How an analyser writes its files is a row that head office keeps."""

from typing import Any

import pytest

from appraisal import analyser_files
from appraisal.models import AnalyserLayout
from tests.cast import Shop

ADDRESS = "/admin/appraisal/analyserlayout/"
TYPED: dict[str, Any] = {
    "code": "own",
    "name_zh": "分析仪导出",
    "name_en": "Export of the analyser",
    "lines_before": "1",
    "sample_headings": "试样",
    "time_headings": "",
    "element_headings": "*含量",
    "unit": "100",
    "active": "on",
    "position": "9",
}


def test_a_new_analyser_needs_no_code(shop: Shop) -> None:
    assert shop.client(shop.head).post(f"{ADDRESS}add/", TYPED).status_code == 302
    row = AnalyserLayout.objects.get(code="own")
    (point,) = analyser_files.read("第 7 台\n试样,Au含量\nA,99.9\n".encode(), row)
    assert point.fineness == 9_990


@pytest.mark.parametrize(
    ("field", "text"), [("element_headings", "含量"), ("sample_headings", "|")]
)
def test_it_refuses_headings_that_find_nothing(shop: Shop, field: str, text: str) -> None:
    shop.client(shop.head).post(f"{ADDRESS}add/", TYPED | {field: text})
    assert not AnalyserLayout.objects.filter(code="own").exists()


def test_nobody_in_a_store_changes_it(shop: Shop) -> None:
    assert shop.client(shop.wang).get(ADDRESS).status_code in {302, 403}
