"""Six invented programs that log as their languages do, with the call that wrote each line."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_TREES = "alder birch cedar dogwood elm fir gorse hazel ivy juniper kapok larch maple oak".split()
_ERRORS = (
    "connection refused", "i/o timeout", "EOF", "context deadline exceeded", "no such host",
    "permission denied", "broken pipe", "unexpected end of stream after {int} bytes",
    "dial tcp {ip}:{port}: connect: connection refused", "no space left on device",
    "checksum mismatch: got {hex}, want {hex}", "open {path}: no such file or directory",
)  # fmt: skip
_AGENTS = ("curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64)", "okhttp/4.9", "Go-http-client/1.1")


class _Maker:
    def __init__(self, seed: str) -> None:
        self._chance = random.Random(seed)

    def make(self, kind: str) -> str:
        c = self._chance
        made: dict[str, Callable[[], object]] = {
            "int": lambda: c.choice([c.randint(0, 9), c.randint(10, 99999)]),
            "port": lambda: c.randint(1024, 65535),
            "float": lambda: f"{c.random() * 100:.{c.randint(1, 4)}f}",
            "hex": lambda: f"{c.getrandbits(32):08x}",
            "id": lambda: f"{c.getrandbits(64):016x}",
            "uuid": lambda: "-".join(f"{c.getrandbits(64):016x}"[:n] for n in (8, 4, 4, 4, 12)),
            "ip": lambda: ".".join(str(c.randint(1, 254)) for _ in range(4)),
            "name": lambda: c.choice(_TREES),
            "host": lambda: f"{c.choice(_TREES)}-{c.randint(1, 40)}",
            "fqdn": lambda: f"{c.choice(_TREES)}.{c.choice(['lan', 'example.org', 'svc'])}",
            "topic": lambda: f"{c.choice(_TREES)}.{c.choice(['created', 'paid', 'gone'])}",
            "path": lambda: f"/srv/{c.choice(_TREES)}/{c.randint(1, 99)}.{c.choice(['db', 'log'])}",
            "file": lambda: f"{c.choice(_TREES)}.{c.choice(['toml', 'yaml', 'conf'])}",
            "bool": lambda: c.choice(["true", "false"]),
            "dur": lambda: c.choice([f"{c.random() * 99:.3f}ms", f"{c.random() * 9:.2f}s",
                                     f"{c.randint(1, 59)}m{c.randint(0, 59)}s", "15s"]),
            "size": lambda: c.choice([f"{c.randint(1, 900)} B", f"{c.random() * 9:.1f} MiB"]),
            "error": lambda: self.fill(c.choice(_ERRORS)),
            "state": lambda: c.choice(["Active", "Pending", "Draining", "Lost"]),
            "role": lambda: c.choice(["leader", "follower", "learner"]),
            "verb": lambda: c.choice(["GET", "POST", "PUT", "DELETE"]),
            "code": lambda: c.choice([200, 201, 204, 301, 404, 500, 503]),
            "url": lambda: f"/api/v{c.randint(1, 2)}/{c.choice(_TREES)}/{c.randint(1, 999)}",
            "agent": lambda: c.choice(_AGENTS),
            "list": lambda: "[" + ", ".join(c.sample(_TREES, c.randint(0, 4))) + "]",
            "ints": lambda: "[" + " ".join(str(c.randint(0, 99))
                                            for _ in range(c.randint(0, 5))) + "]",
            "rust": lambda: self.fill(c.choice(
                ["Peer {{ id: {int}, addr: {ip}:{port} }}", 'Some("{name}")', "None",
                 "Timeout({dur})"])),
            "java": lambda: self.fill(c.choice(
                ["Order[id={int}, buyer={name}]", "Order[id={int}, buyer=null]"])),
            "pod": lambda: f"{c.choice(['default', 'prod', 'kube-system'])}/{self.make('host')}",
        }  # fmt: skip
        return str(made[kind]())

    def fill(self, text: str) -> str:
        return re.sub(
            r"\{\{|\}\}|\{(\w+)\}",
            lambda m: self.make(m[1]) if m[1] else m[0][0],
            text,
        )


# The head of a line, and a call for each line of text: its weight, its level, its message.
_PROGRAMS: dict[str, tuple[str, str]] = {
    # Go, zap's console encoder: tabs, the caller, fields as JSON
    "zap": (
        "2031-05-07T11:{m}:{s}.{ms}Z\t{LEVEL}\t{caller}\t",
        r"""
        9 INFO served request {{"method": "{verb}", "status": {code}, "took": "{dur}"}}
        6 DEBUG lease renewed {{"lease": "{id}", "ttl": "{dur}"}}
        6 DEBUG lease revoked {{"lease": "{id}", "ttl": "{dur}"}}
        4 INFO snapshot saved {{"path": "{path}", "took": "{dur}", "size": "{size}"}}
        3 INFO snapshot sent {{"path": "{path}", "to": "{host}", "size": "{size}"}}
        3 WARN slow apply {{"took": "{dur}", "expected": "100ms", "request": "{verb} {url}"}}
        3 WARN failed to reach peer {{"peer": "{id}", "error": "{error}"}}
        2 ERROR failed to publish {{"topic": "{topic}", "error": "{error}"}}
        2 INFO became {role} at term {int} {{"node": "{id}"}}
        2 INFO elected leader {id} at term {int} {{"node": "{id}"}}
        2 INFO lost leader {id} at term {int} {{"node": "{id}"}}
        2 INFO compacted revision {int} {{"took": "{dur}"}}
        1 INFO opened backend db {{"path": "{path}", "took": "{dur}"}}
        1 INFO closed backend db {{"path": "{path}", "took": "{dur}"}}
        1 INFO starting server {{"addr": "{ip}:{port}", "tls": {bool}}}
        1 INFO stopping server {{"addr": "{ip}:{port}", "signal": "terminated"}}
        1 WARN dropping message, queue is full {{"to": "{host}", "queued": {int}}}
        1 WARN dropping message, peer is unknown {{"to": "{host}", "queued": {int}}}
        1 ERROR config file is invalid {{"file": "{file}", "error": "{error}"}}
        1 INFO watching keys {{"prefix": "{path}", "watchers": {int}}}
        """,
    ),
    # Rust, tracing's formatter: target, spans, key=value
    "tracing": (
        "2031-05-07T11:{m}:{s}.{ms}123Z {LEVEL:>5} {target}: ",
        r"""
        8 INFO request{{id={int} peer={ip}:{port}}}: handled in {dur}
        6 DEBUG accepted connection from {ip}:{port}
        6 DEBUG closed connection from {ip}:{port}
        4 DEBUG received frame kind=Ping len={int}
        4 DEBUG received frame kind=Data len={int} stream={int}
        3 INFO state changed from {state} to {state}
        3 DEBUG new peer {rust}
        3 WARN retrying in {dur}: {error}
        2 ERROR could not flush segment {int}: {error}
        2 ERROR could not open segment {int}: {error}
        2 TRACE polling shard {int}, {int} pending
        2 INFO loaded {int} rules from {file} in {dur}
        2 INFO dropped {int} rules from {file} in {dur}
        2 WARN clock skew of {dur} to {host} exceeds limit
        1 INFO listening on {ip}:{port} tls={bool}
        1 INFO shutting down, {int} tasks left
        1 INFO shutting down, waiting for {name}
        1 ERROR worker {int} panicked: index out of bounds: the len is {int} but the index is {int}
        1 DEBUG cache miss for key "{topic}"
        1 DEBUG cache hit for key "{topic}"
        1 TRACE gossip round {int} done targets={list} elapsed={dur}
        1 INFO rebalance of {int} shards started reason=NodeJoined
        1 INFO rebalance of {int} shards finished reason=NodeJoined
        """,
    ),
    # Java, log4j: thread, logger, parameters in sentences
    "log4j": (
        "2031-05-07 11:{m}:{s},{ms} {LEVEL:<5} [{thread}] {logger} - ",
        r"""
        8 INFO Processed {java} in {int} ms
        5 DEBUG Fetched {int} records for partition {name}-{int} at offset {int}
        5 DEBUG Committed offset {int} for partition {name}-{int}
        4 INFO User {name} logged in from {ip}
        4 INFO User {name} logged out after {int} minutes
        3 INFO Session {uuid} of user {name} expired
        3 INFO Session {uuid} of user {name} was invalidated
        3 WARN Order {int} rejected: insufficient stock for item {name}
        2 WARN Order {int} rejected: payment declined by {name}
        2 ERROR Could not deliver mail to {name}@{fqdn}: {error}
        2 ERROR Unexpected error while handling {verb} {url}
        2 INFO Cache region '{name}' evicted {int} entries
        2 INFO Cache region '{name}' loaded {int} entries
        2 INFO Bean '{name}Service' of type [com.acme.{name}.{name}ServiceImpl] created
        2 DEBUG Resolved parameters {{limit={int}, sort={name}, cursor=null}}
        2 DEBUG Query returned {int} rows in {float} seconds
        1 WARN Connection pool {name} is exhausted (active={int}, idle={int}, waiting={int})
        1 INFO Connection pool {name} resized (active={int}, idle={int}, waiting={int})
        1 INFO Started Application in {float} seconds (process running for {float})
        1 INFO Stopping job scheduler with {int} jobs running
        1 INFO Job {name}Cleanup finished with status COMPLETED
        1 INFO Job {name}Cleanup finished with status FAILED
        1 DEBUG Topology: {list}
        """,
    ),
    # Node, pino-pretty
    "pino": (
        "[11:{m}:{s}.{ms}] {LEVEL} ({pid}): ",
        r"""
        8 INFO request completed
        7 INFO {verb} {url} {code} {int}ms
        5 DEBUG socket {id} connected
        5 DEBUG socket {id} disconnected (transport close)
        3 DEBUG socket {id} disconnected (ping timeout)
        3 INFO job {name}:{int} started
        3 INFO job {name}:{int} completed in {dur}
        3 WARN job {name}:{int} stalled, attempt {int} of 5
        2 ERROR job {name}:{int} failed: {error}
        2 INFO user {name} joined room #{name}
        2 INFO user {name} left room #{name}
        2 WARN rate limit reached for {ip} ({int} requests in {int}s)
        2 DEBUG sql: SELECT * FROM {name} WHERE id = {int}
        1 DEBUG sql: DELETE FROM {name} WHERE id = {int}
        2 ERROR Unhandled rejection: TypeError: Cannot read property (reading '{name}')
        1 INFO webhook delivered to https://{fqdn}/hooks/{id}
        1 WARN webhook not delivered to https://{fqdn}/hooks/{id}, will retry in {int}s
        1 INFO Server listening at http://{ip}:{port}
        1 INFO Received SIGTERM, closing {int} connections
        1 INFO config reloaded from {file}
        1 INFO migrated schema from v{int} to v{int}
        1 DEBUG upload of {path} ({size}) by "{agent}"
        """,
    ),
    # C, a daemon's messages in syslog
    "daemon": (
        "May  7 11:{m}:{s} gate {process}[{pid}]: ",
        r"""
        8 - {ip}#{port}: query: {fqdn} IN A + ({ip})
        5 - {ip}#{port}: query: {fqdn} IN AAAA +E(0) ({ip})
        5 - link {name} up, {int} Mbps, full duplex
        4 - link {name} down
        4 - DHCPREQUEST for {ip} from {mac} via {name}
        4 - DHCPACK on {ip} to {mac} via {name}
        3 - DHCPDISCOVER from {mac} via {name}: no free leases
        3 - authentication failure; logname= uid={int} euid={int} tty=ssh ruser= rhost={fqdn}
        3 - Accepted key for {name} from {ip} port {port}
        2 - Invalid user {name} from {ip} port {port}
        2 - {name}: no response from {ip}, trying next server
        2 - {name}: synchronised to {ip}, stratum {int}
        2 - kernel time sync status change {hex}
        2 - cannot open {path}: Permission denied
        2 - cannot open {path}: Too many open files
        1 - zone {fqdn}/IN: loaded serial {int}
        1 - zone {fqdn}/IN: transfer from {ip}#{port} failed: timed out
        1 - reloading configuration from /etc/{file}
        1 - exiting on signal {int}
        1 - warning: {fqdn}: address not listed for hostname {fqdn}
        1 - {id}: from=<{name}@{fqdn}>, size={int}, nrcpt={int} (queue active)
        1 - {id}: to=<{name}@{fqdn}>, relay=local, delay={float}, status=sent (delivered to mailbox)
        1 - {id}: to=<{name}@{fqdn}>, relay=none, delay={float}, status=deferred ({error})
        1 - {id}: removed
        """,
    ),
    # Kubernetes, klog's structured calls
    "klog": (
        "{L}0507 11:{m}:{s}.{ms}123    {pid} {source}:{int}] ",
        r"""
        7 I "Pod was scheduled" pod="{pod}" node="{host}" evaluated={int} feasible={int}
        5 I "Pod was evicted" pod="{pod}" node="{host}" reason="{state}"
        5 I "Syncing claim" claim="{pod}" phase="{state}"
        4 I "Deleting claim" claim="{pod}" phase="{state}"
        3 E "Failed to sync claim" err="{error}" claim="{pod}"
        3 E "Failed to mount volume" err="{error}" volume="{uuid}" pod="{pod}"
        3 I "Mounted volume" volume="{uuid}" pod="{pod}"
        2 W "Node is not ready" node="{host}" conditions={list}
        2 I "Node became ready" node="{host}" took="{dur}"
        2 I "Observed change" object="{pod}" old="{state}" new="{state}"
        2 I Event(v1.ObjectReference{{Kind:"Pod", Name:"{name}"}}): type: 'Normal' reason: 'Killing'
        1 I Event(v1.ObjectReference{{Kind:"Pod", Name:"{name}"}}): type: 'Warning' reason: 'Failed'
        2 I Starting {name} controller
        1 I Shutting down {name} controller
        1 I Waiting for caches to sync for {name}
        1 I Caches are synced for {name}
        1 E Unable to authenticate the request due to an error: {error}
        1 I trace[{int}]: "List" url:{url},user-agent:{agent} (started: {m}:{s}) (total: {int}ms):
        1 W quota monitor not synced: timed out
        1 I quota admission added evaluator for: {name}.apps
        """,
    ),
}  # fmt: skip
PROGRAMS = tuple(_PROGRAMS)


def make_lines(name: str, *, seed: int = 1, count: int = 2000) -> tuple[list[bytes], list[str]]:
    """Return lines of a program, and for each line the call that wrote it."""
    head, calls = _PROGRAMS[name]
    maker = _Maker(f"{name} {seed}")
    chance = random.Random(f"{seed} {name}")
    listed = [line.split(None, 2) for line in calls.strip().splitlines()]
    weights = [int(weight) ** 1.4 for weight, _, _ in listed]
    places = {text: (chance.choice(_TREES), chance.randint(20, 900)) for _, _, text in listed}
    lines, truth = [], []
    for n in range(count):
        _, level, text = chance.choices(listed, weights)[0]
        second = n * 3600 // count
        file, line = places[text]
        at = head.format(
            m=f"{second // 60:02}", s=f"{second % 60:02}", ms=f"{chance.randrange(1000):03}",
            LEVEL=level, L=level, caller=f"store/{file}.go:{line}", target=f"ledger::{file}",
            thread=f"pool-{chance.randint(1, 3)}-thread-{chance.randint(1, 8)}",
            logger=f"c.a.shop.{file.title()}Service", pid=chance.choice([417, 2031]),
            process=chance.choice(["named", "relayd"]), source=f"{file}.go", int=line,
        )  # fmt: skip
        verb = chance.choice(["GET", "POST", "PUT", "DELETE"])
        if '"{verb}' not in text:
            text = text.replace("{verb}", verb)  # methods divide messages
        mac = ":".join(f"{chance.getrandbits(8):02x}" for _ in range(6))
        message = maker.fill(text.replace("{mac}", mac).replace("{m}:{s}", "07-May-2031 11:02"))
        if name == "zap":
            message = message.replace(" {", "\t{", 1)
        lines.append((at + message).encode())
        one_call = ("Event(", "{id}: to=")  # one call, whose last words are values
        truth.append(next((start for start in one_call if text.startswith(start)), text))
    return lines, truth
