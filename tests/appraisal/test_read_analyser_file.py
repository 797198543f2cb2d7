"""The file of an X-ray analyser becomes a test of the piece whose sample it names."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from appraisal import analyser_files, analyser_layouts, old_pieces, trade_ins
from appraisal.analyser_files import (
    AnalyserFileWrong,
    LayoutUnknown,
    MeasuredBefore,
    OtherAnalyser,
    SampleMissing,
    SampleMixed,
)
from appraisal.models import AnalyserLayout, Assay, ContentUnit, OldPiece, Verdict
from inventory.tables import ColumnMissing
from tests.old_gold import Desk

ENGLISH = """Time,Sample,Au(%),Ag(%),Cu(%)
2026-11-22 10:00:01,T7-1,99.92,0.05,0.03
2026-11-22 10:00:31,T7-1,99.90,0.06,0.04
2026-11-22 10:01:02,t7-1 ,99.91,0.05,
2026-11-22 10:02:00,T7-2,75.1,12.4,12.5
"""
CHINESE = """测试时间,样品编号,金(‰),银(‰),铜(‰),铼(‰)
2026/11/22 10:00,T7-1,999.2,0.5,0.3,未检出
2026/11/22 10:01,T7-1,999.0,0.6,0.4,1.2
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_it_reads_english_and_chinese_headings_in_each_encoding(text: str, encoding: str) -> None:
    points = analyser_files.of_sample(analyser_files.read(text.encode(encoding)), "T7-1")
    assert [(point.metal, point.fineness) for point in points][:2] == [("Au", 9_992), ("Au", 9_990)]


def test_permille_in_the_heading_counts() -> None:
    first, second = analyser_files.read(CHINESE.encode())
    assert first.contents == {"Au": 9_992, "Ag": 5, "Cu": 3}
    assert second.contents["Re"] == 12


@pytest.mark.parametrize(
    ("cells", "contents"),
    [
        ("99.92,0.05,0.03", {"Au": 9_992, "Ag": 5, "Cu": 3}),
        ("999.2,0.5,0.3", {"Au": 9_992, "Ag": 5, "Cu": 3}),
        ("99.925,ND,<LOD", {"Au": 9_992}),  # a half to the even one
        ("99.9±0.1,,", {"Au": 9_990}),
        ("0,92.5,7.5", {"Au": 0, "Ag": 9_250, "Cu": 750}),
    ],
)
def test_a_line_without_a_unit_is_understood_by_its_sum(
    cells: str, contents: dict[str, int]
) -> None:
    (point,) = analyser_files.read(f"sample,Au,Ag,Cu\nA,{cells}\n".encode())
    assert point.contents == contents


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ("A,50,1,1", "percent or permille"),
        ("A,gold,1,1", "no content"),
        ("A,,,100", "No gold"),
        (",99,1,0", "number of the sample"),
        ("A,99,1,0,7", "more cells"),
    ],
)
def test_a_wrong_line_keeps_the_file_out_and_is_named(cells: str, sentence: str) -> None:
    content = f"sample,Au,Ag,Cu\nB,99.9,0.1,0\n{cells}\n".encode()
    with pytest.raises(AnalyserFileWrong) as refused:
        analyser_files.read(content)
    assert [each.row for each in refused.value.wrong] == [3]
    assert sentence in refused.value.wrong[0].sentence
    assert sentence in str(refused.value)


def test_an_unreadable_time_is_told() -> None:
    with pytest.raises(AnalyserFileWrong, match="yesterday"):
        analyser_files.read(b"time,sample,Au\nyesterday,A,99.9\n")


def test_more_than_everything_is_told() -> None:
    with pytest.raises(AnalyserFileWrong, match="more than 100"):
        analyser_files.read(b"sample,Au(%),Ag(%)\nA,99,9\n")


def test_one_element_in_two_columns_is_told() -> None:
    with pytest.raises(AnalyserFileWrong, match="twice"):
        analyser_files.read("sample,Au(%),金(‰)\nA,99,990\n".encode())


@pytest.mark.parametrize("headings", ["Au,Ag\n99,1", "sample,Cu\nA,99"])
def test_samples_and_a_precious_metal_are_needed(headings: str) -> None:
    with pytest.raises(ColumnMissing):
        analyser_files.read(headings.encode())


# --- as a test of a piece


@pytest.fixture
def piece(desk: Desk) -> OldPiece:
    (found,) = trade_ins.pieces_of(desk.consented())
    old_pieces.weigh(old_piece=found, shown=desk.on_scale(10_000), by=desk.by)
    return found


