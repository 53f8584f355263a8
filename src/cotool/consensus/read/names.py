"""What a column's name suggests about its part: a hint only; how its values vary decides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple
from cotool.consensus.read.layout import EXPERT_NAMES, QUESTION_ID_NAMES, plain_name

# The parts that a column can play.
QUESTION = "question"
ITEM_ID = "question id"
EXPERT = "expert"
ANSWER = "answer"
GOLD = "right answer"
CONFIDENCE = "confidence"
TIME = "time"
OWN_ID = "id of the response"
BESIDE = "metadata"
UNKNOWN = ""

STRONG, PLAIN, WEAK = 4.0, 2.0, 1.0


class Hint(NamedTuple):
    """The part that a name suggests, and how strongly."""

    part: str
    weight: float


# A longer text is not a name.
_LONGEST_NAME = 1000
# The most that a spreadsheet has.
MOST_COLUMNS = 16_384
_REMEMBERED = 2 * MOST_COLUMNS  # names of columns, and words in them

_CAMEL = lazy_pattern(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[0-9])(?=[A-Za-z])")
# The vowel signs of Devanagari are not letters, but belong to words.
_NO_WORD = lazy_pattern(r"(?:(?![\u0900-\u097f])[\W_])+")
_QUESTION_MARKS = ("?", "？", "؟", ";")

# Codes of questions: Q1, q2_a, q3_price, Question 3.
_CODED = lazy_pattern(
    r"(?:q|qu|question|frage|pregunta|item)[\s_.\-]?\d{1,3}(?:[\s_.\-]?\w)?|q\d{1,3}[_.]\w+|v_\d{1,3}",
    re.IGNORECASE,
)
_DATE = lazy_pattern(
    r"\b(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./](?:\d{2}){1,2}"
    r"|(?:\d{1,2}\.? )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,4}"
    r"|\d{1,2}\.? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez)[a-z]{0,6})\b"
    r"|^(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[a-z]{0,6}[., ]+\d{1,2}\b",
    re.IGNORECASE,
)
_MODELS = (
    *("gpt", "claude", "llama", "gemini", "gemma", "mistral", "mixtral", "qwen", "deepseek"),
    *("falcon", "vicuna", "command-r", "commandr", "palm", "bard", "grok", "yi-", "solar"),
    *("zephyr", "opus", "sonnet", "haiku", "nova", "granite", "olmo", "dbrx", "kimi", "glm"),
)
_NUMBERED_MODELS = lazy_pattern(r"phi-?\d|\bo[134]\b")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GOLD = _set(
    "gold golden truth true expected reference ideal target targets gt correct incorrect "
    "expectedoutput groundtruth consensus adjudicated adjudication majority aggregated"
)
_TIMES = _set(
    "time timestamp date datetime created updated started submitted finished accepted tstamp"
)
_CONFIDENCE = _set("confidence certainty conf")
_EXPERTS = _set(
    "expert worker annotator rater coder labeler labeller judge assessor reviewer respondent "
    "participant performer model llm provider generator evaluator contributor crowdworker "
    "tagger interpreter moderator grader voter bewerter bearbeiter gutachter teilnehmer "
    "annotateur évaluateur evaluateur anotador evaluador modell modelo modèle modello scorer "
    "checker transcriber translator volunteer modelname prüfer experto esperto especialista "
    "experte experten expertin "
    "эксперт модель аннотатор разметчик оценщик 回答者 評価者 専門家 モデル 专家 模型 "
    "标注者 标注员 "
    "評審 评审 전문가 모델 평가자 주석자 خبير نموذج विशेषज्ञ मॉडल "
    "ekspert oceniający oceniajacy recenzent anotator uzman değerlendiren "
    "değerlendirici yanıtlayan deskundige beoordelaar annoteur codeur bedömare bedommare "
    "granskare bedømmer vurderer arvioija hodnotitel posuzovatel értékelő szakértő evaluatorul "
    "αξιολογητής ειδικός експерт оцінювач анотатор penilai responden מומחה מעריך "
    "ارزیاب ผู้ประเมิน respid respnr"
)
_WRITERS = _EXPERTS | _set("predicted pred generated")
_WEAK_EXPERTS = _set(
    "user username author name source engine system email agent student person player bot "
    "team who by member nickname surname deployment generator forecaster"
)
# Who or what may have given an answer: words, and nouns of agents (taster, historian, Prüfer).
_DOERS = _set(
    "lab laboratory labor institute clinic tool method algorithm classifier system engine tier "
    "house bureau agency company"
)
_AGENT = lazy_pattern(r"\w{3,}(?:er|or|ist|ian|eur)")
_NO_AGENTS = _set(
    "order other letter chapter color colour factor sector vector header folder filter computer "
    "server speaker sender receiver layer marker corner river power weather semester quarter "
    "character water offer cluster "
    "register newsletter tower flavor flavour behavior behaviour error tumor tumour odor floor "
    "door gender wrapper container router printer master minor major prior interior exterior "
    "anterior posterior superior inferior buffer trigger list winner answer better vendor customer "
    "alter wetter muster fieber messer charakter center centre cover counter identifier"
)
_NO_AGENT_TAILS = ("number", "nummer", "meter", "webserver", "paper", "theater", "theatre")
_NAMES_OF_PEOPLE = {("first",), ("last",), ("full",), ("given",), ("family",)}
_ITEMS = _set(
    "question item task hit prompt unit subject example instance problem doc document sample "
    "query comment sentence pair text image tweet post review q utterance case test caption "
    "article record claim paragraph passage object product audio clip video input dialogue "
    "message"
)
_OWN = _set(
    "response answer assignment annotation classification judgment judgement row session "
    "event run trace span request completion generation chat batch submission ans lead "
    "message output vote evaluation label parent observation hittype type"
)
_IDS = _set("id ids idx index key uid uuid guid identifier no number nr num hash")
_STRONG_QUESTIONS = _set(
    "question questions prompt prompts instruction instructions query queries problem problems "
    "frage pregunta pergunta domanda "
    "aufgabe tarea pytanie zadanie soru vraag fråga spørgsmål spørsmål kysymys otázka kérdés "
    "întrebare ερώτηση питання pertanyaan שאלה پرسش คำถาม "
    "вопрос задача 質問 設問 問題 问题 题目 問題文 질문 문제 سؤال السؤال प्रश्न सवाल"
)
_QUESTIONS = _set(
    "task item input sentence comment passage document text premise hypothesis statement "
    "claim title review tweet utterance image audio video url uri filename filepath file path body "
    "messages post article headline paragraph caption stimulus scenario clip sentence1 "
    "snippet inputs transcript sms email abstract context proposal motion request history "
    "satz phrase frase "
    "texte texto beitrag kommentar текст 本文 文章 文本 본문 문장"
)
_ANSWERS = _set(
    "answer response output completion prediction pred generation reply label rating verdict "
    "classname "
    "decision choice vote judgment judgement annotation sentiment stance category class "
    "solution transcription translation classification outputs completions predictions "
    "responses answers labels annotations generations ratings emotion toxicity opinion patch "
    "antwort respuesta antworten réponse étiquette etiqueta bewertung urteil reponse risposta "
    "resposta taskanswers resps sampled picked winner preference preds ответ метка оценка "
    "odpowiedź odpowiedz ocena etykieta cevap yanıt etiket antwoord beoordeling svar bedömning "
    "vurdering vastaus arvio odpověď hodnocení válasz értékelés răspuns evaluare απάντηση "
    "αξιολόγηση відповідь оцінка мітка jawaban penilaian תשובה דירוג پاسخ คำตอบ "
    "回答 答え 解答 判定 ラベル 答案 标签 標籤 답변 응답 라벨 대답 إجابة الإجابة उत्तर जवाब"
)
_WEAK_ANSWERS = _set(
    "text value val result content message code grade transcript summary guess tag tags "
    "choices assessment estimate forecast completion relevance quality"
)
# What a model is given: "model_input" is not an answer.
_GIVEN = _set("input inputs prompt request context")
_BESIDE = _set(
    "role status cost latency tokens usage duration seconds version ip country region city channel "
    "trust temperature seed split lang language link href metadata config reward approve "
    "reject approval lifetime keywords attention meta params kwargs settings finish reason "
    "stop system template cached error errors success passed pass score scores metric metrics "
    "logprob logprobs level difficulty subset topic domain license unnamed retired sessionid "
    "tainted workflow ms elapsed length count width height feedback comments note notes "
    "contexts retrieved options explanation rationale reasoning why remark remarks bemerkung "
    "bemerkungen anmerkung anmerkungen notiz notizen remarque remarques commentaire commentaires "
    "comentario comentarios comentário comentários observaciones observações osservazioni commenti "
    "opmerking opmerkingen uwagi komentarz примечание примечания комментарий комментарии 备注 備考 "
    "コメント 비고"
)
# What precedes the name of a value that another one has replaced.
_FORMER = _set("previous old")
# Objects about a call.
_META = _set("meta metadata usage")
# What may follow a word for an expert: worker_id, model_name_or_path, rater_1.
_AFTER_EXPERT = _IDS | _set("login name or path email address code uuid info handle private public")
# A list under one of these names holds one expert's labels if none occurs twice.
_SETS = frozenset(
    "label labels tag tags category categories class classes accept choices topics emotions "
    "annotation annotations cats".split()
)
_CROWD = frozenset("annotator annotators rater raters worker workers model models crowd".split())
# Names of objects that hold a data set's example; words in them for a model's answer, and for a
# property of the example.
_DATA = _set("example input inputs dataset doc datasource")
_PREDICTED = _set("response output prediction completion generation reply pred")
_TOPICS = _set("category class sentiment tag tags")
_GENERIC = _IDS | _set("name value text content raw label slug answer output")
_UNITS = _set(
    "unit units uom currency einheit währung unité unités devise unidad moneda unità valuta"
)
_OFTEN = _set(
    "count counts n num number freq frequency frequencies votes tally total anzahl häufigkeit "
    "stimmen nombre effectif cantidad frecuencia votos numero frequenza количество 数量 人数 件数"
)
_CHOICES = _set("label labels choice vote verdict judgment judgement")
_PREFERENCES = _set("preference preferred prefers winner better chosen picked")
_SCORED = _set("score scores probs probabilities probability") | _SETS
_ASPECTS = _set("category categories")
_SENDERS = _set("sender speaker")


@lru_cache(_REMEMBERED)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case: `Answer.workerId` is answer, worker, id."""
    return tuple(
        part.casefold() for word in _NO_WORD.split(name) for part in _CAMEL.split(word) if part
    )


