"""Logs of systems that do not exist, written for the tests: lines, and the template of each."""

from __future__ import annotations

import json
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


# ---- invented programs ---------------------------------------------------------------------------

_TRADES = {
    "mill": "grinder hopper sieve sack chute grain bran rotor sluice wheel",
    "ferry": "berth ramp deck hull cabin anchor buoy tide captain ticket",
    "forge": "anvil bellows ingot mould billet ladle kiln crucible hammer alloy",
    "orchard": "graft bough crate ladder picker press blossom hive scion cider",
    "tram": "pantograph depot switch bogie rail timetable conductor stop signal turnstile",
    "theatre": "curtain prop stage ticket actor prompter fly loge usher script",
    "observatory": "dome mirror plate spectrum shutter tracker guider nebula exposure pier",
    "quarry": "blast conveyor boulder drill bench crusher gravel haulage shovel slab",
}
_VERBS = (
    "open close load drop lock unlock start stop align rotate flush weigh seal drain lift stack "
    "clean heat cool paint sort book cancel print scan"
).split()
_STATES = "ready idle jammed full empty hot cold late overdue broken online offline".split()
_SENTENCES = (
    "{noun} {name} {done}", "{done} {noun} {id} in {time}", "{doing} {noun} {name} at {host}",
    "cannot {do} {noun} {name}: {reason}", "{noun} {int} of {int} {done}", "no {noun} left to {do}",
    "{noun} {name} is {state}", "{doing} {int} {noun}s from {path}", "{noun} {noun2} mismatch",
    "{noun} {id}: {done} after {int} attempts", "{noun} queue has {int} entries, {int} {state}",
    "all {noun}s {done}", "{noun} config loaded from {path}", "user {name} {done} {noun} {int}",
    "{noun} temperature {float} above {float}", "will {do} {noun} {name} again in {time}",
    "{noun} options {object}", "{noun} {name} moved from {place} to {place}",
    "{noun} connection from {host} {done}", "{noun} list: {list}", "{noun} took {time}, {size}",
    "{noun} flag {key}={bool} {done}", "skipped {noun} {name}, already {done}",
    "{noun} report {object} sent to {host}", "failed to {do} {noun} {id}: {reason}",
)  # fmt: skip
_REASONS = (
    "permission denied", "no such file or directory", "connection reset by peer", "timed out",
    "unexpected end of data", "device 7 is busy", "invalid checksum 0x1f", "disk quota exceeded",
)  # fmt: skip
_PLACES = "attic yard cellar hall gate tower shed loft pier vault".split()
MANNERS = ("klog", "slog", "java", "daemon", "gear", "tracing", "windows", "python")


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    return verb + (verb[-1] if verb in {"stop", "scan", "drop", "cancel"} else "") + "ed"


class _Domain:
    """Values of one place of a call: a few or many, some of them frequent."""

    def __init__(self, kind: str, chance: random.Random) -> None:
        self.kind, self._chance = kind, chance
        self._values = _Values(chance.randrange(1 << 30))
        self._most = chance.choice([1, 2, 4, 12, 60, 1000])
        self._seen: list[str] = []

    def one(self) -> str:
        chance = self._chance
        if not self._seen or (len(self._seen) < self._most and chance.random() < 0.3):
            self._seen.append(self._new())
        return self._seen[min(int(chance.paretovariate(0.8)) - 1, len(self._seen) - 1)]

    def _new(self) -> str:
        chance, make = self._chance, self._values.make
        name = chance.choice(_NAMES)
        if self.kind in {"int", "float", "id", "path", "bool"}:
            return make(self.kind)
        return {
            "name": chance.choice([name, make("host"), f"{name}_{chance.choice(_NAMES)}"]),
            "host": chance.choice([make("ip"), f"{name}.example.net:{make('int')}", make("host")]),
            "time": chance.choice([f"{make('int')}ms", f"{make('float')}s", f"{make('int')} ms"]),
            "size": chance.choice([f"{make('int')} bytes", f"{make('float')} MiB", make("size")]),
            "list": f"[{', '.join(chance.choices(_NAMES, k=chance.randint(0, 4)))}]",
            "object": chance.choice([
                f"{{name: {name}, retries: {make('int')}}}", "{}",
                f"Ticket(owner='{name}', paid={make('bool')})", f"<Handle {name} at {make('hex')}>",
            ]),
            "reason": chance.choice(_REASONS),
            "place": chance.choice(_PLACES),
        }[self.kind]  # fmt: skip


