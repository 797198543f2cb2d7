"""Every line of standards.md 9.1, 9.2 and 9.5: understood, or understood to be no weight."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.scale_lines import (
    MOST_LETTERS,
    Reading,
    Status,
    read_continuous,
    read_serial,
    read_sics,
)

OK, OTHER, NOISE = Status.OK, Status.OTHER_UNIT, Status.UNREADABLE

# line, milligrams that may settle, stable, what else it means
SICS = [
    ("S S     100.00 g", 100_000, True, OK),
    ("S S       8.72 g", 8_720, True, OK),
    ("S S      1.234 g", 1_234, True, OK),
    ("S S    0.12345 kg", 123_450, True, OK),
    ("S S       0.00 g", 0, True, OK),
    ("S D     100.05 g", None, False, OK),
    ("S D       0.00 g", None, False, OK),
    ("S A      1.234 g", None, None, OK),
    ("S S      -0.01 g", None, True, OK),
    ("S S   - 100.00 g", None, None, NOISE),
    ("S S   123.5[6] g", 123_560, True, OK),
    ("S S    1.23456 g", None, True, OK),
    ("S S      43.60 ct", None, True, OTHER),
    ("S S       0.28 ozt", None, True, OTHER),
    ("S S       5.61 dwt", None, True, OTHER),
    ("S S       0.23 tl", None, True, OTHER),
    ("S S       0.75 t", None, True, OTHER),
    ("S S       2.32 mom", None, True, OTHER),
    ("S S     134.57 GN", None, True, OTHER),
    ("S S        12 PCS", None, True, OTHER),
    ("S I", None, None, Status.BUSY),
    ("S +", None, None, Status.OVERLOAD),
    ("S -", None, None, Status.UNDERLOAD),
    ("S L", None, None, Status.FAULT),
    *((f"S S Error {n}{of}", None, None, Status.FAULT) for n in (1, 2, 3, 9, 10, 11, 12, 13, 14, 15)
      for of in "tb"),
    ("ES", None, None, Status.FAULT),
    ("ET", None, None, Status.FAULT),
    ("EL", None, None, Status.FAULT),
    # answers to other questions settle nothing
    ("T S     100.00 g", None, None, NOISE),
    ("TI D 1.234 g", None, None, NOISE),
    ("T I", None, None, NOISE),
    ("T +", None, None, NOISE),
    ("T -", None, None, NOISE),
    ("TA A       2.486 g", None, None, NOISE),
    ("TAC A", None, None, NOISE),
    ("Z A", None, None, NOISE),
    ("ZI S", None, None, NOISE),
    ("ZI D", None, None, NOISE),
    ("Z I", None, None, NOISE),
    ("Z +", None, None, NOISE),
    ("Z -", None, None, NOISE),
    ('I4 A "B525073136"', None, None, NOISE),
    ('I2 A "XS204 Excellence 220.0090 g"', None, None, NOISE),
    ('I0 B 0 "I0"', None, None, NOISE),
    # 9.5
    ("", None, None, NOISE),
    ("S S     100.0", None, None, NOISE),
    ("S S", None, None, NOISE),
    ("S", None, None, NOISE),
    ("100.00 g", None, None, NOISE),
    ("OL", None, None, NOISE),
    ("S S     100.00 g\0", None, None, NOISE),
    ("S S\0    100.00 g", None, None, NOISE),
    ("S S 1.00 g\r\nS S 2.00 g", None, None, NOISE),
    ("S S 1.00 g S S 2.00 g", None, None, NOISE),
    ("S S     100,00 g", None, None, NOISE),
    ("S S     \uff11\uff10\uff10.00 g", None, None, NOISE),
    ("S S     100.00 \uff47", None, None, NOISE),
    ("S S " + "9" * 10_000 + " g", None, None, NOISE),
    ("s s     100.00 g", None, None, NOISE),
]  # fmt: skip

CONTINUOUS = [
    ("ST,+00123.45  g", 123_450, True, OK),
    ("ST,+000.1278,  g", None, True, OK),  # finer than a milligram
    ("ST,+000.127,  g", 127, True, OK),
    ("ST,OK,+0001.234 kg", 1_234_000, True, OK),
    ("ST,+00000.00  g", 0, True, OK),
    ("ST,-00000.01  g", None, True, OK),
    ("ST,-00123.45  g", None, True, OK),
    ("US,+00012.34  g", None, False, OK),
    ("US,+00000.00  g", None, False, OK),
    ("QT,+00012345 PC", None, None, OTHER),
    ("ST,+00012345 PC", None, True, OTHER),
    ("ST,+000123.4  %", None, True, OTHER),
    ("ST,+00043.60 ct", None, True, OTHER),
    ("ST,+00000.28 ozt", None, True, OTHER),
    ("ST,+00005.61 dwt", None, True, OTHER),
    ("ST,+00000.23 tl", None, True, OTHER),
    ("ST,+00000.75  t", None, True, OTHER),
    ("ST,+00002.32 mom", None, True, OTHER),
    ("ST,+00134.57 GN", None, True, OTHER),
    ("ST,+00001.00 DS", None, True, OTHER),
    ("OL,+999999.9  g", None, None, Status.OVERLOAD),
    ("OL,-99999999 PC", None, None, Status.UNDERLOAD),
    ("", None, None, NOISE),
    ("ST,+00123", None, True, NOISE),
    ("123.45  g", None, None, NOISE),
    ("OL", None, None, NOISE),
    ("ST,+00123.45  g\0", None, None, NOISE),
    ("ST,+00001.00  g\r\nST,+00002.00  g", None, None, NOISE),
    ("ST,+00123,45  g", None, None, NOISE),
    ("ST,+001.3.45  g", None, None, NOISE),
    ("ST,+\uff10\uff10123.45  g", None, None, NOISE),
    ("ST,+" + "9" * 10_000, None, None, NOISE),
]


@pytest.mark.parametrize(("line", "mg", "stable", "status"), SICS)
def test_it_reads_mt_sics(line: str, mg: int | None, stable: bool | None, status: Status) -> None:
    read = read_sics(line)
    assert (read.mg, read.stable, read.status) == (mg, stable, status)


@pytest.mark.parametrize(("line", "mg", "stable", "status"), CONTINUOUS)
def test_it_reads_a_and_d(line: str, mg: int | None, stable: bool | None, status: Status) -> None:
    read = read_continuous(line)
    assert (read.mg, read.stable, read.status) == (mg, stable, status)


def test_it_tells_a_digit_that_is_not_verified() -> None:
    assert read_sics("S S   123.5[6] g") == Reading(Decimal("123.56"), "g", True, OK, True)
    assert not read_sics("S S   123.56 g").unverified_digit


@pytest.mark.parametrize(
    ("line", "serial"),
    [
        ('I4 A "B525073136"', "B525073136"),
        ('I4 A "B525073136"\r\n', "B525073136"),
        ("I4 A", ""),
        ('I4 A ""', ""),
        ("ES", ""),
        ("", ""),
        ("I4 A " + '"9' * 50, ""),
    ],
)
def test_it_reads_a_serial_number(line: str, serial: str) -> None:
    assert read_serial(line) == serial


# what a scale may say, with anything in between and around it
WORDS = st.sampled_from(
    ["S", "D", "A", "I", "+", "-", "g", "ct", "kg", "ST,", "US,", "OL", "\0", "\r\n", " ", ",",
     "8.72", "+00008.72", "\uff10", "-0.01", "1,5", "[6]", "Error", "10b", "EL", "9" * 70]
)  # fmt: skip
NOISES = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=9).map(" ".join),
                   st.lists(WORDS, max_size=9).map("".join))  # fmt: skip


@given(line=NOISES)
def test_noise_is_never_a_weight(line: str) -> None:
    """What is read as milligrams says itself that it is stable, in grams, and not below nothing."""
    for read, begins in ((read_sics(line), "S S "), (read_continuous(line), "ST,")):
        if read.mg is None:
            continue
        assert line.split()[0].startswith(begins.split()[0])
        assert (read.stable, read.status) == (True, OK)
        assert read.mg >= 0
        assert line.split()[-1].removeprefix(",").endswith("g")
        assert line.isascii()
        assert len(line) <= MOST_LETTERS


@given(mg=st.integers(0, 10**9), moves=st.booleans())
def test_every_weight_comes_back(mg: int, moves: bool) -> None:
    figure = f"{Decimal(mg) / 1000:.3f}"
    assert read_sics(f"S {'D' if moves else 'S'} {figure:>10} g").mg == (None if moves else mg)
    assert read_continuous(f"{'US' if moves else 'ST'},+{figure}  g").mg == (None if moves else mg)


@given(cut=st.integers(0, 15))
def test_half_a_line_is_never_a_weight(cut: int) -> None:
    for line, read in (("S S     100.00 g", read_sics), ("ST,+00123.45  g", read_continuous)):
        assert read(line[:cut][: len(line) - 1]).mg is None
