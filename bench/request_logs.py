"""Requests as an access log, as JSON lines and as logfmt, made from a seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def make_logs(folder: Path, size: int) -> tuple[Path, ...]:
    """Write an access log of about `size` bytes, and the same requests as JSON and logfmt."""
    rng = random.Random(1)
    words = "users orders items cart search login logout images js css help about".split()
    paths = [f"/{area}/{word}" for area in ("api", "static", "shop", "admin") for word in words]
    base, written, n = datetime(2024, 10, 10, tzinfo=UTC), 0, 0
    access, as_json, logfmt = (folder / f"access.{name}" for name in ("log", "json", "logfmt"))
    with access.open("w") as log, as_json.open("w") as lines, logfmt.open("w") as pairs:
        while written < size:
            n += 1
            path = rng.choice(paths) + (f"/{rng.randint(1, 99999)}" if n % 3 == 0 else "")
            rt, count = rng.expovariate(5), rng.randint(100, 90_000)
            status = rng.choice((200, 200, 200, 200, 304, 404, 500))
            client = f"10.0.{rng.randint(0, 30)}.{rng.randint(0, 255)}"
            time = base + timedelta(seconds=n // 50)
            agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
            written += log.write(
                f'{client} - - [{time:%d/%b/%Y:%H:%M:%S} +0000] "GET {path} HTTP/1.1" {status} '
                f'{count} "-" "{agent}" rt={rt:.3f}\n'
            )
            lines.write(
                f'{{"time":"{time:%Y-%m-%dT%H:%M:%SZ}","level":"info","method":"GET",'
                f'"path":"{path}","status":{status},"bytes":{count},"rt":{rt:.3f},'
                f'"client":"{client}","agent":"{agent}"}}\n'
            )
            pairs.write(
                f"time={time:%Y-%m-%dT%H:%M:%SZ} level=info method=GET path={path} "
                f'status={status} bytes={count} rt={rt:.3f} client={client} agent="{agent}"\n'
            )
    return access, as_json, logfmt
