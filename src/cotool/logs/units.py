"""Units of sizes and durations, and what one of each is in bytes and in seconds."""

from __future__ import annotations

BYTES = {
    unit: float(size)
    for size, units in (
        (1, "B byte bytes"), (1000, "kB KB K"), (10**6, "MB M"), (10**9, "GB G"), (10**12, "TB T"),
        (10**15, "PB"), (1 << 10, "KiB Ki"), (1 << 20, "MiB Mi"), (1 << 30, "GiB Gi"),
        (1 << 40, "TiB Ti"),
    )
    for unit in units.split()
}  # fmt: skip
SECONDS = {
    unit: size
    for size, units in (
        (1e-9, "ns"), (1e-6, "us µs usec"), (1e-3, "ms msec"), (1.0, "s sec secs second seconds"),
        (60.0, "m min mins minute minutes"), (3600.0, "h hour hours"),
    )
    for unit in units.split()
}  # fmt: skip
UNITS = BYTES.keys() | SECONDS.keys()
