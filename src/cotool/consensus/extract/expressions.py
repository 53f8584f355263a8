r"""Formulas in one linear form: `\frac{\sqrt3}{2}`, `√3/2` and `sqrt(3) / 2` are `sqrt(3)/2`.

LaTeX is read into plain symbols; spaces, signs of multiplication beside a letter or a bracket, and
brackets around one symbol go. Roots of whole numbers are simplified: `√8` is `2√2`. Nothing else is
computed.
"""

from __future__ import annotations

import re

from cotool._lazy import lazy_pattern, stand_ins

with stand_ins("fractions"):  # few numbers are fractions
    import fractions

# Longer formulas and deeper nesting are left as they are.
LONGEST = 300
_DEEPEST = 12

_SYMBOLS = {
    "times": "×", "cdot": "·", "ast": "*", "div": "/", "pm": "±", "mp": "∓", "le": "≤", "leq": "≤",
    "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "infty": "∞", "cup": "∪",
    "cap": "∩", "in": "∈", "to": "→", "rightarrow": "→", "implies": "→", "circ": "°", "degree": "°",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "theta": "θ",
    "lambda": "λ", "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "omega": "ω", "Delta": "Δ", "Omega": "Ω", "Sigma": "Σ", "left": "", "right": "", "quad": " ",
    "displaystyle": "", "big": "", "Big": "", "lbrace": "{", "rbrace": "}", "mid": "|",
    "lor": " or ", "land": " and ",
}  # fmt: skip
_CONTENT = {"text", "textbf", "textit", "textrm", "mathrm", "mathbf", "mathbb", "boxed", "fbox",
            "operatorname", "mbox", "ce"}  # fmt: skip
_FRACTIONS = {"frac", "dfrac", "tfrac", "cfrac"}

_COMMAND = lazy_pattern(r"\\([A-Za-z]+)|\\(.)", re.DOTALL)
_PLAIN = (
    ("**", "^"), ("−", "-"), ("⋅", "·"), ("÷", "/"), ("<=", "≤"),
    (">=", "≥"), ("!=", "≠"),
)  # fmt: skip
_ROOT = lazy_pattern(r"√[ ]?(\(|\w+)")
_PI = lazy_pattern(r"(?<![a-z])pi(?![a-z])", re.IGNORECASE)
# Between two letters the signs differ: the dot and the cross product of vectors.
_TIMES = lazy_pattern(r"(?<![^\W\d_])(?<!\})[×·]|[×·](?![^\W\d_])")
_BRACED_POWER = lazy_pattern(r"([\^_])[{(](-?[\w.]+)[)}]")
_NEEDLESS_BRACKETS = lazy_pattern(r"(?<![\w)'′])\(([\w.]+|\d*sqrt\(\w+\))\)(?![\w(^])")
_MULTIPLIED = lazy_pattern(r"(?<=[\w)])\*(?=[^\W\d]|\()|(?<=[^\W\d_)])\*(?=\w)")
_WHOLE_ROOT = lazy_pattern(
    r"(?<![\w.\]^])(?P<factor>\d{0,9})(?P<over>(?<=\d)/)?sqrt\((?P<inner>\d{1,9})\)(?![\w^(])"
)
_LARGEST_ROOT = 1000
_ATOM = lazy_pattern(r"[\w.]+|[\w.]*sqrt\([\w.]+\)")

_FORMULA = lazy_pattern(
    r"\\[A-Za-z]|[\^√=≤≥<>]|\w\s*[+*/]\s*\w|(?<![\w-])-?\d*[a-z]\s?[-−]\s?\d|\d\s?[-−]\s?[a-z](?!\w)"
    r"|\bsqrt\b|\w\*\*\w|[πθ]|∞.|.∞|\d\s?[·×⋅]\s?\d"
)
_IN_WORDS = lazy_pattern(rf"\\(?:{'|'.join(sorted(_CONTENT))})\s?\{{([^{{}}]*)\}}")
# "The solution is $x = 2$".
_RUNNING = lazy_pattern(r"(?<![\\A-Za-z])[A-Za-z]{3,} [A-Za-z]{2,} ")
_WORDY = lazy_pattern(r"[^\W\d_]{3,}")
_FUNCTION_NAMES = {"sqrt", "sin", "cos", "tan", "log", "exp", "max", "min", "cot", "sec", "csc",
                   "mod", "lim", "ln", "frac"}  # fmt: skip


def is_formula(text: str) -> bool:
    """Whether a short text has an operator, and no words except those of mathematics."""
    first = None if "\\" in text else _WORDY.search(text)
    if first and first[0].lower() not in _FUNCTION_NAMES and first[0] != "pi":
        return False
    if not _FORMULA.search(text):
        return False
    if "\\" in text:
        if _RUNNING.search(_IN_WORDS.sub("", text)):
            return False
        bare = _IN_WORDS.sub(r"\1", text)
        return "\\" in bare or bool(_FORMULA.search(bare))
    return all(word.lower() in _FUNCTION_NAMES or word == "pi" for word in _WORDY.findall(text))


