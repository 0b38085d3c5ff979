"""Fetch in threads while the former batch is stored."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Generic, TypeVar

Item = TypeVar("Item")
_DEPTH = 8
_LOOK_SECONDS = 0.2


class _End:
    """One thread has no more; `error` is what ended it, if that was not the end of its sources."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def together(sources: Iterable[Iterable[Item]], workers: int, depth: int = _DEPTH) -> Iterator[Item]:
    """Iterate over several sources at once, each in a thread; items come in any order.

    At most `depth` items wait for the consumer. An error of a source, or of the iterator over them, is raised at the
    consumer; a consumer that stops ends the threads.
    """
    crew = _Crew(iter(sources), depth)
    threads = [threading.Thread(target=crew.work, name="fetch-ahead", daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    try:
        yield from crew.items(len(threads))
    finally:
        crew.stopped.set()
        for thread in threads:
            thread.join()


class _Crew(Generic[Item]):
    def __init__(self, sources: Iterator[Iterable[Item]], depth: int) -> None:
        self.stopped = threading.Event()
        self._sources = sources
        self._taking = threading.Lock()
        self._waiting: queue.Queue[Item | _End] = queue.Queue(depth)

    def items(self, workers: int) -> Iterator[Item]:
        """What the threads hand over, until all of them have ended."""
        while workers:
            item = self._waiting.get()
            if not isinstance(item, _End):
                yield item
                continue
            if item.error is not None:
                raise item.error
            workers -= 1

    def work(self) -> None:
        """Take sources and hand their items over, until there are no more."""
        try:
            while (source := self._next()) is not None:
                for item in source:
                    if not self._hand_over(item):
                        return
            self._hand_over(_End(None))
        except BaseException as error:  # handed to the consumer, which raises it
            self._hand_over(_End(error))

    def _next(self) -> Iterable[Item] | None:
        with self._taking:
            return None if self.stopped.is_set() else next(self._sources, None)

    def _hand_over(self, item: Item | _End) -> bool:
        while not self.stopped.is_set():
            with suppress(queue.Full):
                self._waiting.put(item, timeout=_LOOK_SECONDS)
                return True
        return False
