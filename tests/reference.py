"""A slow, obvious oracle for each kernel."""

from __future__ import annotations

import base64
import fractions
import hashlib
import hmac
import itertools
import json
import math
import operator
import re
import statistics
import unicodedata
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

ALONE = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3040, 0x309F),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


# ---- words ----------------------------------------------------------------------------------


def fold(text):
    """NFC, case folding, NFC; curly apostrophes become straight ones."""
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def is_mark(char):
    return unicodedata.category(char)[0] == "M"


def stands_alone(char):
    return char.isalpha() and any(first <= ord(char) <= last for first, last in ALONE)


def tokenize(text):
    """Words as cotool._fast.text.tokens describes them, character by character."""
    text = fold(text)
    words, current, alone = [], "", False
    for i, char in enumerate(text):
        before = text[i - 1] if i else " "
        after = text[i + 1] if i + 1 < len(text) else " "
        part = (
            char.isalnum()
            or char == "_"
            or is_mark(char)
            or (char == "'" and before.isalpha() and after.isalpha())
            or (char in ".," and is_decimal(before) and is_decimal(after))
        )
        ends = not part or stands_alone(char) or (alone and not is_mark(char))
        if ends and current:
            words.append(current)
            current = ""
        alone = stands_alone(char) or (alone and is_mark(char))
        if part:
            current += char
    return words + ([current] if current else [])


def is_decimal(char):
    return unicodedata.category(char) == "Nd"


# ---- similarity of bags and vectors ---------------------------------------------------------


def weights(texts, *, tfidf):
    """One dict word -> weight for each text."""
    counts = [Counter(tokenize(text)) for text in texts]
    if not tfidf:
        return counts
    frequency = Counter(word for count in counts for word in count)
    return [
        {
            word: number * (math.log((1 + len(texts)) / (1 + frequency[word])) + 1)
            for word, number in count.items()
        }
        for count in counts
    ]


def cosine_of(a, b):
    """Cosine of two sparse vectors; two empty ones are alike."""
    if not a or not b:
        return float(not a and not b)
    dot = math.fsum(a[key] * b[key] for key in a.keys() & b.keys())
    norms = math.fsum(x * x for x in a.values()) * math.fsum(x * x for x in b.values())
    return dot / math.sqrt(norms)


def cosine(texts):
    bags = weights(texts, tfidf=False)
    return [[cosine_of(a, b) for b in bags] for a in bags]


def tfidf(texts):
    bags = weights(texts, tfidf=True)
    return [[cosine_of(a, b) for b in bags] for a in bags]


def jaccard(texts):
    sets = [set(tokenize(text)) for text in texts]
    return [[len(a & b) / len(a | b) if a | b else 1.0 for b in sets] for a in sets]


def containment(texts):
    sets = [set(tokenize(text)) for text in texts]

    def one(a, b):
        shorter = min(len(a), len(b))
        return len(a & b) / shorter if shorter else float(len(a) == len(b))

    return [[one(a, b) for b in sets] for a in sets]


def vector_cosine(vectors):
    def one(i, j):
        if i == j:
            return 1.0
        a, b = vectors[i], vectors[j]
        norms = math.hypot(*a) * math.hypot(*b)
        return math.fsum(x * y for x, y in zip(a, b, strict=True)) / norms if norms else 0.0

    return [[max(one(i, j), 0.0) for j in range(len(vectors))] for i in range(len(vectors))]


# ---- edit distance --------------------------------------------------------------------------


def distance(a, b):
    """Wagner and Fischer's dynamic programming over two sequences."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


def edit_similarity(sequences):
    def one(a, b):
        longest = max(len(a), len(b))
        return 1 - distance(a, b) / longest if longest else 1.0

    return [[one(a, b) for b in sequences] for a in sequences]


def levenshtein(texts):
    return edit_similarity(texts)


def word_levenshtein(texts):
    return edit_similarity([tokenize(text) for text in texts])


# ---- clusters -------------------------------------------------------------------------------


def numbered(groups, count):
    """Labels by first appearance from sets of rows."""
    groups = sorted(groups, key=min)
    return [next(k for k, group in enumerate(groups) if i in group) for i in range(count)]


def components(matrix, threshold):
    """Merge any two groups with a pair at the threshold until nothing changes."""
    groups = [{i} for i in range(len(matrix))]
    while True:
        for a in groups:
            for b in groups:
                if a is not b and any(matrix[i][j] >= threshold for i in a for j in b):
                    groups = [g for g in groups if g is not a and g is not b] + [a | b]
                    break
            else:
                continue
            break
        else:
            return numbered(groups, len(matrix))


def average_merges(matrix):
    """Merge the two groups with the greatest mean similarity, step by step."""
    groups = [frozenset([i]) for i in range(len(matrix))]
    while len(groups) > 1:
        value, a, b = max(
            (
                (sum(matrix[i][j] for i in a for j in b) / (len(a) * len(b)), a, b)
                for k, a in enumerate(groups)
                for b in groups[k + 1 :]
            ),
            key=lambda merge: merge[0],
        )
        groups = [g for g in groups if g not in {a, b}] + [a | b]
        yield value, groups


def average(matrix, threshold):
    groups = [frozenset([i]) for i in range(len(matrix))]
    for value, merged in average_merges(matrix):
        if value < threshold:
            break
        groups = merged
    return numbered(groups, len(matrix))


def density(matrix, threshold, min_points=3):
    """DBSCAN by its definition; a border row joins its most similar core row."""
    rows = range(len(matrix))
    near = [{j for j in rows if i == j or matrix[i][j] >= threshold} for i in rows]
    core = [i for i in rows if len(near[i]) >= min_points]
    groups = [{core[k] for k in group} for group in core_groups(matrix, core, threshold)]
    for i in rows:
        if i in core:
            continue
        hosts = [j for j in core if j in near[i]]
        if hosts:
            best = max(hosts, key=lambda j: (matrix[i][j], -j))
            next(group for group in groups if best in group).add(i)
        else:
            groups.append({i})
    return numbered(groups, len(matrix))


def core_groups(matrix, core, threshold):
    """Components among the core rows, as sets of places in `core`."""
    labels = components([[matrix[i][j] for j in core] for i in core], threshold)
    return [{k for k, label in enumerate(labels) if label == one} for one in set(labels)]


# ---- logs

ISO_LINE = re.compile(
    rb"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?![0-9A-Za-z])(?:[ \t]+(\S+))?"
)
SYSLOG_LINE = re.compile(rb"([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?![0-9A-Za-z])")
MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
LEVEL_WORDS = {
    b"TRACE": "trace", b"DEBUG": "debug", b"INFO": "info", b"NOTICE": "notice", b"WARN": "warning",
    b"ERROR": "error", b"FATAL": "critical",
}  # fmt: skip


def _moment(year, month, day, hour, minute, second, fraction=b""):
    """Nanoseconds since 1970, None where a field is out of range; 31 February is 2 or 3 March."""
    numbers = list(map(int, (year, month, day, hour, minute, second)))
    if not (1 <= numbers[1] <= 12 and 1 <= numbers[2] <= 31):
        return None
    if numbers[3] > 23 or numbers[4] > 59 or numbers[5] > 60:
        return None
    start = datetime(numbers[0], numbers[1], 1, tzinfo=UTC)
    moment = start + timedelta(
        days=numbers[2] - 1, hours=numbers[3], minutes=numbers[4], seconds=numbers[5]
    )
    return int(moment.timestamp()) * 10**9 + int(fraction[:9].ljust(9, b"0") or 0)


def sum_buckets(parts, widths, most):
    """Return the narrowest width that fits, and the sums of parts in it; `most` buckets of each."""
    for width in widths[widths.index(max(width for width, _ in parts)) :]:
        rows = defaultdict(list)
        for _, buckets in parts:
            for start, counts in buckets.items():
                rows[start - start % width].append(counts)
        if len(rows) <= most[widths.index(width)] or width == widths[-1]:
            sums = {at: map(sum, zip(*many, strict=True)) for at, many in rows.items()}
            return width, {at: tuple(counts) for at, counts in sums.items()}
    return None


def scan_log(data, *, first_year, patterns=(), wanted=None, each_line=False, **filters):
    """Count a log of two formats line by line: ISO times with a level word, and syslog without.

    Returns the figures, and (line, level, time, continuation) of every line that passes.
    """
    levels, since, until = (filters.get(name) for name in ("levels", "since", "until"))
    lines = data.split(b"\n")
    sizes = [len(line) + 1 for line in lines]
    if lines[-1] == b"":
        lines.pop()
    elif lines:
        sizes[len(lines) - 1] -= 1
    records = []
    year, before = first_year, None
    for n, whole in enumerate(lines):
        line = whole.removesuffix(b"\r")
        time, level, begins = None, "unknown", False
        if iso := ISO_LINE.match(line):
            time = _moment(*iso.groups(b"")[:7])
            begins = time is not None
            level = LEVEL_WORDS.get(iso[8], "unknown")
        elif (syslog := SYSLOG_LINE.match(line)) and syslog[1] in MONTHS:
            fields = MONTHS.index(syslog[1]) + 1, syslog[2].strip(), *syslog.groups()[2:]
            within = _moment(1972, *fields)
            if within is not None:
                begins = True
                half = 183 * 86400 * 10**9
                if before is not None:
                    year += (within < before - half) - (within > before + half)
                before = within
                time = _moment(year, *fields)
        if begins or each_line or (line and all(record[0] is None for record in records)):
            records.append((level if begins else "unknown", time, []))
        elif not records:
            records.append((None, None, []))  # blank lines before the first record are none
        records[-1][2].append((n, line, sizes[n]))
    figures = Counter()
    histogram, entries, times = defaultdict(Counter), [], []
    last = None
    for level, time, members in records:
        if time is not None:
            figures["out_of_order"] += last is not None and time < last
            last = time
        matched = [[bool(re.search(p, line)) for p in patterns] for _, line, _ in members]
        passes = levels is None or level in levels
        if level is None:
            passes = levels is since is until is wanted is None
        if since is not None or until is not None:
            passes &= time is not None
            passes = passes and (since is None or time // 10**9 >= since)
            passes = passes and (until is None or time // 10**9 < until)
        if wanted is not None:
            passes = passes and any(row[n] for row in matched for n in wanted)
        if not passes:
            figures["left_out"] += level is not None
            continue
        figures["records"] += level is not None
        figures[level or "unknown"] += level is not None
        for (n, line, size), row in zip(members, matched, strict=True):
            figures["lines"] += 1
            figures["bytes"] += size
            lower = line.lower()
            figures["errors"] += any(w in lower for w in (b"error", b"exception", b"failed"))
            figures["warnings"] += b"warn" in lower
            for k, found in enumerate(row):
                figures[f"pattern {k}"] += found
            if wanted is None or any(row[k] for k in wanted):
                continued = n != members[0][0] or level is None
                entries.append((n + 1, level or "unknown", time, continued))
        if time is None:
            figures["timeless"] += level is not None
        else:
            times.append(time)
            histogram[time // 10**9][level] += 1
    return {
        **figures,
        "first": min(times, default=None),
        "last": max(times, default=None),
        "histogram": {start: dict(counts) for start, counts in histogram.items()},
    }, entries


# ---- vault ------------------------------------------------------------------------------------


def hkdf_extract_expand(key, salt, info, size, name="sha256", *, extract=True):
    """RFC 5869, step by step."""
    if extract:
        key = hmac.digest(salt or bytes(hashlib.new(name).digest_size), key, name)
    output, block, number = b"", b"", 1
    while len(output) < size:
        block = hmac.digest(key, block + info + bytes([number]), name)
        output, number = output + block, number + 1
    return output[:size]


def age_by_passphrase(content, passphrase, work=10):
    """Return an age file for a passphrase, with 2**work steps of scrypt (C2SP, age.md)."""
    file_key, salt, nonce = (bytes([number]) * 16 for number in (1, 2, 3))
    scrypt_salt = b"age-encryption.org/v1/scrypt" + salt
    key = hashlib.scrypt(
        passphrase.encode(), salt=scrypt_salt, n=1 << work, r=8, p=1, maxmem=1 << 30, dklen=32
    )

    def coded(data):
        return base64.b64encode(data).rstrip(b"=")

    wrapped = coded(ChaCha20Poly1305(key).encrypt(bytes(12), file_key, b""))
    header = b"age-encryption.org/v1\n-> scrypt %s %d\n%s\n---" % (coded(salt), work, wrapped)
    mac_key = hkdf_extract_expand(file_key, b"", b"header", 32)
    payload = ChaCha20Poly1305(hkdf_extract_expand(file_key, nonce, b"payload", 32))
    chunks = [content[at : at + 65536] for at in range(0, len(content), 65536)] or [b""]
    sealed = b"".join(
        payload.encrypt(number.to_bytes(11, "big") + bytes([number == len(chunks) - 1]), chunk, b"")
        for number, chunk in enumerate(chunks)
    )
    return header + b" " + coded(hmac.digest(mac_key, header, "sha256")) + b"\n" + nonce + sealed


def open_vault(data, secrets):
    """Return the content of a vault file as FORMAT.md says. Raises AssertionError if it is not."""
    file_id = data[12:28]
    file_key, start = open_header(data, secrets)
    key = hkdf_extract_expand(file_key, file_id, b"cotool.vault/1 payload\0", 32)
    identity = data[:8] + b"\1\1" + file_id
    return open_cobblestone(data[start:], key, b"cotool.vault/1 stream\0" + identity)


def open_values(data, secrets, paths):
    """Return a document with sealed values in clear, with comments at its top, as FORMAT.md says.

    `paths` has the keys of each token's path, in the order of the tokens; None is a position.
    """
    title, mac, header, *rest = data.decode().split("\n")
    rule = [title.split(" ")[2].rstrip(";"), None, None]
    for number, start in enumerate(("# cotool-only: ", "# cotool-except: "), 1):
        if rest[0].startswith(start):
            rule[number] = rest.pop(0).removeprefix(start)
    assert title == f"# cotool-values-1 {rule[0]}; change it with: cotool vault edit FILE"
    body = "\n".join(rest)
    header = from_base64url(header.removeprefix("# cotool-header: "))
    file_key, size = open_header(header, secrets)
    assert size == len(header)
    value_key, mac_key = (
        hkdf_extract_expand(file_key, header[12:28], f"cotool.vault/values-1 {what}\0".encode(), 32)
        for what in ("value", "mac")
    )
    first = hmac.digest(mac_key, b"rule\0" + json.dumps(rule).encode(), "sha256")
    second = hmac.digest(mac_key, b"document\0" + first + body.encode(), "sha256")
    assert from_base64url(mac.removeprefix("# cotool-mac: ")) == first + second
    left = iter(paths)

    def clear(token):
        data = from_base64url(token[1])
        path = b"".join(
            b"\0" if key is None else b"\1" + len(key.encode()).to_bytes(4, "big") + key.encode()
            for key in next(left)
        )
        padded = AESGCM(value_key).decrypt(data[:12], data[12:], path)
        text, _, zeros = padded.rpartition(b"\x80")
        assert not any(zeros)
        assert len(padded) % 32 == 0
        return text.decode()

    return re.sub(r'"?cotool-value-1:([\w-]+)"?', clear, body)


def from_base64url(text):
    """Return the bytes in base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def open_header(data, secrets):
    """Return the file key in a header, and where the payload begins.

    `secrets` maps (1, key id, version) or (2, salt) to the key of a slot, (3, id, version) to the
    X-Wing seed of an identity, and (4, name of a program's key) to a function that takes what the
    program returned, and the context.
    """
    assert data[:8] == bytes.fromhex("8943564c540d0a1a")
    assert data[9] == 1
    file_id = data[12:28]
    identity = data[:8] + b"\1\1" + file_id
    if data[8] == 1:
        size, used, copies = int.from_bytes(data[10:12], "big"), data[32], data[33]
        slots = [data[48 + 136 * n : 48 + 136 * (n + 1)] for n in range(used)]
        stride = 1024 if copies == 2 else 0
    else:
        assert data[8] == 2
        used, size, stride = (
            int.from_bytes(data[n:m], "big") for n, m in ((10, 12), (32, 36), (36, 40))
        )
        slots, place = [], 48
        for _ in range(used):
            length = int.from_bytes(data[place : place + 2], "big")
            slots.append(data[place + 2 : place + 2 + length])
            place += 2 + length
        assert place == size - 32
    body, mac = data[: size - 32], data[size - 32 : size]
    file_key = None
    for slot in slots:
        number = int.from_bytes(slot[4:8], "big")
        if slot[0] == 2:
            secret = secrets.get((2, slot[16:32]))
        elif slot[0] == 4:
            name, blob = slot[18 : 18 + slot[17] + 256 * slot[16]], slot[:-104]
            blob = blob[18 + len(name) :]
            label = b"cotool.vault/2 wrap command key\0" + name
            assert slot[1:16] == bytes(7) + hashlib.sha256(label).digest()[:8]
            unwrap = secrets.get((4, name.decode()))
            secret = unwrap and unwrap(blob, f"cotool.vault/2:{file_id.hex()}")
        else:
            secret = secrets.get((slot[0], slot[8:16], number))
        if secret is None:
            continue
        if slot[0] == 3:
            info = b"cotool.vault/2 recipient\0" + slot[:16]
            secret = open_hpke_xwing(slot[16:-104], secret, info)
        info = b"cotool.vault/1 wrap\0" + identity + slot[:-80]
        derived = hkdf_extract_expand(secret, slot[-104:-80], info, 76)
        assert derived[44:] == slot[-80:-48]
        file_key = AESGCM(derived[:32]).decrypt(derived[32:44], slot[-48:], None)
    assert file_key is not None
    key = hkdf_extract_expand(file_key, file_id, b"cotool.vault/1 header\0", 32)
    assert hmac.digest(key, body, "sha256") == mac
    assert data[:stride] == data[stride : 2 * stride]
    return file_key, 2 * stride or size


