"""What the names of keys say about times and levels; the only place for such names.

A name is split into words, so that eventTime, event_time and EVENTTIME are the same.
"""

from __future__ import annotations

from functools import lru_cache

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats import model

if TYPE_CHECKING:
    from collections.abc import Sequence

    Path = tuple[str, ...]

# ---- names of times

_TIME_WORDS = frozenset(
    "time timestamp timestamps date datetime ts t dt at on when epoch utc iso iso8601 rfc3339 "
    "instant clock stamp millis milli ms micros micro us nanos nano ns unix local gmt string "
    "seconds sec".split()
)
# These words, among others, do not make a number a time.
_VAGUE = frozenset("at on t string local seconds sec ms us ns".split())
# Words in a time's name that refer to the event itself.
_EVENT_WORDS = frozenset(
    "event events log logs logged record recorded occur occurs occured occurred occurrence "
    "generated generation emitted entry message msg audit activity request response syslog "
    "source realtime asctime real start_of timestamped transaction device evt header".split()
)
# The ranks of other words; the greatest in a name counts. A record that says when it was created
# and when it was last changed is the state of an object after that change, so the change counts.
# Chosen on half of the products of a set of logs (by a hash of their names), this order reads more
# times of the other half right than creation first does: .946 of 53 products against .909, and
# .934 of 49 against .923 with the halves exchanged. The other ranks were not tested this way.
_MADE, _BEGAN, _OTHER, _CHANGED, _NEVER = 2, 3, 4, 5, 9
_RANKS = (
    (_MADE, ("update updated updates modified modify modification change changed detect detected "
            "detection observed reported report triggered trigger raised fired submitted sent "
            "published publish reception received receive receipt discovered insert inserted issue "
            "issued")),
    (_BEGAN, ("create created creation add added start started starts begin began begins first "
             "ingested ingestion ingest collected collection processed arrival arrived opened open "
             "connect")),
    (_CHANGED, ("last latest end ends ended finish finished complete completed completion close "
               "closed resolved resolve seen previous prev disconnect stop stopped deleted delete "
               "login logon applied assigned queued parsed crawled backend")),
    (_NEVER, ("expire expires expired expiry expiration due until deadline valid validity birth "
             "birthday dob next scheduled schedule future renew renewal renewed lifetime timeout "
             "ttl retention built build license released release before after exp nbf iat eol "
             "installed install boot booted uptime compiled")),
)  # fmt: skip
# From these ranks on, a name is seldom, or never, that of a record's time.
OTHER, NEVER = _OTHER * 10, _NEVER * 10
_RANK_OF = {word: rank for rank, words in _RANKS for word in words.split()}
# An object under one of these names dates something other than the record.
_ASIDE = frozenset(
    "parent grandparent process certificate cert license user account session token file "
    "repository milestone model rule policy asset workflow previous last first old agent sensor "
    "ancestor".split()
)
# Members that hold the time of an object whose name says that it is a time.
_INNER = frozenset({"$date", "$numberlong", "iso", "iso8601", "utc", "value", "text", "string",
                    "raw", "seconds", "epochsecond", "sec", "secs", "epoch_second"})  # fmt: skip
SECONDS = frozenset({"seconds", "epochsecond", "sec", "secs", "epoch_second", "epoch_seconds"})
FRACTIONS = frozenset("nanos nanoofsecond nanoseconds nanosecond nsec nano nsecs".split())
_WORD = lazy_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|\d+")
_GLUED = lazy_pattern(r"(.{2,}?)(timestamp|datetime|time|date|at|millis)")
# ---- names of levels

_LEVEL_NAMES = (
    "level", "severity", "lvl", "errorseverity", "loglevel", "logseverity", "levelname",
    "severitytext",
    "severitylevel", "loglevelname", "msglevel", "messagelevel", "eventlevel", "sev", "levelstr",
    "leveltext", "severityname", "severitylabel", "levellabel", "syslogseverity", "sysloglevel",
    "eventseverity", "l", "s", "levelno", "levelvalue", "severitynumber", "severitycode",
    "priority", "syslogpriority", "prio", "pri",
)  # fmt: skip
# Members that hold the level of an object whose name says that it is a level.
_LEVEL_INNER = frozenset({"name", "text", "value", "label", "string", "no", "number", "code"})
STATUS_NAMES = frozenset(
    "status statuscode httpstatus httpstatuscode responsecode responsestatus responsestatuscode "
    "scstatus downstreamstatus httpresponsecode edgeresponsestatus resstatus".split()
)
ZONE_NAMES = frozenset(
    "tz timezone zone tzoffset utcoffset gmtoffset timezoneoffset zoneoffset tzname offset".split()
)
WEB_NAMES = frozenset(
    "request method verb uri url path requesturi httpmethod requestmethod csmethod "
    "useragent".split()
)
_TENS = range(10, 70)


def words_of(name: str) -> list[str]:
    """Return the words of a key's name in lower case, as of eventTime, event_time, EVENTTIME."""
    words: list[str] = []
    for word in _WORD.findall(name):
        small = word.lower()
        glued = None if small in _RANK_OF or small in _TIME_WORDS else _GLUED.fullmatch(small)
        words += glued.groups() if glued else [small]
    return words


