"""Fetch while the former batch is stored."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")
_DEPTH = 8
_LOOK_SECONDS = 0.2


class _End(Generic[Item]):
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(items: Iterable[Item], depth: int = _DEPTH) -> Iterator[Item]:
    """Iterate over `items` in a thread of its own, at most `depth` items ahead of the consumer.

    An error of the source is raised at the consumer; a consumer that stops ends the thread.
    """
    waiting: queue.Queue[Item | _End[Item]] = queue.Queue(depth)
    stopped = threading.Event()

    def hand_over(item: Item | _End[Item]) -> bool:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=_LOOK_SECONDS)
                return True
            except queue.Full:
                continue
        return False

    def produce() -> None:
        try:
            for item in items:
                if not hand_over(item):
                    return
            hand_over(_End(None))
        except BaseException as error:  # handed to the consumer, which raises it
            hand_over(_End(error))

    thread = threading.Thread(target=produce, name="fetch-ahead", daemon=True)
    thread.start()
    try:
        while True:
            item = waiting.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stopped.set()
        thread.join()
