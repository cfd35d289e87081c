"""Arrays in one file that processes map into memory and share: an uncompressed .npz, which `numpy.load` opens too.

Each member starts at a multiple of 64 bytes, so that its numbers are aligned in memory. The space before it is padding
in the extra field of its zip header, under the id that Android's zipalign uses.
"""

from __future__ import annotations

import io
import mmap
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from backend.reference.texts import Array

ALIGNMENT = 64

_HEADER_BYTES = 30  # of a zip member, before its name
_PADDING_ID = 0xD935
_LONGEST_ARRAY_HEADER = 4096
_UNREADABLE = (OSError, ValueError, LookupError, EOFError, NotImplementedError, struct.error, zipfile.BadZipFile)


class ArrayFileDamaged(Exception):
    """The file is missing or is not what was written."""


def array_file(arrays: Mapping[str, Array]) -> bytes:
    """The same arrays give the same bytes anywhere."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy")  # dated 1980
            member.create_system = 3  # Unix, wherever it is written
            member.extra = _padding(content.tell() + _HEADER_BYTES + len(member.filename.encode()))
            stream = io.BytesIO()
            np.lib.format.write_array(stream, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            archive.writestr(member, stream.getvalue())
    return content.getvalue()


def map_arrays(path: Path) -> dict[str, Array]:
    """The arrays, read-only; their pages belong to the file, and every byte has been checked against its CRC."""
    try:
        with path.open("rb") as stream:
            return _mapped(stream)
    except _UNREADABLE as error:
        raise ArrayFileDamaged(f"{path.name} cannot be read ({error})") from error


def _mapped(stream: BinaryIO) -> dict[str, Array]:
    content = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
    return {member.filename.removesuffix(".npy"): _array(content, member) for member in members}


def _array(content: memoryview, member: zipfile.ZipInfo) -> Array:
    name_bytes, extra_bytes = struct.unpack_from("<HH", content, member.header_offset + 26)
    start = member.header_offset + _HEADER_BYTES + name_bytes + extra_bytes
    body = content[start : start + member.file_size]
    if zlib.crc32(body) != member.CRC:
        raise ValueError(f"{member.filename} is not what was written")
    head = io.BytesIO(body[:_LONGEST_ARRAY_HEADER])
    np.lib.format.read_magic(head)
    shape, _, kind = np.lib.format.read_array_header_1_0(head)
    return np.frombuffer(body, kind, offset=head.tell()).reshape(shape)


def _padding(offset: int) -> bytes:
    """An extra field after which the next byte is aligned; four bytes of it are its own head."""
    blank = -(offset + 4) % ALIGNMENT
    return struct.pack("<HH", _PADDING_ID, blank) + bytes(blank)
