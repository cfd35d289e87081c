"""Text files, plain or gzipped, cut into blocks at the ends of lines."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from backend.analytics.imports.blocks import MOST_ROW_BYTES, Block, Rejected, UnusableFile
from backend.analytics.imports.line_form import form_of
from backend.analytics.imports.rules import fields_of_lines

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

MARK = b"\xef\xbb\xbf"
UTF_16, NUL_BYTES = (b"\xff\xfe", b"\xfe\xff"), 64
GZIPPED = b"\x1f\x8b"
SHOWN = 2_000
STEP = 2**20
FIRST_BYTES, FIRST_LINES = 2**20, 200


@dataclass(frozen=True, slots=True)
class Text:
    """Whole lines in UTF-8 or not, each with its newline; `first` is the number of the first one."""

    data: bytes
    first: int
    position: int


class Reader:
    """Reads a file front to back; says so when it is cut short or damaged, after all that could be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.first = 1

    def pieces(self, size: int) -> Iterator[Text]:
        """Every line, in pieces of about `size` bytes. The last line of a file cut short is not to be trusted."""
        with self.path.open("rb") as file:
            gzipped = file.read(2) == GZIPPED
            file.seek(0)
            stream = cast("BufferedReader", gzip.GzipFile(fileobj=file)) if gzipped else file
            rest = b""
            for data in self._reads(stream, size - len(rest)):
                if self.first == 1 and not rest:
                    data = self._beginning(data)  # noqa: PLW2901
                whole, rest = cut(rest + data if rest else data)
                if whole:
                    yield self._text(whole, file.tell())
                if len(rest) > MOST_ROW_BYTES:
                    raise UnusableFile(f"{self.path}: line {self.first} is longer than {MOST_ROW_BYTES} bytes.")
            if rest:
                yield self._text(rest + b"\n", file.tell())

    def _beginning(self, data: bytes) -> bytes:
        """Windows calls UTF-16 Unicode, and Excel writes it so: every other byte of plain words is NUL."""
        if data.startswith(UTF_16) or b"\0" in data[:NUL_BYTES]:
            raise UnusableFile(f"{self.path} is not UTF-8 but UTF-16 or no text: iconv -f UTF-16 -t UTF-8 converts it.")
        return data.removeprefix(MARK)

    def _reads(self, stream: BufferedReader, size: int) -> Iterator[bytes]:
        """Zipped, step by step: what comes before a damage must not be lost with it."""
        steps, damage, step = [], "", b" "
        step_size = STEP if isinstance(stream, gzip.GzipFile) else size
        while step:
            try:
                step = stream.read1(step_size)
            except (EOFError, zlib.error, OSError) as error:
                step, damage = b"", str(error).rstrip(".")
            steps.append(step)
            if sum(map(len, steps)) >= size or not step:
                yield steps[0] if len(steps) == 1 else b"".join(steps)
                steps = []
        if damage:
            raise UnusableFile(f"{self.path} cannot be read beyond line {self.first - 1}: {damage}.")

    def _text(self, data: bytes, position: int) -> Text:
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        text = Text(data, self.first, position)
        self.first += data.count(b"\n")
        return text


def cut(data: bytes) -> tuple[bytes, bytes]:
    """Whole lines, and the beginning of the next one."""
    end = data.rfind(b"\n") + 1
    return data[:end], data[end:]


def shown(original: bytes) -> str:
    return original[:SHOWN].decode(errors="backslashreplace").rstrip("\n")


def ends_of_lines(data: bytes) -> np.ndarray:
    """The end of each line of `data`, its newline included."""
    import numpy as np

    return np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n")) + 1


def first_lines(path: Path) -> list[bytes]:
    """Lines from a file's beginning; none where it is damaged there."""
    try:
        text = next(Reader(path).pieces(FIRST_BYTES), None)
    except UnusableFile:
        return []
    return text.data.splitlines(keepends=True)[:FIRST_LINES] if text else []


class NdjsonFile:
    """One event a line."""

    def __init__(self, path: Path, block: int) -> None:
        self.name = str(path)
        self.fields = fields_of_lines("rows", *form_of(first_lines(path)).cut)
        self.notes: list[str] = []
        self._reader, self._block_bytes = Reader(path), block
        self.size = self._reader.size

    def blocks(self) -> Iterator[Block]:
        for text in self._reader.pieces(self._block_bytes):
            if text.first == 1 and text.data.lstrip()[:1] == b"[":
                raise UnusableFile(f"{self.name} is a JSON array. Write one event a line.")
            yield self._block(text)

    def _block(self, text: Text) -> Block:
        import numpy as np
        import pyarrow as pa

        ends = np.concatenate(([0], ends_of_lines(text.data)))
        data, rejected = _readable(text, ends)
        lines = pa.Array.from_buffers(
            pa.large_utf8(), len(ends) - 1, [None, pa.py_buffer(ends.astype(np.int64).tobytes()), pa.py_buffer(data)]
        )
        numbers = pa.array(np.arange(text.first, text.first + len(ends) - 1))

        def original(line: int) -> str:
            at = line - text.first
            return shown(text.data[ends[at] : ends[at + 1]])

        return Block(in_batches(numbers, lines), rejected, text.first + len(ends) - 2, text.position, original)


def in_batches(numbers: Any, lines: Any) -> pa.Table:
    """Small batches, so that DuckDB reads with several threads."""
    import pyarrow as pa

    table = pa.table({"n": numbers, "line": lines})
    return pa.Table.from_batches(table.to_batches(max_chunksize=2**15))


def _readable(text: Text, ends: np.ndarray) -> tuple[bytes, list[Rejected]]:
    """Blank the lines that are not UTF-8 or far too long, and reject them; DuckDB would trust them."""
    import numpy as np

    lengths = np.diff(ends)
    bad = {
        int(at): f"The line is longer than {MOST_ROW_BYTES} bytes" for at in np.flatnonzero(lengths > MOST_ROW_BYTES)
    }
    if not is_utf8(text.data):
        for at, (start, end) in enumerate(pairwise(ends.tolist())):
            if not is_utf8(text.data[start:end]):
                bad.setdefault(at, "The line is not JSON: it is not UTF-8")
    if not bad:
        return text.data, []
    data = bytearray(text.data)
    for at in bad:
        data[ends[at] : ends[at + 1] - 1] = b" " * int(lengths[at] - 1)
    rejected = [Rejected(text.first + at, bad[at], shown(text.data[ends[at] : ends[at + 1]])) for at in sorted(bad)]
    return bytes(data), rejected


def is_utf8(data: bytes) -> bool:
    import pyarrow as pa

    ends = pa.py_buffer(len(data).to_bytes(16, "little")[:8].rjust(16, b"\0"))
    try:
        pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(data)]).cast(pa.large_utf8())
    except pa.ArrowInvalid:
        return False
    return True