def is_time_name(name: str) -> bool:
    """Return whether a key of this name holds the time of a record, if its values are times."""
    return time_rank((name,)) < OTHER


def is_level_name(name: str) -> bool:
    """Return whether a key of this name holds a level, if its values are levels."""
    return level_rank((name,)) is not None


@lru_cache(maxsize=4096)
def time_rank(path: Path) -> int:
    """Return how unlikely a path's names are to be those of the time of an event."""
    names = list(path)
    if len(names) > 1 and names[-1].lower() in _INNER | SECONDS:
        while len(names) > 1 and names[-1].lower() in _INNER | SECONDS:
            names.pop()
    words = words_of(names[-1])
    ranks = [_RANK_OF[word] for word in words if word in _RANK_OF]
    others = [word for word in words if word not in _RANK_OF and word not in _TIME_WORDS]
    timely = any(word in _TIME_WORDS for word in words)
    if ranks:
        rank = max(ranks)
    elif not others:
        rank = 0 if words else _OTHER
    elif all(word in _EVENT_WORDS for word in others):
        rank = 1
    else:
        rank = _OTHER
    if not timely and rank != _NEVER:
        rank += 1
    aside = any(word in _ASIDE or _RANK_OF.get(word, 0) >= _CHANGED
                for name in names[:-1] for word in words_of(name))  # fmt: skip
    return min(rank + 3 * aside, _NEVER) * 10 + min(len(path), 9)


def is_timely(path: Path) -> bool:
    """Return whether the name says that a number is a time."""
    names = [name for name in path if name.lower() not in _INNER | SECONDS] or list(path)
    words = words_of(names[-1])
    return any(word in _TIME_WORDS - _VAGUE for word in words) or all(
        word in _TIME_WORDS or word in _EVENT_WORDS or word in _RANK_OF for word in words
    )


def stem(path: Path) -> tuple[str, ...]:
    """Return a name without its words for time, which a date and its time of day share."""
    return tuple(word for word in words_of(path[-1]) if word not in _TIME_WORDS)


@lru_cache(maxsize=4096)
def level_rank(path: Path) -> int | None:
    """Return how well a path's name suits a level, or None if it does not."""
    names = list(path)
    inner = len(names) > 1 and names[-1].lower() in _LEVEL_INNER
    if inner:
        names.pop()
    name = plain(names[-1])
    if "." in names[-1] and name not in _LEVEL_NAMES:
        name = plain(names[-1].rpartition(".")[2])
    if name not in _LEVEL_NAMES or (len(name) == 1 and len(names) > 1):
        return None
    return _LEVEL_NAMES.index(name) * 20 + 2 * len(path) + inner


def level_scale(path: Path, numbers: Sequence[int], names: set[str]) -> tuple[int, str]:
    """Return the scale of a key's numbers if its name or its neighbours show it, and the reason."""
    if not numbers:
        return model.WORDS_ONLY, ""
    words = [word for name in path for word in words_of(name)]
    name = plain(path[-1])
    greatest, least = max(numbers), min(numbers)
    tens = greatest in _TENS and least in _TENS
    syslog = "syslog" in words or not names.isdisjoint({"facility", "syslog_facility"}) \
        or (name == "priority" and not names.isdisjoint(
            {"__realtime_timestamp", "__cursor", "_hostname", "syslog_identifier"})) \
        or (name == "level" and "short_message" in names)  # fmt: skip
    python = name == "levelno" or path[-1].lower() == "no" \
        or not names.isdisjoint({"levelname", "funcname", "lineno", "pathname"})  # fmt: skip
    scales = (
        (name == "severitynumber", 24, model.OTEL, "severity numbers of OpenTelemetry"),
        (syslog, 7, model.SYSLOG, "severities of syslog"),
        (python and tens, 50, model.PYTHON, "levels of Python"),
        (name in {"level", "lvl"} and tens, 69, model.BUNYAN, "levels of bunyan and pino"),
        (name == "severitylevel" and ("baseData" in path or not names.isdisjoint(
            {"itemtype", "cloud_rolename", "operation_id"})), 4, model.NEXTCLOUD,
         "levels of Application Insights"),
        (name == "level" and "reqid" in names, 4, model.NEXTCLOUD, "levels of Nextcloud"),
        (name == "loglevel" and not names.isdisjoint({"eventid", "category", "categoryname"}), 6,
         model.DOTNET, "levels of .NET"),
        (name == "level" and not names.isdisjoint(
            {"resourceid", "eventid", "eventrecordid", "providername", "channel"}), 5,
         model.WINDOWS, "levels of Windows events and Azure"),
    )  # fmt: skip
    for fits, most, scale, which in scales:
        if fits and greatest <= most:
            return scale, f"its numbers are {which}"
    return model.WORDS_ONLY, ""


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return the letters and digits of a name in lower case."""
    lower = name.lower()
    return lower if lower.isalnum() else "".join(filter(str.isalnum, lower))
