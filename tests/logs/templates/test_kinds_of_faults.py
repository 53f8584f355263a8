"""Seven kinds of faults, with inputs of several products: messages of several calls stay apart."""

from __future__ import annotations

import pytest

from logs.templates.test_faults import texts

_NAMES = "anna ben carla david elif femi grace hiro ines jonas kofi lena marco nadia omar priya"


def dated(*messages):
    """Return messages as lines with a time and a level."""
    return [f"2031-05-07 09:00:{n % 60:02} INFO {text}" for n, text in enumerate(messages)]


@pytest.mark.parametrize(
    "messages",
    [
        ('"Cache warmed" shard="a/{n}"', '"Lease lost by peer" shard="a/{n}"'),
        ('"Volume mounted" pod="kube/{n}"', '"Pod evicted by quota" pod="kube/{n}"'),
        ("[disk added] n={n}", "[disk lost] n={n}", "[fan slow] n={n}", "[on] n={n}"),
        ("Added: n={n}", "Lost: n={n}", "Moved: n={n}", "Found: n={n}"),
        ("GET /cart/{n} is slow", "POST /cart/{n} is slow", "DELETE /cart/{n} is slow"),
        # Event words in camel case, with hyphens, and in capitals.
        ("diskFull reported", "fanFailed reported", "linkDown reported"),
        ("door-open reported", "tank-empty reported", "belt-torn reported"),
        ("batteryLow raised at dawn", "batteryFull raised at dawn", "chargerLost raised at dawn"),
        ("LINK_DOWN reported", "FAN_FAILED reported", "DISK_FULL reported"),
    ],
)
def test_what_is_text(messages):
    """Words in quotes and brackets are text if they say what happened; so are words of events."""
    lines = dated(*(text.format(n=n) for text in messages for n in range(4)))
    wanted = {t.replace("/cart/{n}", "{n}").replace("a/{n}", "{n}") for t in messages}
    wanted = {t.replace("kube/{n}", "{n}").format(n="<*>") for t in wanted}
    assert texts(lines) == dict.fromkeys(wanted, 4)


@pytest.mark.parametrize(
    ("messages", "wanted"),
    [
        # A value of another shape, an optional part.
        (
            [f"clock follows {peer}, stratum 1" for peer in ("10.0.0.1", "10.0.0.7", "LOCAL(0)")],
            "clock follows <*>, stratum <*>",
        ),
        (
            [
                f"up.example.net:443 closed, {sent} sent, lifetime {time}"
                for sent, time in (("2048 bytes (2 KB)", "00:16"), ("10 bytes", "<1 sec"))
            ],
            "<*> closed, <*> sent, lifetime <*>",
        ),
        (
            [f"tunnel to {end} is up" for end in ("10.1.1.1:500", "gw.example.org:1", "UNIX(/t)")],
            "tunnel to <*> is up",
        ),
        (["cell 81 % (3.9 V) full", "cell 5 % full", "cell <1 % full"], "cell <*> full"),
        (["copied 5 files (3.1 MB) to tape", "copied 9 files to tape"], "copied <*> <*> to tape"),
        # Two values are enough after a key.
        (["valve set state=open by plan", "valve set state=shut by plan"],
         "valve set state=<*> by plan"),
        (['switch moved mode="eco" today', 'switch moved mode="boost" today'],
         'switch moved mode="<*>" today'),
        (["change asked from=debug to=info", "change asked from=info to=warn"],
         "change asked from=<*> to=<*>"),
        (['retry planned {"queue":"fast"}', 'retry planned {"queue":"slow","n":2}'],
         "retry planned {<*>}"),
        # Objects after a key, at any length.
        (["moved ids=[1, 2, 3] now", "moved ids=[] now", "moved ids=[7] now"],
         "moved ids=[<*>] now"),
        (["srv/7a reported", "srv/9c reported", "srv/1f reported"], "<*> reported"),
        # What follows a value without a blank; what is alone in brackets.
        ([f"linked //core/x1:{name} for arm" for name in ("lib", "main", "tests", "docs")],
         "linked <*>:<*> for arm"),
        ([f"publish failed, err=-{n} ({name})"
          for n, name in enumerate(("E_FAIL", "E_TIMEOUT", "E_NO_MEM"))],
         "publish failed, err=<*> (<*>)"),
        # Lists after a colon, of any length.
        ([f"order 7 denied, rules: {names}"
          for names in ("geo", "geo, velocity", "age, bin, geo, velocity, device", "bin, age")],
         "order <*> denied, rules: <*>"),
        ([f"risk of order 7 is 3 (rules: {names})"
          for names in ("geo", "geo, velocity", "age, bin, geo, velocity, device", "bin, age")],
         "risk of order <*> is <*> (rules: <*>)"),
        # Labels with values of several words.
        ([f"Logged off. Account Name: {name} Account Domain: {domain} Logon Type: {n}"
          for n, (name, domain) in enumerate(
              (("SYSTEM", "NT AUTHORITY"), ("jdoe", "CORP"), ("NETWORK SERVICE", "NT AUTHORITY")))],
         "Logged off. Account Name: <*> Account Domain: <*> Logon Type: <*>"),
        ([f"session end: user: {user} shell: {shell} reason: {why}"
          for user, shell, why in (("ann lee", "bash", "left"), ("bo", "zsh -l", "idle too long"))],
         "session end: user: <*> shell: <*> reason: <*>"),
    ],
)  # fmt: skip
def test_what_are_values(messages, wanted):
    """Values of other shapes, optional parts, and few values after a key belong to one template."""
    assert texts(dated(*messages)) == {wanted: len(messages)}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("peer {} routed through {} gateway {}", ("north encrypted", "south plaintext")),
        ("parcel of {} left by {} cargo {}", ("air insured", "sea uninsured")),
        ("job {} placed on {} pool {}", ("warm pinned", "cold floating", "spot revocable")),
        ("caller {} met on {} line {}", ("inner muted", "outer recorded")),
    ],
)
def test_correlated_words_are_text(text, pairs):
    """Words that occur only together are text, however often the names beside them change."""
    names = _NAMES.split()
    counts = [len(names), *([3] * (len(pairs) - 1))]
    lines = [
        text.format(name, *pair.split())
        for pair, count in zip(pairs, counts, strict=True)
        for name in names[:count]
    ]
    wanted = {text.format("<*>", *pair.split()): n for pair, n in zip(pairs, counts, strict=True)}
    assert texts(dated(*lines)) == wanted


