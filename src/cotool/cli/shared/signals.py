"""SIGTERM and SIGHUP end a command as Ctrl-C does: it removes what it has half written."""

from __future__ import annotations

import signal


class ended_by_signals:  # noqa: N801 - reads as a sentence in `with`
    """Turn SIGTERM and SIGHUP into an exception, unless they are ignored, as after `nohup`."""

    def __enter__(self) -> None:
        self._before = {}
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_DFL:
                continue
            try:
                self._before[number] = signal.signal(number, self._end)
            except ValueError:  # not the main thread
                return

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @staticmethod
    def _end(number: int, _: object) -> None:
        raise SystemExit(128 + number)
