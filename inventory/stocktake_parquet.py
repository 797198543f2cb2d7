"""The lines of a stocktake as Parquet, for whoever reckons with columns: DuckDB, pandas, Spark.

Made from the very lines of the NDJSON file, so that both say the same. Rows are gathered in groups
of always the same number, so that the same lines give the same bytes whoever hands them over.
"""

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from inventory import stocktake_rows
from inventory.models import Stocktake

if TYPE_CHECKING:
    import pyarrow

GROUP: Final = 50_000  # rows


def content(stocktake: Stocktake) -> Iterator[bytes]:
    """The file in parts; never more than a few groups of it are in memory."""
    import pyarrow  # because: it takes a fifth of a second and 50 MB, and only these files need it
    from pyarrow import parquet

    schema, sink = _schema(), _Sink()
    with parquet.ParquetWriter(sink, schema, compression="zstd") as file:
        for group in _groups(stocktake_rows.content(stocktake), schema):
            file.write_table(group, row_group_size=GROUP)
            yield sink.taken()
        file.add_key_value_metadata({"number": stocktake.number})
    pyarrow.default_memory_pool().release_unused()
    yield sink.taken()


def made_by() -> str:
    """The library and its release."""
    import pyarrow  # because: see above

    return f"pyarrow {pyarrow.__version__}"


class _Sink(io.RawIOBase):
    """Takes what is written and hands it on; nothing is kept."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        self._size += len(part)
        return len(part)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _groups(blocks: Iterable[bytes], schema: "pyarrow.Schema") -> Iterator["pyarrow.Table"]:
    import pyarrow  # because: see above
    from pyarrow import json

    strict = json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    waiting = schema.empty_table()
    for block in blocks:
        # one block in one piece: a line is never cut
        whole = json.ReadOptions(use_threads=False, block_size=len(block) + 1)
        read = json.read_json(io.BytesIO(block), read_options=whole, parse_options=strict)
        waiting = pyarrow.concat_tables([waiting, read])
        while waiting.num_rows >= GROUP:
            yield waiting.slice(0, GROUP).combine_chunks()
            waiting = waiting.slice(GROUP)
    yield waiting.combine_chunks()


def _schema() -> "pyarrow.Schema":
    import pyarrow  # because: see above

    types = {"text": pyarrow.string(), "integer": pyarrow.int64()}
    return pyarrow.schema([(name, types[cell.kind]) for name, cell in stocktake_rows.CELLS.items()])
