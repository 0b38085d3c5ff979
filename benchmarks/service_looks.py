"""Looks at a service at fixed times until a line comes in; prints each answer's status and seconds.

Seconds count from the moment at which the look was due, so that a service that is late is not asked less often.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import urlsplit

import urllib3

_THREADS = 8
_WITHOUT_ANSWER = 0


def main(url: str, rate: str, *pages: str) -> int:
    """Look `rate` times a second at these pages in turn; the token comes in as the first line."""
    headers = {"Authorization": f"Bearer {sys.stdin.readline().strip()}"}
    place = urlsplit(url)
    done = threading.Event()
    threading.Thread(target=_until_told, args=[done], daemon=True).start()
    answers: list[tuple[int, float]] = []
    with (
        urllib3.HTTPConnectionPool(str(place.hostname), place.port, maxsize=_THREADS, timeout=30.0) as pool,
        ThreadPoolExecutor(_THREADS) as crew,
    ):

        def look(page: str, due: float) -> None:
            try:
                status = pool.request("GET", page, headers=headers, retries=False).status
            except urllib3.exceptions.HTTPError:
                status = _WITHOUT_ANSWER
            answers.append((status, time.monotonic() - due))

        look(pages[0], time.monotonic())
        print("looking", flush=True)
        began = time.monotonic()
        for number in count():
            due = began + number / float(rate)
            if done.wait(max(0.0, due - time.monotonic())):
                break
            crew.submit(look, pages[number % len(pages)], due)
    print(json.dumps(answers))
    return 0


def _until_told(done: threading.Event) -> None:
    sys.stdin.readline()
    done.set()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