def linear(text: str) -> str:
    """Return a formula in its linear form."""
    if len(text) > LONGEST:
        return text
    if "\\" in text or "{" in text:
        text = _from_latex(text, 0)
    text = text.replace("$", "")
    for written, symbol in _PLAIN:
        text = text.replace(written, symbol)
    text = _ROOT.sub(_bracketed_root, text)
    text = _PI.sub("π", text)
    text = "".join(text.split())
    text = _TIMES.sub("*", text)
    text = _BRACED_POWER.sub(r"\1\2", text)
    text = _NEEDLESS_BRACKETS.sub(r"\1", text)
    text = _MULTIPLIED.sub("", text)
    return _WHOLE_ROOT.sub(_simplified, text) if "sqrt(" in text else text


# A sum of products: 2x^2-3x+1.
_TERM = r"[+-]?[\w.^*]+"
_SUM = lazy_pattern(rf"{_TERM}(?:[+-][\w.^*]+)+")
# A product of sums: (x-2)(x+3)^2.
_FACTOR = r"\(([^()]+)\)((?:\^\w+)?)"
_PRODUCT = lazy_pattern(rf"(?:{_FACTOR}){{2,}}")
_EACH_FACTOR = lazy_pattern(_FACTOR)
_EACH_TERM = lazy_pattern(_TERM)


def in_order(formula: str) -> str:
    """Return a sum with its terms in order, a product with its factors: 3+2x is 2x+3."""
    if _PRODUCT.fullmatch(formula):
        factors = (f"({in_order(one[1])}){one[2]}" for one in _EACH_FACTOR.finditer(formula))
        return "".join(sorted(factors))
    if not _SUM.fullmatch(formula) or not any(map(str.isalpha, formula)):
        return formula
    terms = sorted(
        (term[0] if term[0][0] in "+-" else f"+{term[0]}" for term in _EACH_TERM.finditer(formula)),
        key=lambda term: (not any(map(str.isalpha, term)), term[1:], term),
    )
    return "".join(terms).removeprefix("+")


def _simplified(match: re.Match[str]) -> str:
    """Return a root of a whole number with its squares taken out: 3√8 is 6√2, 1/√2 is √2/2."""
    factor, inner = int(match["factor"] or 1), int(match["inner"])
    outer = 1
    for root in range(2, _LARGEST_ROOT):
        while inner % (root * root) == 0 and inner:
            inner //= root * root
            outer *= root
        if root * root > inner:
            break
    if match["over"]:
        top, bottom = fractions.Fraction(factor, outer * inner).as_integer_ratio()
        written = f"sqrt({inner})" if inner > 1 else ""
        above = f"{top if top > 1 or not written else ''}{written}"
        return f"{above}/{bottom}" if bottom > 1 else above
    factor *= outer
    if inner == 1:
        return str(factor)
    return f"{factor if factor > 1 else ''}sqrt({inner})"


def _bracketed_root(match: re.Match[str]) -> str:
    return "sqrt(" if match[1] == "(" else f"sqrt({match[1]})"


def _from_latex(text: str, depth: int) -> str:
    """Replace commands by symbols; arguments are read in the same way."""
    parts: list[str] = []
    place = 0
    while place < len(text):
        if text[place] != "\\":
            parts.append(text[place])
            place += 1
            continue
        match = _COMMAND.match(text, place)
        if match is None:
            break
        name, place = match[1], match.end()
        if name is None:
            parts.append(match[2] if match[2] in "{}$%&#_" else " ")
        elif name in _FRACTIONS and depth < _DEEPEST:
            top, place = _argument(text, place, depth)
            bottom, place = _argument(text, place, depth)
            parts.append(f"{_group(top)}/{_group(bottom)}")
        elif name == "sqrt" and depth < _DEEPEST:
            index = re.compile(r"\s?\[([^\]]{1,8})\]").match(text, place)
            place = index.end() if index else place
            inner, place = _argument(text, place, depth)
            parts.append(f"sqrt{f'[{index[1]}]' if index else ''}({inner})")
        elif name in _CONTENT and depth < _DEEPEST:
            inner, place = _argument(text, place, depth)
            parts.append(inner)
        else:
            parts.append(_SYMBOLS.get(name, f"{name} "))
    return "".join(parts)


def _argument(text: str, place: int, depth: int) -> tuple[str, int]:
    r"""Read what a command applies to: `{…}`, a command, or one character."""
    while place < len(text) and text[place] == " ":
        place += 1
    if text[place : place + 1] == "{":
        level = 0
        for index in range(place, len(text)):
            level += (text[index] == "{") - (text[index] == "}")
            if level == 0:
                return _from_latex(text[place + 1 : index], depth + 1).strip(), index + 1
        return _from_latex(text[place + 1 :], depth + 1).strip(), len(text)
    command = _COMMAND.match(text, place)
    if command:
        return _from_latex(command[0], depth + 1), command.end()
    return text[place : place + 1], place + 1


def _group(part: str) -> str:
    return part if _ATOM.fullmatch("".join(part.split())) else f"({part})"
