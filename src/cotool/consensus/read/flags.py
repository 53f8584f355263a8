"""Files with a column per label, which is true or false."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.read import names
from cotool.consensus.read.long import Long, paths_of
from cotool.consensus.read.long_plan import plan_long

if TYPE_CHECKING:
    from cotool.consensus.read.columns import Column
    from cotool.consensus.read.plan import Plan
    from cotool.consensus.read.sample import RecordSample

_TRUE = frozenset({"1", "true", "1.0"})
_FEWEST = 3  # labels of which a record may have several


def find_flags(sample: RecordSample, long: Long | None) -> Plan | None:
    """Return the plan for columns that are labels, true or false; None if they are not."""
    if long is None:
        return None
    taken = paths_of(long.item, long.expert)
    flags = [
        c
        for c in sample.texts
        if c.is_flag and c.part in {names.UNKNOWN, names.ANSWER} and c.path not in taken
    ]
    by_prefix: dict[str, list[Column]] = {}
    for column in flags:
        by_prefix.setdefault(column.path.rpartition(".")[0], []).append(column)
    prefixed = [
        (prefix, group)
        for prefix, group in by_prefix.items()
        if prefix and len(group) > 1 and prefix.casefold() != "answer"
    ]
    if len(prefixed) == 1:
        prefix, group = prefixed[0]
    elif not prefixed and len(flags) >= 2 and long.answer in flags:
        prefix, group = "", flags
    else:
        return None
    if not (_is_exclusive(sample, group) or (long.is_crossed and _are_several(sample, group))):
        return None
    start = len(prefix) + 1 if prefix else 0
    plan = plan_long(sample, replace(long, close=()))
    pairs = tuple((c.path, c.path[start:]) for c in group)
    keys = replace(plan.keys, content=prefix or "labels that are true")
    return replace(plan, flags=pairs, keys=keys)


def _are_several(sample: RecordSample, flags: Sequence[Column]) -> bool:
    """Whether at least three flags are labels of which a record has one more often than not.

    Each is true now and then, and none mostly; flags that are mostly true are judgements.
    """
    times = [sum((v or "").casefold() in _TRUE for v in c.values) for c in flags]
    rows = len(sample.rows)
    return len(flags) >= _FEWEST and 2 * sum(times) >= rows and all(0 < n < rows / 2 for n in times)


def _is_exclusive(sample: RecordSample, flags: Sequence[Column]) -> bool:
    """Whether nearly every record has exactly one of the flags."""
    true = [
        sum(1 for c in flags if (c.values[place] or "").casefold() in _TRUE)
        for place in range(len(sample.rows))
    ]
    return sum(1 for count in true if count == 1) >= 0.95 * len(true)
