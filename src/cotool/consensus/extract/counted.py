"""Number words of other languages than English, Chinese and Japanese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

# 0 to 20 and the tens. Such words may mean something else ("once"), so they are numbers only
# beside the same number in digits.
_ROWS = (
    (
        "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn"
        " fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig"
        " siebzig achtzig neunzig hundert"
    ),
    (
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze"
        " seize dix-sept dix-huit dix-neuf vingt trente quarante cinquante soixante soixante-dix"
        " quatre-vingts quatre-vingt-dix cent"
    ),
    (
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
        " dieciséis diecisiete dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta"
        " setenta ochenta noventa cien"
    ),
    (
        "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze"
        " dezesseis dezessete dezoito dezenove vinte trinta quarenta cinquenta sessenta setenta"
        " oitenta noventa cem"
    ),
    (
        "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici"
        " quattordici quindici sedici diciassette diciotto diciannove venti trenta quaranta"
        " cinquanta sessanta settanta ottanta novanta cento"
    ),
    (
        "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien"
        " vijftien zestien zeventien achttien negentien twintig dertig veertig vijftig zestig"
        " zeventig tachtig negentig honderd"
    ),
    (
        "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście"
        " dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście"
        " dziewiętnaście dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt"
        " siedemdziesiąt osiemdziesiąt dziewięćdziesiąt sto"
    ),
    (
        "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать"
        " тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
        " двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто"
    ),
    (
        "noll ett två tre fyra fem - sju åtta nio tio elva tolv tretton fjorton femton sexton"
        " sjutton arton nitton tjugo trettio fyrtio femtio sextio sjuttio åttio nittio hundra"
    ),
    (
        "sıfır bir iki üç dört beş altı yedi sekiz dokuz - onbir oniki onüç ondört onbeş onaltı"
        " onyedi onsekiz ondokuz yirmi otuz kırk elli altmış yetmiş seksen doksan yüz"
    ),
    (
        "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة - - - - - - - - - عشرون ثلاثون"
        " أربعون خمسون ستون سبعون ثمانون تسعون مئة"
    ),
    (
        "शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह"
        " उन्नीस बीस तीस चालीस पचास साठ सत्तर अस्सी नब्बे सौ"
    ),
    (
        "영 하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 - - - - - - - - - 스물 서른 마흔 쉰 예순"
        " 일흔 여든 아흔 백"
    ),
)


@cache
def counted() -> dict[str, str]:
    """Return the numbers that words say."""
    numbers = (*range(20), *range(20, 101, 10))
    return {
        word: str(number)
        for row in _ROWS
        for word, number in zip(row.split(), numbers, strict=True)
        if word != "-"
    }


# What joins tens and units: "cuarenta y dos", "vierundvierzig", "сорок два".
_JOINTS = (" y ", " e ", " et ", " ", "-", "und", "en")
_TENS = range(20, 100, 10)
_TEENS, _TEN = 20, 10
_BEGINNINGS = {
    "veinti": 20,
    **{f"{tens}{end}": 10 * place for place, tens in enumerate(
        "vent trent quarant cinquant sessant settant ottant novant".split(), 2
    ) for end in ("", "i" if place == 2 else "a")},
}  # fmt: skip


def number_said(words: str) -> str | None:
    """Return the number that words of another language say, of two words at most."""
    known = counted()
    if words in known:
        return known[words]
    for joint in _JOINTS:
        for one, found, other in (words.partition(joint), words.rpartition(joint)):
            pair = sorted(
                int(known.get(part) or known.get(f"{part}s", "1" if part == "ein" else "0"))
                for part in (one, other)
            )
            if found and 0 < pair[0] < _TEENS and pair[1] in _TENS:
                return str(sum(pair))
    return _in_one_word(words, known)


def _in_one_word(words: str, known: Mapping[str, str]) -> str | None:
    """Return what tens and units in one word say: "veintiuno", "ventidue", "trentotto"."""
    for begins, tens in _BEGINNINGS.items():
        unit = int(known.get(words.removeprefix(begins), "0")) if words.startswith(begins) else 0
        if 0 < unit < _TEN:
            return str(tens + unit)
    return None
