"""Logs of systems that do not exist, written for the tests: lines, and the template of each."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMES = "alder birch cedar dogwood elm fir gorse hazel ivy juniper kapok larch maple".split()


class _Values:
    """Values of the kinds that templates name."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def make(self, kind: str) -> str:
        c = self.chance
        digits = "0123456789abcdef"
        made: dict[str, Callable[[], str]] = {
            "int": lambda: str(c.choice([c.randint(0, 9), c.randint(10, 99999)])),
            "float": lambda: f"{c.random() * 100:.{c.randint(1, 4)}f}",
            "hex": lambda: "0x" + "".join(c.choices(digits, k=8)),
            "id": lambda: "".join(c.choices(digits, k=16)) + "7",
            "uuid": lambda: "-".join("".join(c.choices(digits, k=n)) for n in (8, 4, 4, 4, 12)),
            "ip": lambda: ".".join(str(c.randint(1, 254)) for _ in range(4)),
            "name": lambda: c.choice(_NAMES),
            "host": lambda: f"{c.choice(_NAMES)}-{c.randint(1, 40)}",
            "path": lambda: "/".join(["", "srv", c.choice(_NAMES), f"{c.randint(1, 99)}.dat"]),
            "bool": lambda: c.choice(["true", "false"]),
            "size": lambda: (
                f"{c.randint(1, 900)} bytes"
                + (f" ({c.random() * 9:.2f} KB)" if c.random() < 0.4 else "")
            ),
            "list": lambda: ", ".join(str(c.randint(0, 99)) for _ in range(c.randint(1, 6))),
            "flags": lambda: " ".join(f"{n}:{c.randint(0, 9)}" for n in range(c.randint(1, 5))),
        }
        return made[kind]()

    def fill(self, text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: self.make(found[1]), text)


SYSTEMS: dict[str, tuple[str, tuple[str, ...]]] = {
    # Java with thread and logger
    "harbour": (
        "2031-05-07 11:{m}:{s},{ms} {LEVEL} [{thread}] harbour.core.{component} - ",
        (
            "Ship {host} moored at berth {int} after {float} minutes",
            "Ship {host} left berth {int}",
            "Crane {int} lifted container {id} in {int} ms",
            "Crane {int} stopped: load of {float} t exceeds {float} t",
            "Tide table reloaded from {path}, {int} entries",
            "Customs check of container {id} passed",
            "Customs check of container {id} failed: seal {hex} is broken",
            "Berths free: {list}",
            "Pilot {name} on board of {host}",
            "Radio channel {int} opened",
            "Radio channel {int} closed",
        ),
    ),
    # syslog
    "greenhouse": (
        "May  7 11:{m}:{s} {node} {process}[{pid}]: ",
        (
            "valve {int} opened by {name}, flow {float} l/min",
            "valve {int} closed by {name}",
            "sensor {ip}:{int} timed out after {int} s",
            "humidity {float} % below limit {float} %",
            "lamp ready={bool},dimmed={bool},level={int},zone={int}",
            "session opened for user {name} from {ip}",
            "session closed for user {name}",
            "no water in tank {int}; pumps {list} stopped",
            "image /srv/cam/{uuid}.jpg saved, {size}",
        ),
    ),
    # brackets, no level
    "library": (
        "[07.05 11:{m}:{s}] ",
        (
            "loan of item {id} to reader {int} until 2031-06-{int}",
            "{host}:{int} closed, {size} sent, {size} received, lasted {int} s",
            "{host}:{int} opened through gateway {host}:{int}",
            "return of item {id}: fine {float} EUR",
            'search "{name}" took {int} ms, {int} hits',
            "shelf scan finished, missing [{list}]",
            "index rebuilt",
        ),
    ),
    # epoch, node, level in the middle
    "reactor": (
        "- {epoch} 2031.05.07 R{int}-M{int} 2031-05-07-11.{m}.{s}.{ms}000 RAS {unit} {LEVEL} ",
        (
            "coolant pump {int} at {int} rpm",
            "parity error corrected at address {hex}",
            "parity error detected at address {hex}",
            "rod {int} moved by {float} mm",
            "register dump {flags}",
            "core map sent to /srv/maps/{uuid}",
            "watchdog reset",
            "ring bus error: node {int} did not answer within {int} ms",
        ),
    ),
    # JSON lines
    "bakery": (
        '{"time":"2031-05-07T11:{m}:{s}.{ms}Z","level":"{level}","msg":"',
        (
            "oven {int} reached {int} C in {int} s",
            "batch {uuid} of {int} loaves done",
            "batch {uuid} burnt",
            "order of customer {name} confirmed, {float} EUR",
            "flour silo {int} at {int} %",
            "recipe cache refreshed, hit={bool}",
        ),
    ),
}


def make(name: str, count: int = 1500, seed: int = 1) -> tuple[list[bytes], list[str]]:
    """Return lines of a system, and the template of each; a few are far more frequent."""
    head, templates = SYSTEMS[name]
    values = _Values(seed)
    chance = values.chance
    weights = [1 / (n + 1) ** 1.3 for n in range(len(templates))]
    lines, truth = [], []
    for n in range(count):
        text = templates[n] if n < len(templates) else chance.choices(templates, weights)[0]
        level = chance.choice(["INFO", "INFO", "WARN", "ERROR"])
        second = n * 3600 // count
        filled = head
        for key, value in {
            "m": f"{second // 60:02d}", "s": f"{second % 60:02d}", "LEVEL": f"{level:<5}",
            "level": level.lower(), "ms": f"{chance.randint(0, 999):03d}",
            "thread": chance.choice(["main", f"worker-{chance.randint(1, 9)}", "timer"]),
            "component": chance.choice(["Dock", "Crane", "Gate"]),
            "node": chance.choice(["glass1", "glass2"]),
            "process": chance.choice(["climate", "gate(pam)"]), "pid": str(chance.randint(2, 9999)),
            "epoch": str(1_936_000_000 + second), "int": str(chance.randint(0, 40)),
            "unit": chance.choice(["KERNEL", "APP"]),
        }.items():  # fmt: skip
            filled = filled.replace("{" + key + "}", value)
        message = values.fill(text)
        if name == "bakery":
            message = message.replace('"', "'") + '"}'
        lines.append((filled + message).encode())
        truth.append(text)
    return lines, truth