def put(desk: Desk, piece: OldPiece, text: str, sample: str = "T7-1") -> Assay:
    return analyser_files.record(
        old_piece=piece, content=text.encode(), sample=sample, instrument=desk.xrf, by=desk.by
    )


def untimed(text: str) -> str:
    return "\n".join(line.partition(",")[2] for line in text.splitlines())


def test_all_points_of_the_sample_become_one_test(desk: Desk, piece: OldPiece) -> None:
    row = put(desk, piece, untimed(ENGLISH))
    assert (row.readings, row.result, row.verdict) == ([9_992, 9_990, 9_991], 9_990, Verdict.PASS)
    assert row.elements == {"Ag": 6, "Cu": 4}
    assert row.remark == "T7-1"


def test_rhenium_at_one_point_refers_the_piece(desk: Desk, piece: OldPiece) -> None:
    assert put(desk, piece, untimed(CHINESE)).verdict == Verdict.REFER


def test_another_sample_is_not_there(desk: Desk, piece: OldPiece) -> None:
    with pytest.raises(SampleMissing, match="T9"):
        put(desk, piece, untimed(ENGLISH), "T9")


def test_two_metals_are_two_pieces(desk: Desk, piece: OldPiece) -> None:
    with pytest.raises(SampleMixed):
        put(desk, piece, "sample,Au,Ag\nA,99,1\nA,1,99\n", "A")


@pytest.mark.parametrize(("hours", "fits"), [(-1, False), (0, True)])
def test_readings_of_before_the_customer_came_are_anothers(
    desk: Desk, piece: OldPiece, hours: int, fits: bool
) -> None:
    at = timezone.localtime(timezone.now() + timedelta(hours=hours))
    text = f"time,sample,Au\n{at:%Y-%m-%d %H:%M:%S},A,99.9\n"
    if fits:
        assert put(desk, piece, text, "A").result == 9_990
        return
    with pytest.raises(MeasuredBefore):
        put(desk, piece, text, "A")


# --- as a layout says


def layout(**columns: Any) -> AnalyserLayout:
    told: dict[str, Any] = {
        "code": "own",
        "name_zh": "分析仪",
        "name_en": "analyser",
        "sample_headings": "试样|No.",
        "element_headings": "*含量",
        "unit": ContentUnit.PERCENT,
    }
    return AnalyserLayout(**told | columns)


def test_headings_and_unit_are_those_of_the_layout() -> None:
    content = "试样,Au含量,银含量\nA,99.9,0.1\n".encode()
    (point,) = analyser_files.read(content, layout())
    assert point.contents == {"Au": 9_990, "Ag": 10}
    (point,) = analyser_files.read(
        "No.,Au含量,银含量\nA,75,20\n".encode(), layout(unit=ContentUnit.PERMILLE)
    )
    assert point.contents == {"Au": 750, "Ag": 200}


def test_lines_above_the_headings_are_passed_over_and_rows_keep_their_numbers() -> None:
    text = "Analyser 7\nserial 12\n试样,Au含量\nA,99.9\nB,gold\n"
    with pytest.raises(AnalyserFileWrong) as refused:
        analyser_files.read(text.encode(), layout(lines_before=2))
    assert [each.row for each in refused.value.wrong] == [5]


def test_a_file_of_another_analyser_is_refused_by_name(desk: Desk, piece: OldPiece) -> None:
    desk.xrf.layout = layout()
    with pytest.raises(OtherAnalyser, match="XRF does not write such a file") as refused:
        put(desk, piece, untimed(ENGLISH))
    assert refused.value.field == "instrument"


def test_a_layout_out_of_use_is_unknown(desk: Desk, piece: OldPiece) -> None:
    desk.xrf.layout = layout(active=False)
    with pytest.raises(LayoutUnknown, match="How XRF writes its files is not known here"):
        put(desk, piece, "试样,Au含量\nT7-1,99.9\n")


def test_the_layouts_of_the_house_are_sound_and_read_their_own(db: None) -> None:
    analyser_layouts.put_seed_layouts()
    analyser_layouts.put_seed_layouts()
    rows = list(AnalyserLayout.objects.all())
    assert [fault for row in rows for fault in analyser_layouts.faults(vars(row))] == []
    read = [analyser_files.read("样品,金含量\nA,90.5\n".encode(), row)[0] for row in rows]
    assert [point.fineness for point in read] == [9_050, 905]


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"sample_headings": " | "}, "sample_headings"),
        ({"element_headings": "含量"}, "element_headings"),
        ({"element_headings": "**"}, "element_headings"),
    ],
)
def test_what_is_wrong_with_a_layout_is_named(columns: dict[str, str], field: str) -> None:
    assert [name for name, _sentence in analyser_layouts.faults(columns)] == [field]