_MESSAGES = ("pool opened", "pool closed for root", "cache cold", "evicted {n} keys", "peer {n} up")


@pytest.mark.parametrize(
    "head",
    [
        "[I 2031-05-07 09:00:{s}.123 ServerApp] ",
        "May  7 09:00:{s} n1 crond{pid}: ",
        "09:00:{s}.001 [worker-{n}] WARN c.a.Cache - ",
        "2031-05-07 09:00:{s}.123 UTC [7{n}] LOG:  ",
        "\x1b[2m2031-05-07T09:00:{s}Z\x1b[0m \x1b[32m INFO\x1b[0m \x1b[1mapp\x1b[0m: ",
        # Levels in other languages.
        "07.05.2031 09:00:{s} {German} [pool-{n}] ",
        "2031-05-07 09:00:{s} {French} [pool-{n}] ",
    ],
)  # fmt: skip
def test_heads(head):
    """The head of a line is no part of its message, even where some lines lack a part of it."""
    lines = [
        head.format(
            s=f"{n:02}",
            n=n % 4,
            pid=f"[10{n}]" if n % 4 == 0 else "",
            German=("INFO", "WARNUNG", "FEHLER")[n % 3],
            French=("INFO", "AVERTISSEMENT", "ERREUR")[n % 3],
        )
        + text.format(n=n)
        for n in range(12)
        for text in _MESSAGES
    ]
    assert texts(lines) == {text.format(n="<*>"): 12 for text in _MESSAGES}


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (
            ["May  7 09:00:01 h CRON[7]: (root) CMD (run-parts /etc/cron.daily)",
             "May  7 09:00:02 h CRON[8]: (/opt/a/run.sh nightly)"],
            {"(root) CMD (run-parts <*>)": 1, "(<*> nightly)": 1},
        ),
        (
            ["May  7 09:00:01 h atd[7]: (www) JOB (sync /srv/a b)",
             "May  7 09:00:02 h atd[8]: (www) JOB (sync /srv/c b)",
             "May  7 09:00:03 h atd[9]: (/srv/clean weekly)"],
            {"(www) JOB (sync <*> b)": 2, "(<*> weekly)": 1},
        ),
        (
            [f"\x1b[31mERROR\x1b[0m cannot reach db{n}.example.org" for n in range(4)],
            {"cannot reach <*>": 4},
        ),
        (
            [f"2031-05-07 09:00:0{n} \x1b[33mWARN\x1b[0m pump \x1b[1m{n}\x1b[0m dry" for n in "12"],
            {"pump <*> dry": 2},
        ),
        # The subject of a message is not the name of a logger.
        (
            [f"2031-05-07 09:00:{n:02} {host}.example.org connected after {n} tries"
             for host in ("amber", "jade") for n in range(9)],
            {f"{host}.example.org connected after <*> tries": 9 for host in ("amber", "jade")},
        ),
        # What nearly all lines have is part of their message.
        (
            [f"2031-05-07 09:00:{n:02}.1 UTC [7{n}] LOG:  duration: {n}.3 ms  statement: FETCH {n}"
             for n in range(20)],
            {"duration: <*> ms statement: FETCH <*>": 20},
        ),
        # Reasons that several failures share, in any language.
        (
            [f"07.05.2031 09:00:00 INFO {what} {n}{end}: {why}"
             for what, end in (("Verbindung von", " getrennt"), ("Anmeldung an", " abgewiesen"))
             for n, why in enumerate(("Zeitablauf", "Zugriff verweigert", "Schlüssel fehlt"))],
            {"Verbindung von <*> getrennt: <*>": 3, "Anmeldung an <*> abgewiesen: <*>": 3},
        ),
    ],
)  # fmt: skip
def test_commands_colours_and_subjects(lines, wanted):
    """Brackets around commands, colours, subjects and reasons."""
    assert texts(lines) == wanted