def open_hpke_xwing(message, seed, info):
    """Return the plaintext of an HPKE message: X-Wing, HKDF-SHA256, AES-256-GCM, base mode."""
    return open_hpke(xwing_secret(message[:1120], seed), 0x647A, message[1120:], info)


def xwing_secret(enc, seed):
    """draft-connolly-cfrg-xwing-kem: what the holder of a seed finds in an encapsulation."""
    from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

    expanded = hashlib.shake_256(seed).digest(96)
    curve = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
    point = enc[1088:]
    shared = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).decapsulate(enc[:1088])
    shared += curve.exchange(x25519.X25519PublicKey.from_public_bytes(point))
    shared += point + curve.public_key().public_bytes_raw() + bytes.fromhex("5c2e2f2f5e5c")
    return hashlib.sha3_256(shared).digest()


def dhkem_x25519(private, enc):
    """RFC 9180, section 4.1: what the holder of a private key finds in an encapsulation."""
    from cryptography.hazmat.primitives.asymmetric import x25519

    key = x25519.X25519PrivateKey.from_private_bytes(private)
    secret = key.exchange(x25519.X25519PublicKey.from_public_bytes(enc))
    suite, context = b"KEM\0\x20", enc + key.public_key().public_bytes_raw()
    prk = hmac.digest(bytes(32), b"HPKE-v1" + suite + b"eae_prk" + secret, "sha256")
    info = b"\0\x20HPKE-v1" + suite + b"shared_secret" + context
    return hkdf_extract_expand(prk, b"", info, 32, extract=False)


def hpke_key(shared, kem, info, aead=2):
    """RFC 9180, section 5.1: key and nonce in base mode with HKDF-SHA256."""
    suite = b"HPKE" + kem.to_bytes(2, "big") + b"\0\1" + aead.to_bytes(2, "big")

    def extract(salt, label, key):
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + key, "sha256")

    def expand(key, label, context, size):
        labelled = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return hkdf_extract_expand(key, b"", labelled, size, extract=False)

    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    return expand(secret, b"key", context, (16, 32, 32)[aead - 1]), expand(
        secret, b"base_nonce", context, 12
    )


def open_hpke(shared, kem, ciphertext, info, aad=b"", aead=2):
    """Return the first plaintext that was sealed with a shared secret."""
    key, nonce = hpke_key(shared, kem, info, aead)
    cipher = ChaCha20Poly1305 if aead == 3 else AESGCM
    return cipher(key).decrypt(nonce, ciphertext, aad)


def open_cobblestone(payload, key, context):
    """Return the content of a C2SP chunked-encryption payload, one segment after another."""
    salt, commitment, rest = payload[:24], payload[24:56], payload[56:]
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    derived = hkdf_extract_expand(key, b"", info, 76, "sha512", extract=False)
    assert derived[44:] == commitment
    cipher, nonce = AESGCM(derived[:32]), int.from_bytes(derived[32:44], "big")
    content, number = b"", 0
    while True:
        segment, rest = rest[: 16384 + 16], rest[16384 + 16 :]
        content += cipher.decrypt((nonce ^ number).to_bytes(12, "big"), segment, None)
        number += 1
        if len(segment) < 16384 + 16:
            assert not rest
            return content


# ---- neighbours -------------------------------------------------------------------------------


def nearest(matrix, threshold, top=None):
    """For each row the (place, similarity) of the others at least so similar, nearest first."""
    found = []
    for i, row in enumerate(matrix):
        near = [(j, cell) for j, cell in enumerate(row) if j != i and cell >= threshold]
        found.append(sorted(near, key=lambda one: (-one[1], one[0]))[:top])
    return found


def star(matrix, threshold):
    """Star clustering: centres by falling number of neighbours, then by place."""
    n = len(matrix)
    degree = [sum(cell >= threshold for cell in row) for row in matrix]
    centre, best = [None] * n, [0.0] * n
    for i in sorted(range(n), key=lambda i: -degree[i]):
        if centre[i] is not None:
            continue
        centre[i], best[i] = i, 2.0
        for j in range(n):
            if j != i and matrix[i][j] >= threshold and matrix[i][j] > best[j]:
                centre[j], best[j] = i, matrix[i][j]
    numbers = {}
    return [numbers.setdefault(one, len(numbers)) for one in centre]


# ---- truth inference --------------------------------------------------------------------------
# Rows are (item, expert, label) as numbers; a posterior is a list of lists, items × labels.