# What Toloka and Mechanical Turk write before the names of their columns.
_PREFIXES = {
    "OUTPUT:": Hint(ANSWER, 2 * STRONG),
    "INPUT:": Hint(QUESTION, STRONG),
    "GOLDEN:": Hint(GOLD, STRONG),
    "HINT:": Hint(BESIDE, STRONG),
    "Answer.": Hint(ANSWER, 2 * STRONG),
    "Input.": Hint(QUESTION, STRONG),
}


@lru_cache(_REMEMBERED)
def hint_of(path: str) -> Hint:
    """Return what a column's name suggests."""
    if len(path) > _LONGEST_NAME:
        return Hint(UNKNOWN, 0.0)
    prefix = next((p for p in _PREFIXES if path.startswith(p) and len(path) > len(p)), None)
    if prefix is not None:
        return _PREFIXES[prefix]
    words = words_of(path)
    if not words:
        return Hint(BESIDE, PLAIN)
    plain = plain_name(path)
    if plain in QUESTION_ID_NAMES:
        return Hint(ITEM_ID, STRONG)
    if plain in EXPERT_NAMES:
        return Hint(EXPERT, STRONG)
    last = words_of(path.rpartition(".")[2]) or words
    hint = _hint(last)
    above = words[: len(words) - len(last)]
    if hint.part == ANSWER and _DATA.intersection(above) and last[-1] not in _PREDICTED:
        return _given(last, hint)
    if len(words) > len(last) and (hint.part == UNKNOWN or set(last) <= _GENERIC):
        outer = _hint((*above, *(word for word in last if word in _IDS)))
        # "task.output" is an answer, "prompt.text" is none.
        weaker = {BESIDE, QUESTION} if hint.weight >= STRONG else {BESIDE}
        is_answer = hint.part == ANSWER and outer.part in weaker
        if outer.part not in {UNKNOWN, TIME} and not is_answer:
            return outer
    return hint


