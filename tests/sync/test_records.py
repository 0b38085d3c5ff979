"""CSV cut into blocks: at record ends only, and nothing is lost."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.records import record_blocks, split_header

CELL = st.text(st.sampled_from('a"\n\r,é😀'), max_size=8)


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=8), st.integers(1, 40), st.booleans())
def test_every_block_is_whole_records_and_together_they_are_the_file(
    rows: list[list[str]], size: int, last_line_end: bool
) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    content = stream.getvalue().encode()
    if not last_line_end:
        content = content[:-1]
    blocks = list(record_blocks(io.BytesIO(content), size))
    assert b"".join(blocks) == content
    read = [row for block in blocks for row in csv.reader(io.StringIO(block.decode(), newline=""))]
    assert read == rows


def test_an_empty_stream_has_no_blocks() -> None:
    assert list(record_blocks(io.BytesIO(b""))) == []


def test_a_stream_that_ends_inside_quotes_is_handed_on_whole() -> None:
    assert b"".join(record_blocks(io.BytesIO(b'"a"\n"b\n"c\n"'), 4)) == b'"a"\n"b\n"c\n"'


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_header_is_read_with_any_line_end_and_byte_order_mark(line_end: bytes, mark: bytes) -> None:
    assert split_header(mark + b'"Id","Account.Name"' + line_end + b"rest") == (["Id", "Account.Name"], b"rest")
    assert split_header(b"sf__Id,Id") == (["sf__Id", "Id"], b"")
