"""Units of sizes and durations: those that people type, and those in the messages of logs."""

from __future__ import annotations

# Dimensions, as in logreading.h, and their units.
PLAIN, SECONDS, BYTES = range(3)
UNIT_NAMES = {PLAIN: "", SECONDS: "s", BYTES: "B"}
# Factor, power of ten and dimension of a unit.
Scale = tuple[int, int, int]
NO_SCALE: Scale = (1, 0, PLAIN)
# The names of each unit: known everywhere, only where people type them, only in messages. For
# numbers in logs the kernel has the names that people type, see lognumbers.c.
_NAMES: tuple[tuple[Scale, str, str, str], ...] = (
    ((1, -9, SECONDS), "ns", "nanosecond nanoseconds", ""),
    ((1, -6, SECONDS), "us µs usec", "μs usecs microsecond microseconds", ""),
    ((1, -3, SECONDS), "ms msec", "msecs millis millisecond milliseconds", ""),
    ((1, 0, SECONDS), "s sec secs second seconds", "", ""),
    ((60, 0, SECONDS), "m min mins minute minutes", "", ""),
    ((3600, 0, SECONDS), "h hour hours", "hr hrs", ""),
    ((86400, 0, SECONDS), "", "d day days", ""),
    ((1, 0, BYTES), "B byte bytes", "", ""),
    ((1, 3, BYTES), "kB KB", "kb", "K"),
    ((1, 6, BYTES), "MB", "mb", "M"),
    ((1, 9, BYTES), "GB", "gb", "G"),
    ((1, 12, BYTES), "TB", "tb", "T"),
    ((1, 15, BYTES), "", "", "PB"),
    ((1 << 10, 0, BYTES), "KiB", "", "Ki"),
    ((1 << 20, 0, BYTES), "MiB", "", "Mi"),
    ((1 << 30, 0, BYTES), "GiB", "", "Gi"),
    ((1 << 40, 0, BYTES), "TiB", "", "Ti"),
)
UNITS = {name: scale for scale, known, typed, _ in _NAMES for name in f"{known} {typed}".split()}
MESSAGE_UNITS = {
    name: scale for scale, known, _, other in _NAMES for name in f"{known} {other}".split()
}


def in_base(unit: str | None) -> tuple[str, float] | None:
    """Return s or B, and how many of it a unit of messages is; None for another unit."""
    scale = MESSAGE_UNITS.get(unit or "")
    if scale is None:
        return None
    factor, power, dimension = scale
    return UNIT_NAMES[dimension], factor * 10.0**power
