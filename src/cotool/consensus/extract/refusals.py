"""Responses that decline to answer: refusals, and "I don't know".

They have no vote. A statement that a thing is unknown or cannot be determined is an answer like
any other.
"""

from __future__ import annotations

import re

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.vocabulary import has_any

# A refusal opens a text: only the first characters are examined. A longer text may decline first
# and answer later; "I don't know" counts only in a short text.
_OPENING = 240
_LONGEST_REFUSAL = 1_500
_LONGEST_IGNORANCE = 200

# One pattern per line. CANNOT is cannot, can't; I_CANNOT allows adverbs;
# … is up to sixty characters of one sentence.
_REFUSALS = r"""
i(?:['’]m| am)? (?:so |very |really )?(?:sorry|afraid)…\b(?:CANNOT|won['’]t|unable|not able)
(?:sorry|unfortunately|apologies)…\bi(?:['’]m)? (?:CANNOT|won['’]t|am unable|am not able)
(?:sorry|unfortunately|apologies)…\bi(?:['’]m)? (?:unable|not able|don['’]?t know)
(?:sorry|unfortunately|apologies)…\bi (?:do not know|have no)
I_CANNOT (?:help|assist|answer|comply|provide|fulfil|fulfill|engage)\b
I_CANNOT (?:discuss|respond|do that|support|share|give|create|generate)\b
I_CANNOT (?:write|offer|say|participate|complete|process|access|advise)\b
i (?:CANNOT|DO_NOT) (?:determine the answer|continue|tell you (?:that|the answer|what|which|who))
i['’]m (?:unable|not able) to
as an ai(?: language)?(?: model| assistant)?,? i (?:CANNOT|am (?:not able|unable|not capable))
as an ai(?: language)?(?: model| assistant)?,? i (?:do not|don['’]?t) have
(?:this|that|your) (?:request|question) (?:violates|goes against|is against|CANNOT be answered)
(?:es tut mir leid|tut mir leid|leider|entschuldigung)…\b(?:kann|darf|möchte|werde)\b…\bnicht\b
ich (?:kann|darf|möchte)\b…\bnicht (?:helfen|beantworten|weiterhelfen|antworten|unterstützen)
(?:dabei|damit|das) kann ich …nicht
(?:het spijt me|sorry)…\bkan\b…\bniet\b
(?:je suis )?désolée?…\bje ne (?:peux|puis)
je ne (?:peux|puis) pas (?:vous |t['’])?(?:aider|répondre|fournir|assister|donner)
(?:lo siento|disculpa|perdón|lamento)…\bno (?:puedo|me es posible)
no puedo (?:ayudar|responder|contestar|proporcionar|asistir)
(?:desculpe|desculpa|sinto muito|lamento)…\bnão (?:posso|consigo)
não (?:posso|consigo) (?:ajudar|responder|fornecer|atender)
(?:mi dispiace|spiacente|scusa)…\bnon (?:posso|riesco)
non (?:posso|sono in grado di) (?:aiutar|rispondere|fornire|assister)
(?:извините|простите|к сожалению|мне жаль)…\bне (?:могу|смогу)
(?:я )?не могу (?:помочь|ответить|предоставить|выполнить)
(?:抱歉|对不起|對不起|很遗憾|不好意思)…(?:无法|不能|沒辦法|没办法|不便)
我(?:无法|不能|無法)(?:回答|提供|帮助|协助|幫助)
(?:申し訳|すみません|ごめんなさい)…(?:できません|できない|お答え|わかりません|分かりません)
(?:お答え|お手伝い|回答)(?:は|することは|することが)?(?:できません|できかねます)
(?:죄송|미안)…(?:수 없|못|어렵)
(?:답변|도와|도움)…수 없
(?:آسف|عذرا|عذرًا|أعتذر|للأسف)…لا (?:أستطيع|يمكنني|يمكن)
لا (?:أستطيع|يمكنني) (?:المساعدة|الإجابة|مساعدتك|تقديم)
(?:क्षमा करें|माफ़ करें|माफ कीजिए|मुझे खेद है|क्षमा)…नहीं
मैं …(?:मदद|सहायता|उत्तर) नहीं
"""
_IGNORANCE = r"""
i (?:really |honestly |simply |just )?(?:do not|don['’]?t) know(?=[ ]?(?:[.!,]|$))
i (?:really |honestly )?(?:do not|don['’]?t) know (?:the|what|which|who|how|why|when)\b…(?:[.!]|$)
i (?:really |honestly )?(?:do not|don['’]?t) know (?:if|whether|about|this|it|for sure)\b…(?:[.!]|$)
(?:i['’]m|i am) not (?:sure|certain)(?=[.!]|$| (?:about|what|which|who|how|of|if|whether))
i (?:have no|haven['’]t (?:any|an|the)) (?:idea|clue|answer)
no (?:idea|clue)(?:,? (?:sorry|unfortunately|really))?[.!]?$
(?:idk|dunno|don['’]?t know|no answer|skip)[.!]?$
i (?:do not|don['’]?t) have (?:enough|access|the|any)…(?:information|data|knowledge|context)
(?:das )?weiß ich (?:leider )?nicht
ich weiß (?:es |das )?(?:leider )?nicht
keine ahnung
weet ik niet
ik weet het niet
je ne sais pas
aucune idée
no (?:lo )?sé(?!\w)
ni idea
não sei
não faço ideia
non (?:lo )?so(?!\w)
nessuna idea
(?:я )?не знаю
понятия не имею
我?不知道
我?不清楚
(?:わかりません|分かりません|知りません|わからない|分からない)
(?:잘 )?모르겠(?:습니다|어요|다)?
몰라요?
لا أعرف
لا أعلم
لا أدري
(?:मुझे )?(?:नहीं पता|पता नहीं|मालूम नहीं)
मुझे नहीं मालूम
मैं नहीं जानता
"""
_CANNOT = r"can(?:['’]?t|not| not)"
_DO_NOT = (
    r"won['’]t|will not|decline to|(?:must|have to) decline to|refuse to|am (?:unable|not able) to"
)
_GAP = r"[^.!?。！？।؟\n]{0,60}?"


