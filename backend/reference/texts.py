"""Tens of thousands of short texts in one piece of memory that processes can share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Self, overload

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]
Indices = npt.NDArray[np.int32]

_LINE_END = 1  # bytes


class Texts(Sequence[str]):
    """One text per line of UTF-8, each decoded when it is read; `starts[n]` is the first byte of text n."""

    __slots__ = ("_lines", "_starts", "lines", "starts")

    def __init__(self, lines: npt.NDArray[np.uint8], starts: Indices) -> None:
        self.lines = lines
        self.starts = starts
        self._lines = lines.data
        self._starts = starts.data  # gives plain ints, faster than the array does

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        lines = [text.encode() for text in texts]
        if any(b"\n" in line for line in lines):
            raise ValueError("each text takes one line")
        starts = np.cumsum([0, *(len(line) + _LINE_END for line in lines)], dtype=np.int32)
        return cls(np.frombuffer(b"".join(line + b"\n" for line in lines), np.uint8), starts)

    @classmethod
    def from_arrays(cls, name: str, arrays: Mapping[str, Array]) -> Self:
        return cls(arrays[name].view(np.uint8), arrays[f"{name}.starts"].view(np.int32))

    def arrays(self, name: str) -> dict[str, Array]:
        return {name: self.lines, f"{name}.starts": self.starts}

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            first, end, step = place.indices(len(self))
            return self._run(first, end) if step == 1 else [self[one] for one in range(first, end, step)]
        if place < 0:
            place += len(self)
        if not 0 <= place < len(self):
            raise IndexError(place)
        return str(self._lines[self._starts[place] : self._starts[place + 1] - _LINE_END], "utf-8")

    def at(self, places: Indices) -> list[str]:
        """The texts at these places, faster than one by one."""
        lines, firsts = self._lines, self.starts[places].tolist()
        ends = (self.starts[places + 1] - _LINE_END).tolist()
        return [str(lines[first:end], "utf-8") for first, end in zip(firsts, ends, strict=True)]

    def _run(self, first: int, end: int) -> list[str]:
        """Neighbors are decoded together."""
        if first >= end:
            return []
        return str(self._lines[self._starts[first] : self._starts[end] - _LINE_END], "utf-8").split("\n")