def softmax(row):
    most = max(row)
    weights = [math.exp(value - most) for value in row]
    return [weight / sum(weights) for weight in weights]


def shares(rows, items, labels):
    post = [[0.0] * labels for _ in range(items)]
    for item, _, label in rows:
        post[item][label] += 1
    return [
        [value / sum(row) for value in row] if sum(row) else [1 / labels] * labels for row in post
    ]


def judge(rows, items, labels, prior, chance):
    """Posterior of each item from log prior and chance(item, expert, label, right label)."""
    post = []
    for i in range(items):
        row = list(prior)
        for item, expert, label in rows:
            if item == i:
                for t in range(labels):
                    row[t] += math.log(chance(item, expert, label, t))
        post.append(softmax(row))
    return post


def dawid_skene(rows, items, experts, labels, iterations):
    post = shares(rows, items, labels)
    for _ in range(iterations):
        table = [[[0.01] * labels for _ in range(labels)] for _ in range(experts)]
        for item, expert, label in rows:
            for t in range(labels):
                table[expert][t][label] += post[item][t]
        prior = [sum(row[t] for row in post) + 0.01 for t in range(labels)]
        prior = [math.log(value / sum(prior)) for value in prior]

        def chance(item, expert, label, t, table=table):
            return table[expert][t][label] / sum(table[expert][t])

        post = judge(rows, items, labels, prior, chance)
    return post


def one_coin(rows, items, experts, labels, iterations, alike=False):
    post = shares(rows, items, labels)
    for _ in range(iterations):
        right, seen = [0.01] * experts, [0.02] * experts
        for item, expert, label in rows:
            for who in range(experts) if alike else [expert]:
                right[who] += post[item][label]
                seen[who] += 1

        def chance(item, expert, label, t, right=right, seen=seen):
            p = right[expert] / seen[expert]
            return p if label == t else (1 - p) / max(labels - 1, 1)

        post = judge(rows, items, labels, [0.0] * labels, chance)
    return post


def glad(rows, items, experts, labels, iterations):
    post = shares(rows, items, labels)
    ability, ease = [1.0] * experts, [1.0] * items

    def sigmoid(x):
        return 1 / (1 + math.exp(-x))

    def chance(item, expert, label, t):
        p = sigmoid(ability[expert] * math.exp(ease[item]))
        return p if label == t else (1 - p) / max(labels - 1, 1)

    for done in range(iterations):
        for expert in range(experts if done else 0):
            for _ in range(2):
                slope, curve = 1 - ability[expert], 1.0
                for item, own, label in rows:
                    if own == expert:
                        x = math.exp(ease[item])
                        p = sigmoid(ability[expert] * x)
                        slope += x * (post[item][label] - p)
                        curve += x * x * p * (1 - p)
                ability[expert] += min(max(slope / curve, -2), 2)
        for item in range(items if done else 0):
            for _ in range(2):
                slope, curve = 1 - ease[item], 1.0
                for own, expert, label in rows:
                    if own == item:
                        x = ability[expert] * math.exp(ease[item])
                        p = sigmoid(x)
                        slope += x * (post[item][label] - p)
                        curve += x * x * p * (1 - p)
                ease[item] = min(max(ease[item] + min(max(slope / curve, -1), 1), -6), 6)
        post = judge(rows, items, labels, [0.0] * labels, chance)
    return post


def worth(row, mine, shared):
    """What a label counts beside the others of its item, as `Labels.weigh` says."""
    if shared is None:
        return 1.0
    others = [one for one in mine if one is not row and one[2] == row[2]]
    return 1 / (1 + sum(shared[row[1]][one[1]] for one in others))


def decoys(rows, items, experts, labels, iterations, balanced=True, shared=None):
    """As _fast/decoys.pyx says, over every (kind, right, decoy)."""
    kinds = (0, 1)
    post = shares(rows, items, labels)
    own = [[row for row in rows if row[1] == e] for e in range(experts)]
    right = [[0.0] * experts for _ in kinds]
    fell = [[0.0] * experts for _ in kinds]
    seen = [[len(own[e]) / 2 for e in range(experts)] for _ in kinds]
    habits = [
        [float(sum(row[2] == k for row in own[e])) for k in range(labels)] for e in range(experts)
    ]
    share = [items / 2, items / 2]
    shares_right = [0.0] * labels
    for c in kinds:
        for e in range(experts):
            mean = sum(post[i][k] for i, _, k in own[e]) / len(own[e]) if own[e] else 0.5
            right[c][e] = min(mean * (1.15 if c == 0 else 0.85), 0.95) * seen[c][e]
            fell[c][e] = 0.3 * (seen[c][e] - right[c][e])

    def clip(value, low, high):
        return min(max(value, low), high)

    def logit(p):
        return math.log(clip(p, 0.01, 0.99) / (1 - clip(p, 0.01, 0.99)))

    states = [
        (c, t, z)
        for c in kinds
        for t in range(labels)
        for z in range(labels)
        if labels == 1 or z != t
    ]
    for _ in range(iterations):
        mean = (sum(map(sum, right)) + 14) / (sum(map(sum, seen)) + 20)
        kind = [(share[c] + 5) / (sum(share) + 10) for c in kinds]
        prior = [
            1 / labels if balanced else (own + 1) / (sum(shares_right) + labels)
            for own in shares_right
        ]
        p = [[0.0] * experts for _ in kinds]
        g = [[0.0] * experts for _ in kinds]
        for e in range(experts):
            skill = (right[0][e] + right[1][e] + 4 * mean) / (seen[0][e] + seen[1][e] + 4)
            for c in kinds:
                typical = (sum(right[c]) + 20 * mean) / (sum(seen[c]) + 20)
                expected = 1 / (1 + math.exp(-logit(skill) - logit(typical) + logit(mean)))
                p[c][e] = clip((right[c][e] + 4 * expected) / (seen[c][e] + 4), 0.02, 0.98)
                part = min(1.0, 0.8 * sum(right[c]) / sum(fell[c])) if sum(fell[c]) > 0 else 1.0
                fall = (part * sum(fell[c]) + 6) / (sum(seen[c]) - sum(right[c]) + 20)
                wrong = seen[c][e] - right[c][e]
                g[c][e] = clip((part * fell[c][e] + 10 * fall) / (wrong + 10), 0.01, 0.95)
        total = sum(map(sum, habits)) + labels
        common = [(sum(habits[e][k] for e in range(experts)) + 1) / total for k in range(labels)]
        habit = [
            [(habits[e][k] + 20 * common[k]) / (sum(habits[e]) + 20) for k in range(labels)]
            for e in range(experts)
        ]
        right = [[0.0] * experts for _ in kinds]
        fell = [[0.0] * experts for _ in kinds]
        seen = [[0.0] * experts for _ in kinds]
        habits = [[0.0] * labels for _ in range(experts)]
        share = [0.0, 0.0]
        post = []
        for i in range(items):
            mine = [row for row in rows if row[0] == i]
            given = {row[2] for row in mine}
            counts = [worth(row, mine, shared) for row in mine]
            logs = []
            for c, t, z in states:
                value = math.log(kind[c]) + math.log(prior[t])
                for (_, e, a), count in zip(mine, counts, strict=True):
                    habit_or_decoy = (1 - g[c][e]) * habit[e][a] + g[c][e] * (a == z)
                    value += count * math.log(p[c][e] * (a == t) + (1 - p[c][e]) * habit_or_decoy)
                logs.append(value)
            weights = dict(zip(states, softmax(logs), strict=True))
            post.append(
                [
                    sum(w for (_, t, _), w in weights.items() if t == k) if k in given else 0.0
                    for k in range(labels)
                ]
            )
            for (c, t, z), w in weights.items():
                share[c] += w
                for _, e, a in mine:
                    seen[c][e] += w
                    knows = p[c][e] * (a == t)
                    falls = (1 - p[c][e]) * g[c][e] * (a == z)
                    by_habit = (1 - p[c][e]) * (1 - g[c][e]) * habit[e][a]
                    total = knows + falls + by_habit
                    right[c][e] += w * knows / total
                    fell[c][e] += w * falls / total
                    habits[e][a] += w * by_habit / total
        shares_right = [sum(row[k] for row in post) for k in range(labels)]
    return post


def subclasses(rows, items, experts, labels, iterations, balanced=True, shared=None):
    """As _fast/subclasses.pyx says."""
    parts = (0, 1)
    post = shares(rows, items, labels)
    unity = [round(sum(v * v for v in row), 9) for row in post]
    ranked = sorted(unity, reverse=True)
    states = {}
    for i in range(items):
        same = [rank for rank, value in enumerate(ranked) if value == unity[i]]
        rank = sum(same) / len(same)
        weight = [math.exp(-((rank * 2 / items - (c + 0.5)) ** 2)) for c in parts]
        for t in range(labels):
            for c in parts:
                states[i, t, c] = post[i][t] * weight[c] / sum(weight)
    for _ in range(iterations):
        count = defaultdict(float)
        for i, e, a in rows:
            for t in range(labels):
                for c in parts:
                    count[e, t, c, a] += states[i, t, c]
        chance = {}
        for t in range(labels):
            for c in parts:
                column = [
                    (8 if a == t else 1 + 3 / max(labels - 1, 1))
                    + sum(count[e, t, c, a] for e in range(experts))
                    for a in range(labels)
                ]
                for a in range(labels):
                    chance[t, c, a] = column[a] / sum(column)
        own = {}
        for e in range(experts):
            for t in range(labels):
                times = [sum(count[e, t, c, a] for a in range(labels)) for c in parts]
                for a in range(labels):
                    seen = sum(count[e, t, c, a] for c in parts)
                    expected = sum(times[c] * chance[t, c, a] for c in parts)
                    for c in parts:
                        own[e, t, c, a] = chance[t, c, a] * (seen + 1) / (expected + 1)
        prior = {
            (t, c): 1 + sum(states[i, t, c] for i in range(items))
            for t in range(labels)
            for c in parts
        }
        keys = [(t, c) for t in range(labels) for c in parts]
        for i in range(items):
            mine = [row for row in rows if row[0] == i]
            logs = []
            for t, c in keys:
                of_label = prior[t, 0] + prior[t, 1]
                share = 1 / labels if balanced else of_label / (items + 2 * labels)
                value = math.log(prior[t, c] / of_label * share)
                for row in mine:
                    _, e, a = row
                    chance = own[e, t, c, a] / sum(own[e, t, c, b] for b in range(labels))
                    value += worth(row, mine, shared) * math.log(chance)
                logs.append(value)
            for key, value in zip(keys, softmax(logs), strict=True):
                states[i, *key] = value
    return [[states[i, t, 0] + states[i, t, 1] for t in range(labels)] for i in range(items)]