class _Call:
    """One call of a program: its text, and what its places hold."""

    def __init__(self, words: list[str], sentence: str, chance: random.Random) -> None:
        verb = chance.choice(_VERBS)
        fixed = {
            "noun": chance.choice(words), "noun2": chance.choice(words), "do": verb,
            "done": _past(verb), "doing": f"{verb.removesuffix('e')}ing",
            "state": chance.choice(_STATES), "key": f"{chance.choice(words)}_{verb}",
        }  # fmt: skip
        text = re.sub(r"\{(\w+)\}", lambda found: fixed.get(found[1], found[0]), sentence)
        self.text = text
        self.kinds = re.findall(r"\{(\w+)\}", text)
        self._domains = [_Domain(kind, chance) for kind in self.kinds]

    def values(self) -> list[str]:
        return [domain.one() for domain in self._domains]


def _plain(text: str, values: list[str]) -> str:
    given = iter(values)
    return re.sub(r"\{\w+\}", lambda _: next(given), text)


def _keyed(call: _Call, values: list[str], quote: Callable[[str], str]) -> tuple[str, str]:
    """The text without its places, and these as keys."""
    bare = re.sub(r"[\s:,=]*\{\w+\}", "", call.text).strip()
    return bare, "".join(
        f" {kind}{n or ''}={quote(value)}"
        for n, (kind, value) in enumerate(zip(call.kinds, values, strict=True))
    )


def _line(manner: str, call: _Call, number: int, second: int, chance: random.Random) -> str:
    values = call.values()
    text = _plain(call.text, values)
    clock = f"11:{second // 60:02d}:{second % 60:02d}"
    level = chance.choice(["INFO", "INFO", "WARN", "ERROR"])
    quoted = json.dumps
    if manner == "klog":
        bare, keys = _keyed(call, values, lambda v: v if v.isdigit() else quoted(v))
        return f'{level[0]}0507 {clock}.000001   417 works.go:7] "{bare}"{keys}'
    if manner == "slog":
        bare, keys = _keyed(call, values, lambda v: quoted(v) if re.search(r"[ =\"]", v) else v)
        return f'time=2031-05-07T{clock}.000Z level={level} msg="{bare}"{keys}'
    if manner == "tracing":
        bare, keys = _keyed(call, values, lambda v: v if re.fullmatch(r"[\w.]+", v) else quoted(v))
        return f"2031-05-07T{clock}.000001Z {level:>5} works::core: {bare}{keys}"
    head = {
        "java": f"2031-05-07 {clock},001 {level:<5} [pool-{number % 9}] o.w.Main - ",
        "daemon": f"May  7 {clock} node7 worksd[{chance.randint(2, 999)}]: ",
        "gear": f"<189>{number}: *May  7 {clock}.001: %WORKS-{chance.randint(2, 6)}-EVENT: ",
        "windows": f"2031-05-07 {clock}, {level.title():<22}WRK    ",
        "python": f"2031-05-07 {clock},001 [{level}] works.core: ",
    }[manner]
    return head + text


def make_program(
    trade: str, manner: str, calls: int = 60, count: int = 2000
) -> tuple[list[bytes], list[str]]:
    """Return lines of an invented program, and the call that each comes from."""
    chance = random.Random(f"{trade} {manner}")
    words = _TRADES[trade].split()
    found: dict[str, _Call] = {}
    sentences = list(_SENTENCES) * 3  # no program says the same of everything
    chance.shuffle(sentences)
    while len(found) < calls:
        call = _Call(words, sentences[len(found)], chance)
        found.setdefault(_plain(call.text, ["*"] * len(call.kinds)), call)
    chosen = list(found.values())
    weights = [1 / (n + 1) ** 1.1 for n in range(calls)]
    lines, truth = [], []
    for n in range(count):
        call = chance.choices(chosen, weights)[0]
        lines.append(_line(manner, call, n, n * 3600 // count, chance).encode())
        truth.append(_keyed(call, ["*"] * len(call.kinds), str)[0] + "|".join(call.kinds)
                     if manner in {"klog", "slog", "tracing"} else call.text)  # fmt: skip
    return lines, truth


# What the rules were chosen on, and what they are reported on.
CHOSEN = [(trade, manner) for trade in list(_TRADES)[::2] for manner in MANNERS]
HELD = [(trade, manner) for trade in list(_TRADES)[1::2] for manner in MANNERS]