def _any_of(table: str) -> str:
    lines = "|".join(filter(None, table.split("\n")))
    lines = lines.replace("I_CANNOT ", r"i (?:CANNOT|DO_NOT)(?: [a-z]{1,12}){0,2}? ?")
    return lines.replace("CANNOT", _CANNOT).replace("DO_NOT", _DO_NOT).replace("…", _GAP)


_LEAD = (
    r"[\s\"'“«*_>-]{0,4}"
    r"(?:(?:well|oh|hm+|honestly|no|ok|okay|thank you[^.!?\n]{0,40}[.!])[,.]? )?"
)
_REFUSES = lazy_pattern(f"{_LEAD}(?:{_any_of(_REFUSALS)})", re.IGNORECASE)
_KNOWS_NOT = lazy_pattern(f"{_LEAD}(?:{_any_of(_IGNORANCE)})", re.IGNORECASE)
# A quick test, since the patterns take 6 ms to compile: how a declining text in ASCII begins, and
# what it, or any other, has near its beginning.
_BEGINNINGS = (
    "well", "oh", "hm", "honestly", "no", "ok", "thank", "i ", "i'", "sorry", "unfort", "apolog",
    "as an", "this", "that", "your", "es tut", "tut", "leider", "entsch", "ich", "dab", "dam",
    "das", "het", "je ", "lo ", "disculpa", "lamento", "desculp", "sinto", "mi ", "spiac", "scusa",
    "idk", "dunno", "don", "skip", "keine", "weet", "ik", "ni ", "nessuna", "aucune",
)  # fmt: skip
_ASCII_SIGNS = (
    "not", "n't", "cant", "dont", "no ", "non ", "nicht", "niet", "ne ", "unable", "refuse",
    "decline", "against", "violates", "have no", "idea", "clue", "idk", "dunno", "skip",
    "keine", "aucune",
)  # fmt: skip
_SIGNS = (
    "n't ", "n’t", "not ", "unable", "sorry", "no idea", "nicht", "niet", "ne ", "pas", "non ",
    "no ", "désol", "não", "не ", "понятия", "不", "无法", "無法", "没办法", "せん",
    "ない", "お答え", "できか", "없", "못", "어렵", "모르", "몰라", "لا ", "नहीं",
)  # fmt: skip
# What shows that an answer follows after all.
_ANSWERS_ANYWAY = lazy_pattern(
    r"answer(?: is|:)\s(?!not |unknown|unclear)|\\boxed|####|\b(?:best|my) guess\b|\bprobably\b"
    r"|\bi(?:['’]d| would)? (?:guess|say|go with|think (?:it|the|that))"
    r"|\b(?:but|however),? (?:it|the|here|i (?:can|think|believe))\b"
    r"|antwort (?:ist|lautet)|réponse est|respuesta es|resposta é|risposta è|ответ:"
    r"|答案是|答えは|정답은|الإجابة هي|उत्तर:",
    re.IGNORECASE,
)
_BUT = lazy_pattern(
    r"\b(?:but|though|aber|maar|mais|pero|mas|però|но)\b"
    r"|但|不过|でも|しかし|ですが|하지만|지만|لكن|लेकिन|पर ",
    re.IGNORECASE,
)
# Where a longer text turns from its refusal to what it can say.
_TURNS = lazy_pattern(
    r"\b(?:however|instead|that said|nevertheless|but (?:if|here|you|as)|you can try"
    r"|allerdings|jedoch|cependant|toutefois|sin embargo|no entanto|tuttavia|однако)\b"
    r"|然而|しかし|그러나|하지만|ومع ذلك|हालांकि",
    re.IGNORECASE,
)