def _given(last: tuple[str, ...], hint: Hint) -> Hint:
    """Return the hint for a property of a data set's example; another key has the prediction."""
    if hint.weight <= WEAK:
        return Hint(QUESTION, PLAIN)
    return Hint(BESIDE, PLAIN) if last[-1] in _TOPICS else Hint(GOLD, PLAIN)


def _hint(words: tuple[str, ...]) -> Hint:
    if len(words) > 1 and (words[-1].isdigit() or words[-1] == "list"):
        words = words[:-1]
    last, rest = words[-1], frozenset(words[:-1])
    hint = _of_something_else(words, rest) or _expert(words)
    if hint is not None:
        return hint
    if last in _IDS:
        return _id(words, rest)
    for known, hint in (
        (_STRONG_QUESTIONS, Hint(QUESTION, STRONG)),
        (_ANSWERS, Hint(ANSWER, STRONG)),
        (_BESIDE, Hint(BESIDE, PLAIN)),
        (_QUESTIONS, Hint(QUESTION, PLAIN)),
        (_WEAK_ANSWERS, Hint(ANSWER, WEAK)),
    ):
        if last in known:
            # What a model or a worker wrote: "model_text", "predicted_text".
            if hint.part == QUESTION and rest & _WRITERS and last not in _GIVEN:
                return Hint(ANSWER, PLAIN)
            # What is asked: "question_text", "prompt_content".
            if hint == Hint(ANSWER, WEAK) and rest & (_STRONG_QUESTIONS | _GIVEN):
                return Hint(QUESTION, PLAIN)
            return hint
    return Hint(BESIDE, WEAK) if rest & _BESIDE else Hint(UNKNOWN, 0.0)