def align(transcripts, weights):
    """Slots as _fast/rover.pyx describes them, by the full table of costs."""
    slots = []
    for k, words in enumerate(transcripts):
        total = sum(weights[:k])

        def cost(slot, word, total=total, k=k):
            return 1 - sum(weights[j] for j in range(k) if slot[j] == word) / total

        table = {(0, j): (float(j), "open") for j in range(len(words) + 1)}
        for i, slot in enumerate(slots, 1):
            table[i, 0] = (table[i - 1, 0][0] + cost(slot, -1), "skip")
            for j, word in enumerate(words, 1):
                ways = [
                    (table[i - 1, j - 1][0] + cost(slot, word), "fill"),
                    (table[i - 1, j][0] + cost(slot, -1), "skip"),
                    (table[i, j - 1][0] + 1, "open"),
                ]
                table[i, j] = min(ways, key=lambda way: way[0])
        i, j, grown = len(slots), len(words), []
        while i or j:
            way = table[i, j][1]
            slot = [-1] * len(transcripts) if way == "open" else list(slots[i - 1])
            if way != "skip":
                slot[k] = words[j - 1]
                j -= 1
            if way != "open":
                i -= 1
            grown.insert(0, slot)
        slots = grown
    return slots


def shrunk_variances(squares, known, least=0.0):
    """Variances by expert, shrunk to a common one under four strengths weighed by likelihood."""
    total = sum(known)
    pooled = max(sum(squares) / total if total > 0 else 0.0, least)
    pairs = list(zip(squares, known, strict=True))
    if len(pairs) == 1:
        return [pooled], pooled
    kinds = []
    for k, prior in ((math.inf, 0.55), (40.0, 0.15), (10.0, 0.15), (3.0, 0.15)):
        common = pooled
        if k == math.inf:
            said = sum(-m / 2 * math.log(2 * common) - q / (2 * common) for q, m in pairs)
        else:
            for _ in range(30):
                common = max(len(pairs) / sum((m + k) / (q + k * common) for q, m in pairs), least)
            said = sum(
                math.lgamma((m + k) / 2) - math.lgamma(k / 2) + k / 2 * math.log(k * common)
                - (m + k) / 2 * math.log(q + k * common)
                for q, m in pairs
            )  # fmt: skip
        kinds.append((math.log(prior) + said, k, common))
    most = max(kinds)[0]
    shares = [math.exp(own - most) for own, _, _ in kinds]
    shares = [one / sum(shares) for one in shares]
    precisions = [
        sum(
            share * (1 / common if k == math.inf else (m + k) / (q + k * common))
            for share, (_, k, common) in zip(shares, kinds, strict=True)
        )
        for q, m in pairs
    ]
    middle = sum(share * common for share, (_, _, common) in zip(shares, kinds, strict=True))
    return [1 / one for one in precisions], middle


def gaussian(rows, start, experts, freedom, iterations):
    """Values, biases and variances of experts by the Gaussian model with Student's noise.

    rows: (item, expert, number).
    """
    t, v = list(start), [0.0] * len(start)
    names = range(experts)
    apart = [abs(x - t[i]) for i, _, x in rows]
    first = (1.4826 * (statistics.median(apart) or statistics.median([x for x in apart if x]))) ** 2
    given = [sum(e == name for _, e, _ in rows) for name in names]
    b, s, spread = [0.0] * experts, [first] * experts, 0.0
    for _ in range(iterations):
        u = [
            1.0 if freedom == math.inf
            else (freedom + 1) / (freedom + ((x - t[i] - b[e]) ** 2 + v[i]) / s[e])
            for i, e, x in rows
        ]  # fmt: skip
        for item in range(len(t)):
            own = [(w / s[e], x - b[e]) for w, (i, e, x) in zip(u, rows, strict=True) if i == item]
            if own:
                v[item] = 1 / sum(w for w, _ in own)
                t[item] = sum(w * x for w, x in own) * v[item]
        worth = [sum(w / s[e] for w, (_, e, _) in zip(u, rows, strict=True) if e == n)
                 for n in names]  # fmt: skip
        sums = [sum(w / s[e] * (x - t[i]) for w, (i, e, x) in zip(u, rows, strict=True) if e == n)
                for n in names]  # fmt: skip
        several = [n for n in names if given[n] > 1]
        spread = mean = 0.0
        if len(several) > 1:
            total = sum(worth[n] for n in several)
            mean = sum(sums[n] for n in several) / total
            heterogeneity = sum(worth[n] * (sums[n] / worth[n] - mean) ** 2 for n in several)
            spread = max(0.0, (heterogeneity - (len(several) - 1))
                         / (total - sum(worth[n] ** 2 for n in several) / total))  # fmt: skip
        b = [0.0] * experts
        for n in several if spread > 0 else ():
            far = (sums[n] / worth[n] - mean) ** 2 / (spread + 1 / worth[n])
            b[n] = sums[n] / (worth[n] + 5 / (4 + far) / spread)
        middle = sum(b[e] for _, e, _ in rows) / len(rows)
        b = [x - middle for x in b]
        t = [x + middle for x in t]
        squares, known = [0.0] * experts, [0.0] * experts
        for w, (i, e, x) in zip(u, rows, strict=True):
            squares[e] += w * (x - t[i] - b[e]) ** 2
            known[e] += 1 - w / s[e] * v[i]
        if spread > 0:
            known = [m - m / g / (1 + y / (g * spread)) if g > 1 else m
                     for m, g, y in zip(known, given, s, strict=True)]  # fmt: skip
        once = [n for n in names if given[n] == 1]
        groups = [[n] for n in several] + [once] * bool(once)
        shrunk, pooled = shrunk_variances(
            [sum(squares[n] for n in group) for group in groups],
            [sum(known[n] for n in group) for group in groups],
            first / 100,
        )
        for group, variance in zip(groups, shrunk, strict=True):
            for n in group:
                s[n] = max(variance, pooled / 10_000)
    all_biases = [b[e] for _, e, _ in rows]
    middle = statistics.median(all_biases)
    far = 8 * statistics.median([abs(x - middle) for x in all_biases])
    near = [x for x in all_biases if abs(x - middle) <= far]
    middle = sum(near) / len(near)
    return [x + middle for x in t], [x - middle for x in b], s


def student_interval(numbers):
    """The mean of numbers and its 95 % interval, by a density integrated in small steps."""
    n = len(numbers)
    mean = sum(numbers) / n
    error = math.sqrt(sum((x - mean) ** 2 for x in numbers) / (n - 1) / n)
    step, total, place = 1e-3, 0.0, 0.0
    constant = math.gamma(n / 2) / math.gamma((n - 1) / 2) / math.sqrt((n - 1) * math.pi)
    while total < 0.475:
        total += step * constant * (1 + (place + step / 2) ** 2 / (n - 1)) ** (-n / 2)
        place += step
    return mean, mean - place * error, mean + place * error


def logit(asked, weights):
    """Log-likelihood of a conditional logit, its slope and its negative curvature.

    A question is a list of candidates (base, features, target); the base has the first weight.
    """
    n = len(weights)
    total, slope, curve = 0.0, [0.0] * n, [[0.0] * n for _ in range(n)]
    for candidates in asked:
        rows = [[base, *(float(own.count(d)) for d in range(1, n))] for base, own, _ in candidates]
        p = softmax([sum(w * x for w, x in zip(weights, row, strict=True)) for row in rows])
        mean = [sum(p[c] * row[d] for c, row in enumerate(rows)) for d in range(n)]
        for c, (_, _, target) in enumerate(candidates):
            total += target * math.log(p[c])
            for i in range(n):
                slope[i] += target * (rows[c][i] - mean[i])
                for j in range(n):
                    second = sum(p[k] * row[i] * row[j] for k, row in enumerate(rows))
                    curve[i][j] += target * (second - mean[i] * mean[j])
    return total, slope, curve


def quadratic_form(matrix, vector):
    """The vector times the matrix times the vector."""
    return sum(
        a * cell * b
        for a, row in zip(vector, matrix, strict=True)
        for cell, b in zip(row, vector, strict=True)
    )


def eliminated(matrix, vector):
    """Rows of the system in upper triangular form, without pivoting."""
    rows = [[*row, value] for row, value in zip(matrix, vector, strict=True)]
    for c, pivot in enumerate(rows):
        for row in rows[c + 1 :]:
            times = row[c] / pivot[c]
            row[:] = [a - times * b for a, b in zip(row, pivot, strict=True)]
    return rows


def log_determinant(matrix):
    """Of a positive definite matrix."""
    rows = eliminated(matrix, [0.0] * len(matrix))
    return sum(math.log(row[c]) for c, row in enumerate(rows))


def solved(matrix, vector):
    """The solution of a linear system with a positive definite matrix."""
    rows, out = eliminated(matrix, vector), [0.0] * len(vector)
    for c in reversed(range(len(vector))):
        rest = sum(rows[c][k] * out[k] for k in range(c + 1, len(vector)))
        out[c] = (rows[c][-1] - rest) / rows[c][c]
    return out


# ---- forms of log lines -----------------------------------------------------------------------

_LOG_WORD = re.compile(r"[0-9A-Za-z_\x80-\xff]+")
_PATH_END = " \t:'\"<>()[]{},;=|"
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_NAMED_DATE = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:{_MONTHS.replace(' ', '|')})  ?\d+ "
)


def is_number(text):
    return re.fullmatch(r"[0-9]+", text) is not None


def time_span(text):
    """Length of the date or time of digits at the start of `text`, 0: none."""
    found = re.match(r"\d+(?:[:\-+/.,_T]\d+)*Z?", text[:40])
    whole = found[0]
    if whole.endswith("Z") and re.match(r"[0-9A-Za-z_\x80-\xff]", text[len(whole) :]):
        whole = whole[:-1]
    while True:
        marks = re.findall(r"[^\dZ]", whole)
        early = whole.find(":")
        if early >= 0 and not is_number(whole[:early][-1:]):
            whole = whole[: early - 1]
            continue
        break
    rest = text[len(whole) :]
    if re.match(r"[0-9A-Za-z_\x80-\xff]|[.-][0-9A-Za-z_\x80-\xff]", rest):
        return 0
    sizes = [len(x) for x in re.findall(r"\d+", whole)]
    if not 2 <= len(sizes) <= 10:
        return 0
    if ":" in marks:
        before = len(re.findall(r"\d+", whole[: whole.index(":")]))
        first = sizes[before] if marks.count(":") else 0
        dots = whole[: whole.index(":")].count(".")
        if marks.count(":") > 3 or sizes[before - 1] > 2 or first > 2 or dots % 2:
            return 0
        if len(sizes) == 2 and sizes != [2, 2]:
            return 0
        return len(whole)
    if len(sizes) < 3 or (len(sizes) > 3 and sizes[0] != 4):
        return 0
    if not (
        marks.count("-") >= 2 or marks.count("/") >= 2 or (marks.count(".") >= 2 and sizes[0] == 4)
    ):
        return 0
    if not (max(sizes[:3]) == 4 or sizes[:2] + sizes[2:3] == [2, 2, 2]):
        return 0
    if sizes[0] == 3 or sizes[0] > 4 or sizes[1] > 2:
        return 0
    return len(whole)