def _may_decline(opening: str) -> bool:
    low = opening.lower()
    if opening.isascii():
        begins = low.lstrip(" \t\n\"'*_>-").startswith(_BEGINNINGS)
        return begins and has_any(low, _ASCII_SIGNS)
    return has_any(low, _SIGNS)


# "Don't know" as surveys offer it; "I don't know" is what somebody says.
_OPTION = lazy_pattern(
    r"(?:\d{1,2}\s?[.:=)-]?\s)?"
    r"(?:do(?:n['’]?t| not) know|no (?:answer|opinion)|not sure|keine (?:antwort|angabe|ahnung)"
    r"|weiß nicht|ne sait pas|sans (?:réponse|opinion)|no sabe|no contesta|ns/nc|não sabe|non so"
    r"|não sei|nie wiem|trudno powiedzieć|weet (?:ik )?niet|не знаю|затрудняюсь ответить|不知道"
    r"|不清楚|わからない|모름)(?:\s?[/(].{1,30})?\.?",
    re.IGNORECASE,
)


def is_option(text: str) -> bool:
    """Whether a text is the option of a survey for those who do not know."""
    return bool(_OPTION.fullmatch(text.strip()))


def declines(text: str) -> bool:
    """Whether a text only declines to answer, in one of twelve languages."""
    text = text.strip()
    opening = text[:_OPENING]
    if len(text) > _LONGEST_REFUSAL or not _may_decline(opening):
        return False
    found = _REFUSES.match(opening)
    if found is None and len(text) <= _LONGEST_IGNORANCE and not _BUT.search(text):
        found = _KNOWS_NOT.match(opening)
    if found is None or _ANSWERS_ANYWAY.search(text, found.end()):
        return False
    return len(text) <= _LONGEST_IGNORANCE or not _TURNS.search(text, found.end())