def _of_something_else(words: tuple[str, ...], rest: frozenset[str]) -> Hint | None:
    """Return the hint of a name that belongs to neither a question nor an answer."""
    everything = frozenset(words)
    last = words[-1]
    if everything & _GOLD and not rest & _set("worker model is"):
        return Hint(GOLD, STRONG)
    if "right" in rest and last in _ANSWERS:
        return Hint(GOLD, STRONG)
    if rest & _FORMER:
        return Hint(BESIDE, STRONG)
    if "system" in rest and (last in _STRONG_QUESTIONS or last == "message"):
        return Hint(BESIDE, STRONG)
    if everything & _CONFIDENCE:
        return Hint(CONFIDENCE, STRONG)
    if (everything & _TIMES and last != "by") or last == "at":
        return Hint(TIME, STRONG)
    return None


def _expert(words: tuple[str, ...]) -> Hint | None:
    for place, word in enumerate(words):
        if frozenset(words[place + 1 :]) - _AFTER_EXPERT:
            continue
        if word in _EXPERTS:
            return Hint(EXPERT, STRONG)
        if word == "name" and words[:place] in _NAMES_OF_PEOPLE:
            return Hint(EXPERT, WEAK)
        # "completed_by" is strong; "name" alone is weak, "file_name" is not an expert.
        if word in _WEAK_EXPERTS and (place == 0 or word in _set("user username by author email")):
            return Hint(EXPERT, PLAIN if word in _set("user username by author who") else WEAK)
    return None


