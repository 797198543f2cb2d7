"""What a pad sends as a signature: read, nothing, or refused; never a dot by accident."""

import json

import pytest

from counter.templatetags.drawn import svg_path
from counter.voucher_papers import picture_of
from inventory.ground import changes, signatures
from inventory.ground.signatures import BadSignature, Drawn, SignatureNeeded
from inventory.models import DrawnSignature
from tests.cast import Shop

NAME = [[100, 200, 180, 120, 260, 220, 340, 140, 420, 230, 500, 150]]


@pytest.mark.parametrize(
    "strokes",
    [
        NAME,
        [[0, 0, 1_000, 400, 0, 400], [1_000, 0, 5, 5, 6, 6]],  # to the edges of the pad
        [[500, 200] * 4_000],  # as many points as a pad may send
        [[1, 1, 2, 2]] * 60,
        [[1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], []],  # lifted without a move
    ],
    ids=["a name", "edges", "most points", "most strokes", "an empty stroke"],
)
def test_it_reads_what_a_pad_sends(strokes: list[list[int]]) -> None:
    assert signatures.read(json.dumps(strokes)) == Drawn(strokes)


@pytest.mark.parametrize("text", ["", "   ", "\n", "[[500, 200]]", json.dumps([[1, 1, 2, 2] * 2])])
def test_nothing_or_a_dot_is_no_signature(text: str) -> None:
    assert signatures.read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[[100, 200",
        "null",
        "{}",
        "[]",
        '"name"',
        "17",
        "[100, 200, 300, 400]",
        '[{"x": 1, "y": 2}]',
        "[[1, 2, 3]]",
        '[["1", "2"]]',
        "[[1.5, 2]]",
        "[[true, false]]",
        "[[null, 1]]",
        "[[NaN, 1]]",
        "[[1e3, 1]]",
        "[[-1, 1]]",
        "[[1001, 1]]",
        "[[1, 401]]",
        "[[[1, 2], [3, 4]]]",
        json.dumps([[1, 1]] * 61),
        json.dumps([[5, 5] * 4_001]),
        json.dumps([[5, 5] * 2_001, [5, 5] * 2_000]),
        "[" * 2_000 + "]" * 2_000,
        '[[1, 2, 3, 4], "</svg><script>"]',
        "[[99999999999999999999999, 1]]",
    ],
)
def test_it_refuses_what_no_pad_could_have_sent(text: str) -> None:
    with pytest.raises(BadSignature) as refusal:
        signatures.read(text)
    assert (refusal.value.code, refusal.value.field) == ("bad_signature", "signature")


def test_a_signature_on_paper_needs_no_strokes() -> None:
    assert signatures.read("rubbish", on_paper=True) == Drawn(on_paper=True)


def test_it_keeps_words_language_and_strokes(shop: Shop) -> None:
    row = write(shop, Drawn(NAME))
    kept = DrawnSignature.objects.get(pk=row.pk)
    assert (kept.text, kept.language, kept.strokes) == ("I agree.", "en", NAME)
    assert (kept.by, kept.document, kept.at) == (shop.lin, "S01-T1", kept.change.at)


def test_nobody_signs_with_nothing(shop: Shop) -> None:
    with pytest.raises(SignatureNeeded):
        write(shop, None)
    assert not DrawnSignature.objects.exists()


def write(shop: Shop, drawn: Drawn | None) -> DrawnSignature:
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        return signatures.write(
            drawn=drawn,
            store=shop.s01,
            document="S01-T1",
            point="consent",
            text="I agree.",
            book=book,
        )


def test_it_is_drawn_as_one_path() -> None:
    assert svg_path([[1, 2, 3, 4], [], [5, 6]]) == "M1 2L1 2 3 4M5 6L5 6"
    assert picture_of(NAME).startswith("data:image/svg+xml;base64,")
