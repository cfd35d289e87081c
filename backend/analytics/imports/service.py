"""Bring events from files into the lake, each once, wherever an earlier attempt stopped."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from backend.analytics.imports.appending import Appender, DryAppender
from backend.analytics.imports.blocks import Block, FileSource, Losses, Rejected, UnusableFile, block_bytes
from backend.analytics.imports.mapping import WrittenMapping
from backend.analytics.imports.opening import Format, identity, open_source
from backend.analytics.imports.reading import ReadEvents
from backend.analytics.imports.staging import Stage, Staged
from backend.analytics.lake.delta import Lake
from backend.analytics.lake.subscribers import Subscribers
from backend.clock import Clock
from backend.faults import Faults

ANSWER_SECONDS = 0.05
T = TypeVar("T")


@dataclass(slots=True)
class Imported:
    """The outcome of a file's rows, in three numbers that add up; `cut_short`: why it was not read to its end.

    `lost` counts, by column, the values that JSON cannot hold.
    """

    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    cut_short: str = ""
    lost: Losses = field(default_factory=Losses)

    @property
    def rows(self) -> int:
        return self.accepted + self.duplicates + self.rejected


class Listener(Protocol):
    """Shows the progress of an import."""

    def begins(self, size: int, notes: Sequence[str]) -> None: ...

    def advances(self, position: int, rows: int) -> None: ...

    def waits(self) -> None:
        """Others wrote to the same days: a block has to be appended once more. Comes from another thread."""

    def rejected(self, row: Rejected) -> None: ...


@dataclass(frozen=True, slots=True)
class DuckLimits:
    """Memory and threads that DuckDB may use."""

    memory: str
    threads: int


class EventImport:
    def __init__(
        self,
        lake: Lake,
        sync: Callable[[], object],
        subscribers: Subscribers,
        read: ReadEvents,
        engine: DuckLimits,
        faults: Faults,
        now: Clock,
    ) -> None:
        self._lake = lake
        self._sync = sync
        self._subscribers = subscribers
        self._read = read
        self._engine = engine
        self._faults = faults
        self._now = now

    def run(
        self, path: Path, form: Format | None, mapping: WrittenMapping, listener: Listener, *, dry: bool = False
    ) -> Imported:
        """Import a file, or raise UnusableFile. A dry run reads the same and writes nothing."""
        source = open_source(path, form, mapping, block_bytes(self._engine.memory))
        listener.begins(source.size, source.notes)
        return self._import(source, lambda: identity(path, mapping), listener, dry=dry)

    def _import(self, source: FileSource, mark: Callable[[], str], listener: Listener, *, dry: bool) -> Imported:
        if not dry:
            self._sync()  # events that came by HTTP are known only once they are in the lake
        imported, received_at = Imported(), self._now()
        with self._stage() as stage, ImportThreads(stage) as hands:
            appender = (DryAppender if dry else Appender)(self._lake, stage, mark, listener.waits, self._faults)
            under_way = PendingAppend(imported, listener)
            try:
                for block in source.blocks():
                    imported.lost.update(block.lost)
                    staged = hands.stage(source, block, received_at).result()
                    under_way.next(staged, hands.append(appender, staged))
            except UnusableFile as error:
                imported.cut_short = str(error)
            try:
                under_way.end()
            except UnusableFile as error:
                imported.cut_short = str(error)
        if not dry:
            self._subscribers.notify(frozenset(appender.touched))
        return imported

    @contextmanager
    def _stage(self) -> Iterator[Stage]:
        with tempfile.TemporaryDirectory(prefix="mingus-import-") as folder:
            stage = Stage(Path(folder), self._engine.memory, self._engine.threads, self._read)
            try:
                yield stage
            finally:
                stage.close()


class ImportThreads:
    """Two threads: one stages blocks, one appends them.

    The main thread only waits for them. While it waits within DuckDB for DuckDB's own threads, Python hears no signal.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._staging, self._appending = ThreadPoolExecutor(1, "stage"), ThreadPoolExecutor(1, "append")
        self._begun: set[Future[Any]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        """Soon over when something went wrong, such as Ctrl-C: a block under way is appended whole or not at all."""
        for thread in (self._staging, self._appending):
            thread.shutdown(wait=False, cancel_futures=kind is not None)
        while wait(self._begun, ANSWER_SECONDS if kind else None).not_done:
            self._stage.interrupt()

    def stage(self, source: FileSource, block: Block, received_at: datetime) -> Future[Staged]:
        return self._remembered(self._staging.submit(self._stage.put, source, block, received_at))

    def append(self, appender: Appender, staged: Staged) -> Future[int]:
        return self._remembered(self._appending.submit(appender.append, staged))

    def _remembered(self, future: Future[T]) -> Future[T]:
        self._begun = {future, *(begun for begun in self._begun if not begun.done())}
        return future


class PendingAppend:
    """The one block that is being appended while the next one is read."""

    def __init__(self, imported: Imported, listener: Listener) -> None:
        self._imported = imported
        self._listener = listener
        self._under_way: tuple[Staged, Future[int]] | None = None

    def next(self, staged: Staged, appending: Future[int]) -> None:
        self.end()
        self._under_way = staged, appending

    def end(self) -> None:
        if self._under_way is None:
            return
        (staged, appending), self._under_way = self._under_way, None
        fresh = appending.result()
        self._imported.accepted += fresh
        self._imported.duplicates += staged.rows.num_rows - fresh
        self._imported.rejected += len(staged.rejected)
        for rejected in staged.rejected:
            self._listener.rejected(rejected)
        self._listener.advances(staged.position, self._imported.rows)