def _id(words: tuple[str, ...], rest: frozenset[str]) -> Hint:
    if not rest:
        return Hint(ITEM_ID, WEAK)
    if words[0] in _OWN or words[-2] in _OWN or words[0] in _META:
        return Hint(OWN_ID, STRONG)
    if rest & _ITEMS:
        return Hint(ITEM_ID, STRONG)
    return Hint(ITEM_ID, PLAIN)


def is_called(name: object, part: str) -> bool:
    """Whether a name is clearly that of a part."""
    return hint_of(str(name)) == Hint(part, STRONG)


def asks(name: str) -> bool:
    """Whether a name is itself a question, as the columns of surveys are."""
    name = name.strip()
    return name.endswith(_QUESTION_MARKS) or name.startswith("¿") or len(name.split()) >= 5


def is_date(name: str) -> bool:
    """Whether a name is a date, as the columns of a poll or of a plan are: "Mon 3 June"."""
    return bool(_DATE.search(name))


def is_coded(name: str) -> bool:
    """Whether a name is the code of a question in a survey: Q1, q2_a, Question 3."""
    return bool(_CODED.fullmatch(name.strip()))


def are_label_sets(path: str, lists: Sequence[Sequence[object]]) -> bool:
    """Whether lists are the labels that one expert gave together, rather than one per expert.

    A set of labels holds none twice.
    """
    words = frozenset(words_of(path))
    if words & _CROWD or not words & _SETS:
        return False
    return all(len(set(map(str, value))) == len(value) for value in lists)


def of_several(name: str) -> Hint:
    """Return what a name in the plural suggests: the same as its singular."""
    hint = hint_of(name)
    return hint if hint.part != UNKNOWN else hint_of(name.removesuffix("s"))


def is_crowd(name: str) -> bool:
    """Whether a name is that of several experts: annotators, worker_ids."""
    return of_several(name).part == EXPERT and (
        name.endswith("s") or bool(_CROWD & {*words_of(name)})
    )


def is_expert_name(value: str) -> bool:
    """Whether a value names an expert by itself: coder A, rater_2, gpt-4o."""
    if is_model(value):
        return True
    words = words_of(value)
    return 0 < len(words) <= 2 and (words[0] in _EXPERTS or words[0].rstrip("ab") in _EXPERTS)


def may_be_expert(name: str) -> bool:
    """Whether a name may be that of an expert, if the records bear this out: taster, lab_id."""
    words = [word for word in words_of(name) if word not in _AFTER_EXPERT]
    if not words or len(words) > 2:
        return False
    last = words[-1]
    acts = _AGENT.fullmatch(last) and last not in _NO_AGENTS and not last.endswith(_NO_AGENT_TAILS)
    return bool(acts) or last in _DOERS


def may_be_aspect(name: str) -> bool:
    """Whether a name of an answer may also be that of what is rated, beside a score: category."""
    return not _ASPECTS.isdisjoint(words_of(name)[-1:])


def is_sender(name: str) -> bool:
    """Whether a name is that of who wrote a message of a chat."""
    return not _SENDERS.isdisjoint(words_of(name)[-1:])


def is_unit(name: str) -> bool:
    """Whether a name is that of the units of numbers."""
    return not _UNITS.isdisjoint(words_of(name)[-1:])


def is_preference(name: str) -> bool:
    """Whether a name is that of which of several answers somebody preferred."""
    return not _PREFERENCES.isdisjoint(words_of(name))


def is_choice(name: str) -> bool:
    """Whether a name may be that of a choice between other columns."""
    return not _CHOICES.isdisjoint(words_of(name)[-1:])


def counts_answers(name: str) -> bool:
    """Whether a name may be that of how often an answer was given."""
    return not _OFTEN.isdisjoint(words_of(name))


def may_score(name: str) -> bool:
    """Whether an object of this name may hold a score for each label."""
    return not _SCORED.isdisjoint(words_of(name))


def is_model(name: str) -> bool:
    """Whether a name contains the name of a family of language models."""
    low = name.lower()
    numbered = any(map(str.isdecimal, low)) and _NUMBERED_MODELS.search(low)
    return any(model in low for model in _MODELS) or bool(numbered)