def mask_message(text):
    """The form of a message after a header with a time, and where its parameters stand.

    The message is latin-1 text; parameters become chr(1), times chr(2).
    """
    out, parameters, at = [], [], 0

    def parameter(start, stop, mark="\1"):
        out.append(mark)
        parameters.append((start, stop))
        return stop

    def decimals(stop):
        while found := re.match(r"\.\d+(?![0-9A-Za-z_\x80-\xff])", text[stop:]):
            stop += len(found[0])
        return stop

    def word(start):
        w = _LOG_WORD.match(text, start)[0]
        stop, after = start + len(w), text[start + len(w) :]
        digits = re.search(r"\d", w) is not None
        hexadecimal = re.fullmatch(r"[0-9A-Fa-f]+", w) is not None
        if len(w) > 64:
            return parameter(start, stop)
        if not digits:
            if re.match(r"://.", after, re.DOTALL):
                out.append(w + "://")
                end = stop + 3 + re.match(r"[^ \t'\"<>)\],;]*", after[3:]).end()
                while text[end - 1] in ".:":
                    end -= 1
                return parameter(stop + 3, end)
            if len(w) == 1 and after.startswith(":\\"):
                end = stop
                while end < len(text) and (text[end] not in _PATH_END or text[end] == ":"):
                    end += 1
                return parameter(start, end)
            if len(w) == 3 and w[0] in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" and after[:1] in {" ", ","}:
                end = named_date(start)
                if end:
                    return parameter(start, end, "\2")
        if hexadecimal and after:
            uuid = re.match(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text[start:])
            if len(w) == 8 and uuid and not _LOG_WORD.match(text, start + 36):
                return parameter(start, start + 36)
            if len(w) <= 4 and (after[0] == ":" or (after[0] == "-" and len(w) == 2)):
                size = hex_groups(text[start:])
                if size:
                    return parameter(start, start + size)
        if is_number(w):
            if re.match(r"[:.\-/]\d", after) and (
                len(w) <= 2 if after[0] == ":" else len(w) == 4 if after[0] == "." else True
            ):
                size = time_span(text[start:])
                if size:
                    return parameter(start, start + size, "\2")
            unit = re.match(r"(\.\d+)([A-Za-z\x80-\xff]{1,4})(?![0-9A-Za-z_\x80-\xff])", after)
            if unit and decimals(stop) == stop:
                parameter(start, stop + unit.end(1))
                out.append(unit[2])
                return stop + unit.end()
            return parameter(start, decimals(stop))
        if re.fullmatch(r"(?:0|[1-9]\d{0,11})B", w):  # bytes
            parameter(start, stop - 1)
            out.append("B")
            return stop
        cases = (re.search("[a-f]", w), re.search("[A-F]", w))
        if hexadecimal and not all(cases) and len(w) >= (4 if digits else 8):
            return parameter(start, stop)
        if not digits:
            out.append(w)
            return stop
        many = any(len(p) >= 8 and len(re.findall(r"\d+", p)) >= 2 for p in w.split("_"))
        if (len(w) > 2 and w[:2] in {"0x", "0X"}) or many:
            return parameter(start, stop)
        joined = re.compile(r"\d+(?:_\d+|_[A-Za-z\x80-\xff]_\d*)*")
        place = 0
        while place < len(w):
            if not is_number(w[place]):
                out.append(w[place])
                place += 1
                continue
            end = joined.match(w, place).end()
            parameter(start + place, start + end)
            place = end
        if is_number(w[-1]):
            end = decimals(stop)
            if end > stop and parameters[-1][1] == stop:
                parameters[-1] = (parameters[-1][0], end)
            return end
        return stop

    def named_date(start):
        found = _NAMED_DATE.match(text, start)
        if not found or found.end() >= len(text) or not is_number(text[found.end()]):
            return 0
        size = time_span(text[found.end() :])
        if not size or text[found.end() + 2 : found.end() + 3] != ":":
            return 0
        end = found.end() + size
        if zone := re.match(r" [A-Z]{3,5}(?![0-9A-Za-z_\x80-\xff])", text[end:]):
            end += len(zone[0])
        if year := re.match(r" \d{4}(?![0-9A-Za-z_\x80-\xff])", text[end:]):
            end += len(year[0])
        return end

    def hex_groups(rest):
        """Length of a MAC address, or of an IPv6 address in which there is a letter."""
        if found := re.match(r"(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}", rest):
            after = rest[len(found[0]) : len(found[0]) + 1]
            return 0 if _LOG_WORD.match(after) or after == "-" else len(found[0])
        groups = empty = 0
        size = 0
        while True:
            part = re.match(r"[0-9A-Fa-f]*", rest[size:])[0]
            if len(part) > 4:
                return 0
            if not part:
                empty += 1
                if empty > 1 or not groups:
                    break
            groups += bool(part)
            size += len(part)
            if rest[size : size + 1] != ":":
                break
            size += 1
        if _LOG_WORD.match(rest[size:]) or not re.search("[A-Fa-f]", rest[:size]):
            return 0
        if rest[:size].endswith(":") and not (size > 2 and rest[:size].endswith("::")):
            size -= 1
        return size if groups + 2 * empty >= 4 else 0

    while at < len(text):
        char, before = text[at], text[at - 1] if at else " "
        if _LOG_WORD.match(char):
            at = word(at)
        elif blanks := re.match(r"[ \t]+", text[at:]):
            out.append(blanks[0] if len(blanks[0]) == 1 else "  ")
            at += len(blanks[0])
        elif char == "/" and (
            request := re.match(
                r"(/[^ \t\"\x00-\x1f\x7f]{0,511})(?: HTTP/\d(?:\.\d)?)?\" \d{3}(?= |$)", text[at:]
            )
        ) and re.search(r'"[A-Z]{2,10} $', text[:at]):  # fmt: skip
            for segment in re.finditer(r"/[^/?#;]*|[?#;].*", request[1]):
                out.append(segment[0][0])
                start, rest = at + segment.start() + 1, segment[0][1:]
                first, size = (0, len(rest)) if segment[0][0] != "/" else path_id(rest)
                out.append(rest[:first])
                if size:
                    parameter(start + first, start + first + size)
                out.append(rest[first + size :])
            out.append(request[0][len(request[1]) :])
            at += len(request[0])
        elif (
            char == "/"
            and not re.match(r"[0-9A-Za-z_\x80-\xff._\-/*>)\]\0]", before)
            and (path := re.match(r"/[^ \t:'\"<>()\[\]{},;=|]*", text[at:]))[0].count("/") > 1
        ):
            at = parameter(at, at + len(path[0].rstrip(".")))
        elif (
            char in "+-"
            and is_number(text[at + 1 : at + 2])
            and not re.match(r"[0-9A-Za-z\x80-\xff)\]}\-\0]", before)
        ):
            first = len(parameters)
            stop = word(at + 1)
            if len(parameters) > first:
                parameters[first] = (at, parameters[first][1])
            at = stop
        else:
            out.append("\x1a" if ord(char) < 32 or ord(char) == 127 else char)
            at += 1
    return "".join(out), parameters


def path_id(segment):
    """Where a segment of a path names one thing among many, and how much of it: 0 for nothing."""
    if size := _whole_id(segment):
        return 0, size
    hashed = re.fullmatch(
        r"(.+[.-])((?=[A-Fa-f]*[0-9])[0-9A-Fa-f]{8,}|(?=[A-Z2-7]*[2-7][A-Z])[A-Z2-7]{8})"
        r"(\.[A-Za-z][0-9A-Za-z]*)+",
        segment,
    )
    return (len(hashed[1]), len(hashed[2])) if hashed else (0, 0)


def _whole_id(segment):
    """How much of a segment of a path names one thing among many: 0, or up to its extension."""
    if re.fullmatch(r"[\d.,\-_:]*\d", segment):
        return len(segment)
    stem = segment.split(".")[0]
    if not re.fullmatch(r"[0-9A-Za-z\-_:]*[0-9][0-9A-Za-z\-_:]*", stem):
        return 0
    kept = re.sub("[-_:]", "", stem)
    digits = len(re.findall(r"\d", kept))
    if digits == len(kept):
        return len(stem)
    if segment.count(".") > 1:
        return 0
    if re.fullmatch("[0-9A-Fa-f]+", kept):
        return len(stem) if len(kept) >= 8 else 0
    changes = sum(a.isdigit() != b.isdigit() for a, b in itertools.pairwise(kept))
    kind = [1 if c.isdigit() else 2 if c.islower() else 3 for c in kept]
    kinds = sum(a != b and (a, b) != (3, 2) for a, b in itertools.pairwise(kind))
    dashes = len(stem) - len(kept)
    if len(kept) >= 16 and (
        (digits >= 3 and changes >= 4 and dashes <= 4) or 20 * kinds >= 7 * len(kept)
    ):
        return len(stem)
    last = re.search(r"([-_]?)(\d*)$", stem)
    long = len(last[2]) >= 6 or (last[1] and len(last[2]) >= 5)
    return len(stem) if len(stem) >= 8 and long else 0


def count_forms(lines, mask):
    """Figures of the forms of (line, level, seconds) by (signature, message)."""
    found = {}
    for line, level, seconds in lines:
        signature, message, _, _, spans = mask(line)
        f = found.setdefault(
            (signature, message),
            {"count": 0, "levels": [0] * 8, "times": Counter(), "values": Counter()},
        )
        f["count"] += 1
        f["levels"][level] += 1
        if seconds is not None:
            f["times"][seconds] += 1
        f["values"][tuple(line[a:b] for a, b in spans)] += 1
    return found


# ---- messages parted into templates -----------------------------------------------------------

_IS = {
    "parameter": 1,
    "strong": 2,
    "weak": 4,
    "known": 8,
    "upper": 16,
    "noun": 32,
    "preposition": 64,
    "text": 128,
    "value": 256,
    "title": 512,
    "lower": 1024,
}
_QUOTED, _KEY, _COLON, _CALL, _FIRST = 1, 2, 4, 8, 16
# From how many words on: plain, after a preposition, a colon, a noun, in quotes.
_LEAST = {
    "strong": (3, 3, 3, 2, 2),
    "weak": (6, 3, 3, 2, 2),
    "unknown": (6, 2, 3, 2, 2),
    "known": (10, 6, 4, 3, 2),
    "titled": (4, 3, 3, 2, 2),
    "upper": (20, 20, 5, 3, 2),
}


