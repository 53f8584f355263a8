"""A log in which sixteen systems take turns, each with its own form of line."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cotool.benchmarks.inputs import LEVELS, made_texts, write_data

if TYPE_CHECKING:
    from pathlib import Path

# Lines of sixteen systems: how each writes the time, and what follows or surrounds it.
_SYSTEMS = (
    ("%Y-%m-%d %H:%M:%S,123", "{time} {upper} [main] org.shop.Server: {text}"),
    ("%Y-%m-%dT%H:%M:%S.250Z", "{time} {lower} worker {number} {text}"),
    ("%Y-%m-%dT%H:%M:%S+00:00", "{time} [{upper}] {text}"),
    ("%a %b %d %H:%M:%S %Y", "[{time}] [{lower}] {text}"),
    ("%y%m%d %H%M%S", "{time} {number} {upper} dfs.DataNode: {text}"),
    ("%y/%m/%d %H:%M:%S", "{time} {upper} executor.Task: {text}"),
    ("%b %d %H:%M:%S", "{time} host1 sshd[{number}]: {text}"),
    ("%b %d %H:%M:%S", "{time} host2 kernel: {text}"),
    ("%d/%b/%Y:%H:%M:%S +0000", '10.0.0.{digit} - - [{time}] "GET /{digit} HTTP/1.1" 200 {number}'),
    ("%Y%m%d-%H:%M:%S:606", "{time}|Step_LSC|{number}|{text}"),
    ("%s", "- {time} node-{digit} RAS KERNEL {upper} {text}"),
    ("%Y-%m-%dT%H:%M:%SZ", '{{"time":"{time}","level":"{lower}","msg":"{text}","n":{number}}}'),
    ("%Y-%m-%dT%H:%M:%SZ", 'ts={time} level={lower} n={number} msg="{text}"'),
    ("%m-%d %H:%M:%S.500", "{time}  {number}  {number} {letter} Wifi: {text}"),
    ("%d.%m.%Y %H:%M:%S", "{time} {upper} {text}"),
    ("%Y-%m-%d %H:%M:%S.000", "{time} | {upper} | {text}"),
)
# Lines of one system in a row.
_ROW = 200


def made_systems(path: Path, size: int) -> None:
    """Write a log of about `size` bytes in which sixteen systems take turns of 200 lines each."""
    chance = random.Random(11)
    texts = made_texts(70, 2000)
    start = datetime(2026, 3, 1, tzinfo=UTC)
    lines = []
    for number in range(20 * _ROW * len(_SYSTEMS)):
        form, line = _SYSTEMS[number // _ROW % len(_SYSTEMS)]
        level = chance.choice(LEVELS)
        moment = start + timedelta(seconds=number // 10)
        lines.append(
            line.format(
                time=int(moment.timestamp()) if form == "%s" else moment.strftime(form),
                upper=level,
                lower=level.lower(),
                letter=level[0],
                digit=chance.randint(1, 9),
                number=chance.randint(100, 99_999),
                text=chance.choice(texts),
            )
        )
    block = "".join(f"{line}\n" for line in lines).encode()
    write_data(path, (block * (size // len(block) + 1))[:size])