def part(rows, facts, context, before):
    """Templates of rows of words, as in cotool._fast.logs.partition: (rows, places of values)."""
    found = []

    def has(word, name):
        return bool(facts[word] & _IS[name])

    def are_values(members, place, distinct, outside):
        words = sorted({rows[n][place] for n in members})

        def share(*names):
            return sum(any(has(word, name) for name in names) for word in words)

        if context[place] & _KEY:
            return bool(context[place] & _FIRST and len(words) >= 6
                        and 10 * share("strong", "weak") >= 7 * len(words))  # fmt: skip
        lead = before[place]
        known = facts[rows[members[0]][lead]] if lead >= 0 and distinct[lead] == 1 else 0
        column, is_lower = 0, known & _IS["lower"]
        if known & _IS["preposition"]:
            column = 1
        if context[place] & _COLON and outside:
            column = 2
        if known & _IS["noun"] and not (context[place] & _QUOTED and outside):
            column = 3
        if context[place] & _QUOTED and outside:
            column = 4
        plain = [word for word in words if not has(word, "parameter")]
        known = sum(has(word, "known") and not has(word, "strong") for word in plain)
        if share("parameter") and (
            known == 0 or 2 * known < len(plain) or known >= _LEAST["known"][column] - 1
        ):
            return True
        if share("value") == len(words):
            return True
        least = 0
        kind = "known"
        if 10 * (len(words) - share("known")) >= 7 * len(words):
            kind = "unknown"
            least = 10 if column == 0 and context[place] & _FIRST else 0
        if 10 * share("strong", "weak") >= 7 * len(words):
            kind, least = "weak", 0
        if is_lower and 10 * share("strong", "weak", "title") >= 7 * len(words):
            kind, least = "titled", 0
        if 10 * share("strong") >= 7 * len(words) and not context[place] & _CALL:
            kind, least = "strong", 0
        if 10 * share("upper") >= 8 * len(words) and not (column > 1 and kind == "strong"):
            kind, least = "upper", 0
        return len(words) >= (least or _LEAST[kind][column])

    def settle(members):
        if len(members) == 1:
            found.append((members, []))
            return
        places = range(len(rows[0]))
        distinct = [len({rows[n][k] for n in members}) for k in places]
        varying = [k for k in places if distinct[k] > 1]
        fixed = [k for k in places if distinct[k] == 1]
        told = [k for k in fixed if has(rows[members[0]][k], "text")]
        outside = any(not context[k] & (_QUOTED | _KEY) for k in told)
        values = [k for k in varying if are_values(members, k, distinct, outside)]
        open_ = [k for k in varying if k not in values and not context[k] & _KEY][:16]
        for one, other in itertools.combinations(open_, 2):
            pairs = {(rows[n][one], rows[n][other]) for n in members}
            words = [{pair[n] for pair in pairs} for n in (0, 1)]
            shared = len(words[0] & words[1])
            if (
                shared >= 5
                and 3 * shared >= 2 * min(map(len, words))
                and len(pairs) > max(map(len, words))
            ):
                values = sorted({*values, one, other})
        text = bool(told)
        free = [k for k in varying if k not in values]
        factor = 2 if all(context[k] & _QUOTED for k in free) else 4
        mixed = len({tuple(rows[n][k] for k in free) for n in members})
        if (
            len(free) > 1
            and text
            and len(members) >= 16
            and mixed >= max(16, factor * sum(distinct[k] for k in free))
        ):
            found.append((members, varying))
            return
        if len(values) == len(varying) and (
            not varying or (text and len(fixed) >= max(1, (len(varying) + 1) // 2))
        ):
            found.append((members, values))
            return

        def groups_of(k):
            groups = {}
            for n in members:
                groups.setdefault(rows[n][k], []).append(n)
            return groups

        def gain(k):
            groups = groups_of(k)
            alike = sum(
                (len(group) - 1) * sum(len({rows[n][j] for n in group}) == 1 for j in varying)
                for group in groups.values()
            )
            return alike, -len(groups)

        choices = sorted(free or varying, key=lambda k: (distinct[k], k))[:16]
        best = max(choices, key=lambda k: (gain(k), -k))
        for word in sorted(groups_of(best)):
            settle(groups_of(best)[word])

    if rows:
        settle(list(range(len(rows))))
    return found


def collapse(ids, flags, longest):
    """Tokens with groups that follow themselves as one, as in _fast.logs.repeats.groups."""
    between, parameter, word = 1, 2, 4
    items = [(token, flag, n, n) for n, (token, flag) in enumerate(zip(ids, flags, strict=True))]

    def tokens(some):
        return [item[0] for item in some]

    for size in range(2, longest + 1):
        found, at = [], 0
        while at < len(items):
            unit = items[at : at + size]
            times = 1
            while len(unit) == size and tokens(
                items[at + times * size : at + (times + 1) * size]
            ) == tokens(unit):
                times += 1
            stop = at + times * size
            head = list(unit)
            while head and head[-1][1] & between:
                head.pop()
            has = {flag for _, mask, _, _ in unit for flag in (parameter, word) if mask & flag}
            of_head = {flag for _, mask, _, _ in head for flag in (parameter, word) if mask & flag}
            is_group = times > 2 or word in has or (unit and unit[-1][1] & between)
            ends = tokens(items[stop : stop + len(head)]) == tokens(head)
            kept = 0
            if len(unit) == size and parameter in has:
                if 1 < len(head) < size and ends:
                    if (times == 1 and of_head == {parameter}) or (times > 1 and is_group):
                        kept, stop = len(head), stop + len(head)
                elif times > 1 and is_group:
                    kept = size
            if not kept:
                found.append(items[at])
                at += 1
                continue
            last = items[stop - kept : stop]
            found += [(t, m, a, last[n][3]) for n, (t, m, a, _) in enumerate(unit[:kept])]
            at = stop
        items = found
    return [(first, last) for _, _, first, last in items]


def weigh_statement(statement, texts, weights, numbers, names):
    """A statement's figures and best sentences, as _fast.text.support counts them.

    `statement` is a list of distinct anchors; `texts` are lists of sentences, each a list of
    anchors; `numbers` and `names` are sets of anchors.
    """
    heaviest = sorted(range(len(statement)), key=lambda n: (-weights[statement[n]], n))[:64]
    own = [statement[n] for n in sorted(heaviest)]
    others = [anchor for anchor in own if anchor not in numbers]
    context = sorted(others, key=lambda anchor: -weights[anchor])[:3]
    bags = [[set(sentence) for sentence in text] for text in texts]

    def cover(said):
        return sum(weights[a] for a in own if a in said) / sum(weights[a] for a in own)

    def share(holds):
        return sum(map(holds, bags)) / len(bags)

    def stands(anchor):
        return share(lambda text: any(anchor in said for said in text))

    def together(number):
        return share(
            lambda text: any(
                number in said and (not context or said & set(context)) for said in text
            )
        )

    def mean(values):
        return sum(values) / len(values) if values else 0.0

    whole = mean([stands(anchor) for anchor in own])
    asked = [anchor for anchor in own if anchor in numbers]
    named = [anchor for anchor in own if anchor in names]
    joint = mean([together(number) for number in asked]) if asked else whole
    name = math.exp(-sum(1 - stands(anchor) for anchor in named))
    best, places = 0.0, []
    for text in bags:
        found, alone, most = (0.0, None), (0.0, None), 0
        for n, said in enumerate(text):
            if not said & set(own):
                continue
            count = len(said & set(asked))
            if (cover(said), count) > (alone[0], most):
                alone, most = (cover(said), n), count
            wide = said | (text[n + 1] if n + 1 < len(text) else set())
            found = max(found, (cover(wide), n), key=lambda one: one[0])
        best = max(best, alone[0])
        places.append((*found, *alone))
    return (joint, best, name), places


def texts_agree(texts, numbers):
    """How far the other texts have a text's numbers, and its other anchors: means over texts."""
    bags = [{anchor for sentence in text for anchor in sentence} for text in texts]
    if len(bags) < 2:
        return 0.0, 0.0
    means = []
    for of_numbers in (True, False):
        shares = []
        for bag in bags:
            own = [anchor for anchor in bag if (anchor in numbers) == of_numbers]
            if own:
                having = [sum(anchor in other for other in bags) - 1 for anchor in own]
                shares.append(sum(having) / len(own) / (len(bags) - 1))
        means.append(sum(shares) / len(shares) if shares else 0.0)
    return tuple(means)


class Verdict:
    """What a passage says of a statement, as _fast.text.verdicts judges it.

    `own` and `there` are lists of words. `p` has by word `anchor_of` and `negations` (1 alone, 2 in
    concord), by anchor `weights`, `kinds` (1 a number, 2 a name, 5 a month, ...) and `values`
    (value, decimals, digits), and a set of pairs, `contraries`.
    """

    def __init__(self, p, own, there, window, passage, capitals):
        self.p, self.words, self.their_words = p, own, there
        self.own, self.there = self.anchors(own), self.anchors(there)
        self.shared, self.foreign = self.own & self.there, self.there - self.own
        self.same = self.weight(self.shared)
        self.missing = {a for a in self.own - self.anchors(window) if p.kinds[a]}
        self.passage = [self.anchors(sentence) for sentence in passage]
        self.capitals = capitals

    def anchors(self, words):
        """The anchors of words."""
        return {self.p.anchor_of[word] for word in words} - {-1}

    def weight(self, anchors):
        """The sum of their weights."""
        return sum(self.p.weights[anchor] for anchor in anchors)

    def denied(self, words):
        """The anchors behind an odd number of negations, at the end the one before."""
        found, before, negated, concord = set(), -1, False, False
        for word in words:
            kind, anchor = self.p.negations[word], self.p.anchor_of[word]
            if kind:
                negated = negated if kind == 2 and concord else not negated
                concord = concord or kind == 2
            elif anchor >= 0:
                found |= {anchor} if negated else set()
                before, negated = anchor, False
        return (found | {before} if negated else found) - {-1}

    def denies_said(self):
        """1 where the statement denies more than the other, of what it says, -1 the other way."""
        mine, theirs = self.denied(self.words), self.denied(self.their_words)
        if theirs < mine:
            return int(mine - theirs <= self.there)
        return -int(mine < theirs and theirs - mine <= self.own)

    def opposed(self):
        """One sentence denies what the other affirms."""
        back = self.weight(self.there)
        few = len(self.shared) < 3 and self.same < 0.75 * back
        covers = self.same >= 0.75 * self.weight(self.own) and self.same >= 0.4 * back
        return self.denies_said() if covers and not few else 0

    def contrary(self):
        """Words of one sentence that say the opposite of a word that only the other has."""
        left = [w for w in dict.fromkeys(self.words) if w not in self.their_words]
        right = [w for w in dict.fromkeys(self.their_words) if w not in self.words]
        pairs = [(a, b) for a in left for b in sorted(right) if (a, b) in self.p.contraries]
        if len(left) > 8 or len(right) > 8 or len({*pairs}) == 0:
            return []
        pairs = pairs[:16]
        rest = self.own - self.anchors(a for a, _ in pairs)
        same = self.weight(self.shared & rest)
        back = self.weight(self.there - self.anchors(b for _, b in pairs))
        denied = [bool(self.denied(words)) for words in (self.words, self.their_words)]
        if denied[0] != denied[1] or not same:
            return []
        return pairs if same >= 0.75 * self.weight(rest) and same >= 0.4 * back else []

    def name_beside(self, value):
        """The one other name of the sentence beside a word that is beside the value, too."""

        def around(words):
            framed = [None, *words, None]
            return zip(framed, words, framed[2:], strict=False)

        beside = [(a, b) for a, w, b in around(self.words) if self.p.anchor_of[w] == value]
        before, behind = {a for a, _ in beside}, {b for _, b in beside}
        return {
            self.p.anchor_of[w]
            for a, w, b in around(self.their_words)
            if self.p.anchor_of[w] in self.foreign
            and w in self.capitals
            and (a in before or b in behind)
        }

    def whole_name(self, words, value, among):
        """The names in a row with a name, all of them `among` some anchors."""
        found, row = {value}, set()
        for word in [*words, None]:
            anchor = -1 if word is None else self.p.anchor_of[word]
            if anchor in among and self.p.kinds[anchor] == 2:
                row.add(anchor)
                continue
            found |= row if value in row else set()
            row = set()
        return found

    def compatible(self, value, other):
        """One number is the other one rounded, or lies between two of the statement."""
        values = self.p.values
        one, two = sorted((values[value], values[other]), key=lambda number: number[1])
        if math.isnan(one[0]) or math.isnan(two[0]):
            return False
        if one[1] != two[1] and one[2] >= 2 and abs(one[0] - two[0]) <= 10.0 ** -one[1] / 2:
            return True
        ends = [values[a][0] for a in self.missing if not math.isnan(values[a][0])]
        return self.p.kinds[value] == 1 and min(ends) < values[other][0] < max(ends)

    def conflicts(self, *, named):
        """Pairs of a missing value and the one other in its place; of names only if `named`."""
        found = set()
        for value in self.missing if self.same else ():
            kind = self.p.kinds[value]
            if named and kind != 2:
                continue
            if kind == 2:
                others = self.name_beside(value)
            else:
                others = {a for a in self.foreign if self.p.kinds[a] == kind}
            if len(others) != 1 or (kind != 2 and self.compatible(value, *others)):
                continue
            (other,) = others
            if kind == 2:
                mine = self.whole_name(self.words, value, self.missing)
                theirs = self.whole_name(self.their_words, other, self.foreign)
            else:
                mine = {a for a in self.missing if self.p.kinds[a] & 1}
                theirs = {a for a in self.foreign if self.p.kinds[a] & 1}
            framed = self.same >= (0.75 if kind == 2 else 0.55) * self.weight(self.own - mine)
            topic = self.same >= 0.4 * self.weight(self.there - theirs)
            also = any(
                other in said and self.weight(self.shared & said) >= 0.55 * self.same
                for said in self.passage
            )
            if framed and topic and not also:
                found.add((value, other))
        return found

    def verdict(self, cover):
        """None, or what is said with the values in conflict."""
        if cover < 0.2:
            return None
        if self.missing and (found := self.conflicts(named=cover < 0.275)):
            return 2, found
        if not self.missing and cover >= 0.75 and (found := self.opposed()):
            return 3, {(int(found > 0), -1)}
        if cover >= 0.55 and (found := self.contrary()):
            return 4, set(found)
        number = any(self.p.kinds[a] & 1 for a in self.missing)
        if cover >= 0.6 and not number and not self.denies_said():
            return int(bool(self.missing)), {(-1, -1)}
        return None


# ---- static embeddings ----------------------------------------------------------------------


def pieces(word, vocabulary, merges, longest):
    """Byte-pair encoding of a folded word, by joining strings."""
    found = []
    for start in range(0, len(word), longest):
        parts = []
        for char in "\u2581" + word[start : start + longest]:
            written = [char] if char in vocabulary else [f"<0x{b:02X}>" for b in char.encode()]
            parts += [part for part in written if part in vocabulary]
        while True:
            ranks = [
                merges.index(pair) if (pair := f"{left} {right}") in merges else len(merges)
                for left, right in itertools.pairwise(parts)
            ]
            if min(ranks, default=len(merges)) == len(merges):
                break
            at = ranks.index(min(ranks))
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        found += [vocabulary[part] for part in parts]
    return found


def embed(text, vocabulary, merges, vectors, longest):
    """The scaled sum of the vectors of all pieces of a text."""
    ids = [one for word in tokenize(text) for one in pieces(word, vocabulary, merges, longest)]
    total = [sum(vectors[one][k] for one in ids) for k in range(len(vectors[0]))]
    size = math.hypot(*total)
    return [value / size if size else 0.0 for value in total]


def best_matches(texts, vectors):
    """The mean best match of the words of the text with fewer words; words are numbers."""

    def match(word, other):
        if word == other:
            return 1.0
        if max(word, other) >= len(vectors):
            return 0.0
        cosine = sum(x * y for x, y in zip(vectors[word], vectors[other], strict=True))
        return min(max(cosine, 0.0), 1.0) ** 2

    def matched(words, others):
        return statistics.fmean(max(match(word, other) for other in others) for word in words)

    def similarity(words, others):
        if not words or not others:
            return float(not words and not others)
        if len(words) == len(others):
            return (matched(words, others) + matched(others, words)) / 2
        return matched(*sorted((words, others), key=len))

    return [[similarity(words, others) for others in texts] for words in texts]


def shared_similarity(vectors, question=None):
    """Cosines of the rows of inner products of centred vectors; None where a row is nearly zero."""
    count, width = len(vectors), len(vectors[0])
    mean = [sum(row[k] for row in vectors) / count for k in range(width)]
    centred = [[row[k] - mean[k] for k in range(width)] for row in vectors]
    if question is not None:
        along = [sum(map(operator.mul, row, question)) for row in centred]
        centred = [
            [value - part * axis for value, axis in zip(row, question, strict=True)]
            for row, part in zip(centred, along, strict=True)
        ]
    inner = [[sum(map(operator.mul, a, b)) for b in centred] for a in centred]
    sizes = [math.hypot(*row) for row in inner]
    return [
        [
            sum(map(operator.mul, a, b)) / (x * y) if min(x, y) > 1e-3 else None
            for b, y in zip(inner, sizes, strict=True)
        ]
        for a, x in zip(inner, sizes, strict=True)
    ]


def spread(matrix):
    """The standard deviation of the cells right of the diagonal."""
    cells = [matrix[i][j] for i in range(len(matrix)) for j in range(i + 1, len(matrix))]
    return statistics.pstdev(cells) if cells else 0.0


# ---- numbers of records

_UNIT_FACTORS = {
    "ns": "1e-9", "us": "1e-6", "µs": "1e-6", "ms": "1e-3", "s": "1", "sec": "1", "m": "60",
    "min": "60", "h": "3600", "d": "86400", "B": "1", "kB": "1e3", "KB": "1e3", "MB": "1e6",
    "GB": "1e9", "TB": "1e12", "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip


def read_number(text):
    """A number with an optional unit, in seconds, bytes or as it is; "missing", or None."""
    text = text.strip()
    if text in {"", "-", "null", "None"}:
        return "missing"
    found = re.fullmatch(
        r"([-+]?)([1-9]\d{0,2}(?:,\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d+)?(?:%| ?([A-Za-zµ]*))", text
    )
    if not found or not (found[2] or found[3]) or (found[5] and found[5] not in _UNIT_FACTORS):
        return None
    digits = Decimal((found[2] or "0").replace(",", "") + (found[3] or "") + (found[4] or ""))
    number = digits * Decimal(_UNIT_FACTORS.get(found[5], 1))
    if number > Decimal("1e18"):
        return None
    return -number if found[1] == "-" else number


def quantile_of(numbers, share):
    """The least of sorted numbers that a share of them does not exceed, None without any."""
    exact = fractions.Fraction(str(share)) * len(numbers)
    return numbers[max(math.ceil(exact) - 1, 0)] if numbers else None


def pair(line, key, *, quoted):
    """The value of key=value in a text; a key within double quotes is the last choice, or none."""
    best = None
    for at in range(len(line)):
        before = line[at - 1 : at]
        if not line.startswith(key + b"=", at) or (before and before not in b' \t\r,;|([{\0"'):
            continue
        inside = _inside(line[:at])
        if before == b'"' and not inside:
            continue
        rest = line[at + len(key) + 1 :]
        if rest[:1] in {b'"', b"'"}:
            value = rest[1:].split(rest[:1])[0]
        else:
            value = re.match(rb"[^ \t\r,;|)\]}\0]*", rest)[0]
            if inside and b'"' in value:
                value = value.split(b'"')[0].removesuffix(b"\\")
        found = value if rest else None
        if inside:
            best = best or (found,)
        else:
            return found
    return best[0] if best and quoted else None


def _inside(before):
    """Whether a text ends within double quotes; escapes count everywhere."""
    return sum(mark == b'"' for mark in re.findall(rb'\\.|"', before, re.DOTALL)) % 2 == 1


def bucket_range(bucket):
    """The least and the greatest number of a bucket: its leading bit and the six bits after it."""
    if not bucket:
        return 0, 0
    bit, six = divmod(abs(bucket) - 1, 64)
    low = (64 + six << bit) >> 6
    high = low + max((1 << bit >> 6) - 1, 0)
    return (low, high) if bucket > 0 else (-high, -low)


def statistics_of(cell, unit):
    """The figures of a cell: count, missing, odd, sum, mean, min, p50, p90, p99, max, distinct."""
    count, missing, odd, total, least, greatest, sketch, _ = cell
    if not count:
        return [0, missing, odd, 0.0, *[None] * 7]

    def quantile(share):
        place = max(math.ceil(fractions.Fraction(str(share)) * count) - 1, 0)
        if place in {0, count - 1}:
            return (greatest if place else least) / unit
        buckets = [bucket for bucket, times in sorted(sketch.items()) for _ in range(times)]
        low, high = bucket_range(buckets[place])
        return min(max(low + (high - low) // 2, least), greatest) / unit

    return [
        *(count, missing, odd, total / unit, total / (unit * count), least / unit),
        *map(quantile, (0.5, 0.9, 0.99)),
        *(greatest / unit, None),
    ]


def spread_of(cell, unit):
    """Counts by number of a cell, with four bits after the leading one and then four digits."""
    count, *_, least, greatest, sketch, _ = cell
    found = Counter()
    for bucket, times in sketch.items():
        mantissa, exponent = math.frexp(sum(bucket_range(bucket)) / 2 / unit)
        middle = math.ldexp(math.floor(abs(mantissa) * 32) + 0.5, exponent - 5) if bucket else 0.0
        middle = min(max(math.copysign(middle, bucket), least / unit), greatest / unit)
        found[float(f"{middle:.4g}") + 0.0] += times
    assert found.total() == count
    return tuple(sorted(found.items()))


def knowledge(both, same, belief=4.0):
    """How far each expert knows the answer: the rank-one fit of `_fast/truth/dependence`."""
    n = len(both)
    off = [(i, j) for i in range(n) for j in range(n) if i != j]
    middle = math.sqrt(
        (1 + sum(same[i][j] for i, j in off)) / (2 + sum(both[i][j] for i, j in off))
    )
    v = [middle] * n
    for _ in range(50):
        above = [
            belief / 2 * middle**3 + sum(same[i][j] * v[j] for j in range(n) if j != i)
            for i in range(n)
        ]
        below = [
            belief / 2 * middle**2 + sum(both[i][j] * v[j] ** 2 for j in range(n) if j != i)
            for i in range(n)
        ]
        v = [min(max((x + a / b) / 2, 0.02), 0.98) for x, a, b in zip(v, above, below, strict=True)]
    return v


def second_factor(both, agreed):
    """(residuals of the rank-one fit, their greatest eigenvalue by Jacobi's rotations)."""
    n, v = len(both), knowledge(both, agreed)
    left = [
        [
            agreed[i][j] / both[i][j] - v[i] * v[j] if i != j and both[i][j] else 0.0
            for j in range(n)
        ]
        for i in range(n)
    ]
    a = [row[:] for row in left]
    for _ in range(30):
        for p in range(n):
            for q in range(p):
                angle = math.atan2(2 * a[p][q], a[q][q] - a[p][p]) / 2
                c, s = math.cos(angle), math.sin(angle)
                for row in a:
                    row[p], row[q] = c * row[p] - s * row[q], s * row[p] + c * row[q]
                a[p], a[q] = (
                    [c * x - s * y for x, y in zip(a[p], a[q], strict=True)],
                    [s * x + c * y for x, y in zip(a[p], a[q], strict=True)],
                )
    return left, max(a[i][i] for i in range(n))


def beyond_two_factors(both, agreed, loadings, value, least):
    """As `_fast/truth/dependence` says; `loadings` and `value` are of the second factor."""
    n, v = len(both), knowledge(both, agreed)
    kappas = {
        (i, j): agreed[i][j] / both[i][j]
        for i in range(n)
        for j in range(n)
        if i != j and both[i][j]
    }

    def fit(start, without):
        u = list(start)
        for _ in range(30):
            for i in range(n):
                a = c = 0.01
                b = p = q = 0.0
                for (one, j), kappa in kappas.items():
                    if one != i or {i, j} == without:
                        continue
                    x, y = u[j]
                    a, b, c = a + x * x, b + x * y, c + y * y
                    p, q = p + x * kappa, q + y * kappa
                area = a * c - b * b
                x, y = (c * p - b * q) / area, (a * q - b * p) / area
                u[i] = (u[i][0] + x) / 2, (u[i][1] + y) / 2
        return u

    size = math.sqrt(max(value, 0.0))
    start = fit([(v[i], size * loadings[i]) for i in range(n)], set())
    found = [[0.0] * n for _ in range(n)]
    for (i, j), kappa in kappas.items():
        if kappa - v[i] * v[j] >= least:
            u = fit(start, {i, j})
            found[i][j] = kappa - max(u[i][0] * u[j][0] + u[i][1] * u[j][1], 0.0)
    return found


def independence(both, same, belief=4.0, ridge=0.5, large=0.03, least=0.02, knowing=0.5):
    """(weights, dependence) from squares of counts, as `_fast/truth/dependence` defines them."""
    n = len(both)
    if n < 3:
        return [1.0] * n, 0.0
    off = [(i, j) for i in range(n) for j in range(n) if i != j]
    v = knowledge(both, same, belief)
    left = questions = pairs = 0.0
    for i, j in off:
        if i > j and both[i][j]:
            pairs += 1
            p = v[i] * v[j]
            left += (same[i][j] - both[i][j] * p) ** 2 / (both[i][j] * p * (1 - p)) - 1
            questions += both[i][j]
    left -= math.sqrt(2 * pairs)
    spare = max(left / questions, 0.0) if questions else 0.0
    mix = spare / (spare + large**2)
    k = [
        [
            1 + ridge if i == j else (same[i][j] + belief * v[i] * v[j]) / (both[i][j] + belief)
            for j in range(n)
        ]
        for i in range(n)
    ]
    raw = [1.0] * n
    for i in range(n):  # without exchanges: a pivot that is not above 0 ends it
        if mix == 0 or k[i][i] <= 0:
            return [1.0] * n, math.sqrt(spare)
        for r in range(i + 1, n):
            part = k[r][i] / k[i][i]
            raw[r] -= part * raw[i]
            k[r] = [a - part * b for a, b in zip(k[r], k[i], strict=True)]
    for i in reversed(range(n)):
        raw[i] = (raw[i] - sum(k[i][j] * raw[j] for j in range(i + 1, n))) / k[i][i]
    known = sum(v) / n
    raw = [
        max(x, least * max(*raw, 0.0)) * min(1.0, own / (knowing * known))
        for x, own in zip(raw, v, strict=True)
    ]
    return [1 - mix + mix * x * n / sum(raw) for x in raw], math.sqrt(spare)


def closing_quote(line, at):
    """The place of the quote that ends the string at line[at], None: it does not end."""
    while at < len(line):
        if line[at : at + 1] == b'"':
            return at
        at += 2 if line[at : at + 1] == b"\\" else 1
    return None


def json_members(line, paths):
    """The values of keys in a JSON object, None for those without one; a broken line ends early."""
    found = {}
    _object_members(line, 0, (), {tuple(path) for path in paths}, found)
    return [found.get(tuple(path)) for path in paths]


def _skip_blanks(line, at):
    while at < len(line) and line[at : at + 1] in b" \t\r":
        at += 1
    return at


def _skip_value(line, at):
    """The text of the value at line[at] (None: nested) and its end; None: it does not end."""
    first = line[at : at + 1]
    if not first:
        return None
    if first == b'"':
        end = closing_quote(line, at + 1)
        return None if end is None else (line[at + 1 : end], end + 1)
    depth, end = 0, at
    while first in b"{[":
        byte = line[end : end + 1]
        if not byte:
            return None
        if byte == b'"':
            end = closing_quote(line, end + 1)
            if end is None:
                return None
        depth += (byte in b"{[") - (byte in b"}]")
        end += 1
        if depth == 0:
            return None, end
    while end < len(line) and line[end : end + 1] not in b",}] \t":
        end += 1
    return line[at:end], end


def _object_members(line, at, inside, paths, found):
    """Add the members of the object at line[at]; return where it ends, None: the line is broken."""
    if line[at : at + 1] != b"{":
        return None
    at += 1
    while True:
        at = _skip_blanks(line, at)
        if line[at : at + 1] == b",":
            at = _skip_blanks(line, at + 1)
        if line[at : at + 1] != b'"':
            break
        end = closing_quote(line, at + 1)
        if end is None:
            break
        path = (*inside, line[at + 1 : end])
        end = _skip_blanks(line, end + 1)
        if line[end : end + 1] != b":":
            break
        at = inner = _skip_blanks(line, end + 1)
        if any(other[: len(path)] == path and len(other) > len(path) for other in paths):
            if line[at : at + 1] == b"[":
                inner = _skip_blanks(line, at + 1)
            if line[inner : inner + 1] == b"{":
                end = _object_members(line, inner, path, paths, found)
                if end is not None and inner != at:
                    skipped = _skip_value(line, at)
                    end = None if skipped is None else skipped[1]
                if end is None:
                    return None
                at = end
                continue
        bare = line[at : at + 1] not in (b'"', b"{", b"[")
        value = _skip_value(line, at)
        if value is None:
            return None
        if path in paths and value[0] is not None and not (bare and value[0][:1] == b"n"):
            found.setdefault(path, value[0])
        at = value[1]
    at = _skip_blanks(line, at)
    return at + 1 if line[at : at + 1] == b"}" else None


def logfmt_members(line, paths):
    """The values of key=value pairs, None for keys without one."""
    found = {}
    at = 0
    while (at := _skip_blanks(line, at)) < len(line):
        start = at
        while at < len(line) and line[at : at + 1] not in b'= \t"':
            at += 1
        key = line[start:at]
        if line[at : at + 1] != b"=" or not key:
            while at < len(line) and line[at : at + 1] not in b" \t":
                at += 1
            continue
        at += 1
        if line[at : at + 1] == b'"':
            end = closing_quote(line, at + 1)
            value, at = line[at + 1 : end], len(line) if end is None else end + 1
        elif single := re.match(rb"'(.*?)'(?=[ \t\r]|\Z)", line[at:], re.DOTALL):
            value, at = single[1], at + single.end()
        else:
            start = at
            while at < len(line) and line[at : at + 1] not in b" \t\r":
                at += 1
            value = line[start:at]
        found.setdefault(key, value)
    return [found.get(path[0]) for path in paths]


def columns(line, count):
    """The first columns of a line: words, and what is in quotes or brackets."""
    found, at = [], 0
    while len(found) < count and (at := _skip_blanks(line, at)) < len(line):
        start = at
        first = line[at : at + 1]
        end = closing_quote(line, at + 1) if first == b'"' else line.find(b"]", at)
        is_address = re.match(rb"\[[\da-fA-F:.]*\]:\d", line[at:])
        if first in (b'"', b"[") and end not in (None, -1) and not is_address:
            found.append(line[at + 1 : end])
            at = end + 1
            continue
        while at < len(line) and line[at : at + 1] not in b" \t":
            at += 1
        found.append(line[start:at])
    return found


# ---- sentences and marks --------------------------------------------------------------------


WIDE_MARKS = "。！？｡"
END_MARKS = f".!?…‽؟۔।॥{WIDE_MARKS}"


def split_sentences(text, start, end, abbreviations, may_end, month):
    """The sentences of text[start:end] as (start, end), from regular expressions."""
    found = []

    def add(start, end):
        written = text[start:end]
        bare = written.strip()
        if bare:
            start += len(written) - len(written.lstrip())
            found.append((start, start + len(bare)))

    def ends(mark, closed):
        if closed.end() >= end:
            return True
        following = text[closed.end() : closed.end() + 2]
        begins = following.lstrip("\"'“‘«(¿¡[")[:1] or following[0]
        if begins.islower():
            return False
        if mark[0] != "." or closed[1]:
            return True
        back = max(start, mark.start() - 24)
        first = max(back, text.rfind(" ", back, mark.start()) + 1)
        last = text[first : mark.start()]
        if not last.isalnum():
            word = re.compile(r"[^\s\"'“”‘’«»(\[]+\Z").search(text, back, mark.start())
            if word is None:
                return True
            first, last = word.start(), word[0]
        if len(last) == 1 and last.isalpha():
            return False
        if last.lower() in abbreviations:
            return last.lower() in may_end and begins.isupper()
        if last.isdigit() and len(last) <= 2:
            return first != start and not month.match(text, closed.end(), end)
        return True

    for mark in re.compile(f"[{END_MARKS}]+").finditer(text, start, end):
        if set(mark[0]) & set(WIDE_MARKS):
            closed = re.compile(r"([”’」』）】]*)(\s*)").match(text, mark.end(), end)
        else:
            closed = re.compile(r"([\"'”’»)\]›」』]*)(\s*)").match(text, mark.end(), end)
            if not closed[2] or not ends(mark, closed):
                continue
        add(start, closed.end())
        start = closed.end()
    add(start, end)
    return found


def capitals(texts):
    """The words of each text that begin with a capital and stand behind another word."""
    words = re.compile(r" (?<=[\w,;)] )(\w+)")
    return [
        [word for word in words.findall(text) if word[0].isupper() or word[0].istitle()]
        for text in texts
    ]


# ---- records of logs that are not lines -------------------------------------------------------


def blocks(data):
    """Blocks of labelled lines as logblocks.h describes them, by regexes."""
    label_of = re.compile(
        rb"([ \t]*)([^\W\d](?:[\w ./()@#&-]{0,45}[\w)])?)[ \t]*(?::(?=\s|\Z)|=(?=\s))[ \t]*(.*)",
        re.DOTALL,
    )
    found, fields, last = [], {}, "text"
    for raw in (*data.split(b"\n"), b""):
        line = raw.rstrip(b"\r")
        if not line.strip() or re.fullmatch(rb"[ \t]*([-=*_~#+])\1{2,}[ \t]*", line):
            found += [fields] if fields else []
            fields, last = {}, "text"
            continue
        match = label_of.match(line)
        if match is None or (match[1] and fields.get(last)):
            text = fields.get(last, "")
            fields[last] = (text + "\n" if text else "") + line.decode("utf-8", "replace")
            continue
        label, text = match[2].decode(), match[3].strip().decode("utf-8", "replace")
        last = last if match[1] and fields else label
        fields[label] = f"{fields[label]}\n{text}" if label in fields else text
    return found
