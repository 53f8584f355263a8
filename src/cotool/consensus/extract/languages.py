"""How answers are stated in twelve languages and some of their neighbours: tables of words.

The English ones ("the answer is") are patterns of their own, in `leads`.
"""

from __future__ import annotations

# Yes and no, true and false, right and wrong.
YES = (
    *("जी हाँ", "जी हां", "その通り", "claro que sí", "c'est vrai"),
    *"""
    yes true yep yeah correct right
    ja wahr richtig stimmt korrekt
    oui vrai exact
    sí si verdadero cierto correcto
    sim verdadeiro certo correto
    sì vero corretto esatto
    waar juist tak prawda evet doğru sant
    да верно правда истина правильно
    نعم صحيح صح
    हाँ हां जी सही सत्य सच
    是 是的 对 對 正确 正確 真 对的
    はい 正しい 真 そうです
    예 네 참 맞습니다 맞다 맞아요 그렇습니다 没错
    """.split(),
)
NO = (
    *("not really", "not at all", "definitely not", "certainly not", "absolutely not"),
    *("of course not", "surely not", "no way", "जी नहीं", "c'est faux", "stimmt nicht"),
    *"""
    no false nope incorrect wrong
    nein falsch unwahr
    non faux
    falso incorrecto
    não errado incorreto
    sbagliato
    nee onwaar onjuist nie fałsz nieprawda hayır yanlış nej falskt
    нет неверно ложь неправда неправильно
    لا خطأ خاطئ
    नहीं गलत ग़लत असत्य झूठ
    否 不 不是 错误 錯誤 错 錯 假 不对
    いいえ 誤り 間違い 偽 違います
    아니요 아니오 거짓 틀립니다 틀리다 아닙니다
    """.split(),
)

# What says yes or no beside answers that do so plainly; elsewhere it may be another label.
SAYING = {
    **dict.fromkeys(
        """
        y t v sure absolutely definitely certainly affirmative indeed
        jawohl jo jep klar natürlich selbstverständlich absolument certainement évidemment
        claro cierto certamente naturalmente oczywiście pewnie конечно разумеется ага 当然 물론
        """.split(),
        "yes",
    ),
    **dict.fromkeys(["of course", "ja klar", "bien sûr", "por supuesto", "com certeza"], "yes"),
    **dict.fromkeys("n f nah negative nö".split(), "no"),
    **dict.fromkeys(
        [
            "i believe so",
            "i think so",
            "i guess so",
            "i suppose so",
            "i'd say so",
            "it seems so",
            "that's right",
            "that is right",
            "that is correct",
            "that's correct",
            "that is true",
            "that's true",
            "indeed it is",
            "glaube schon",
            "ich denke schon",
            "je crois que oui",
            "creo que sí",
            "acho que sim",
            "credo di sì",
            "думаю, да",
            "ik denk het wel",
        ],
        "yes",
    ),
    **dict.fromkeys(
        [
            "i don't think so",
            "i do not think so",
            "i don't believe so",
            "i think not",
            "i guess not",
            "i'm afraid not",
            "that's wrong",
            "that is wrong",
            "that is incorrect",
            "that's incorrect",
            "that is false",
            "that's false",
            "that is not correct",
            "that's not correct",
            "that is not true",
            "that's not true",
            "glaube nicht",
            "ich denke nicht",
            "je crois que non",
            "creo que no",
            "acho que não",
            "credo di no",
            "думаю, нет",
        ],
        "no",
    ),
}

# Words for the answer, and words that lead to it.
ANSWERS = (
    "antwort", "lösung", "ergebnis", "antwoord", "svar",
    "réponse", "reponse", "résultat", "solution est",
    "alternativa correta", "alternativa correcta", "opción correcta", "opção correta",
    "opzione corretta", "bonne option", "richtige option",
    "respuesta", "resultado", "solución",
    "resposta", "solução",
    "risposta", "risultato", "soluzione",
    "ответ", "відповідь", "результат", "odpowiedź", "cevap", "yanıt",
    "正确选项", "正确的选项", "正確選項",
    "答案", "结果是", "結果は", "答え", "解答", "回答", "正解", "故选", "应选", "結論は",
    "一共有", "总共有", "共有",
    "정답", "답", "الجواب", "الإجابة", "الاجابة", "النتيجة", "उत्तर", "जवाब",
    "सही विकल्प", "правильный вариант",
    "vastaus", "odpověď", "odpoveď", "đáp án", "jawaban", "válasz", "răspuns", "απάντηση", "תשובה",
    "پاسخ", "คำตอบ",
)  # fmt: skip

# How an opinion begins that only states the answer: "Creo que es Lima."
OPINIONS = r"""(?:[^,.]{1,40},[ ])?i(?:['’](?:d|ll)|[ ]would)[ ]
    (?:have[ ]to[ ])?(?:say|go[ ]with|choose|pick|guess)[ ]
    |i(?:['’]d|[ ]would)?[ ](?:lean|tend)[ ](?:towards?|to)[ ]
    |i['’]?[ ]?a?m[ ](?:(?:\d{1,3}[ ]?%|pretty|fairly|quite|very|almost)[ ])?
    (?:confident|sure|certain)[ ](?:that[ ])?it(?:['’]s|[ ]is)[ ]
    |ich[ ](?:denke|glaube|meine|vermute),?[ ](?:es[ ]ist|es[ ]sind)[ ]
    |je[ ](?:pense|crois)[ ]que[ ]c['’]est[ ]|(?:yo[ ])?(?:creo|pienso)[ ]que[ ](?:es|son)[ ]
    |(?:eu[ ])?acho[ ]que[ ](?:é|são)[ ]|(?:io[ ])?(?:credo|penso)[ ](?:che[ ]sia|sia)[ ]
    |ik[ ]denk[ ]dat[ ]het[ ](?!.*[ ]is\.?$)|(?:myślę|sądzę),?[ ]że[ ](?:to|jest)[ ]
    |bence[ ](?:cevap[ ])?|(?:я[ ])?(?:думаю|считаю|полагаю),?[ ](?:что[ ])?(?:это[ ])?[—–-]?[ ]?
    |ответ[ ](?=\S)|我?(?:认为|認為|觉得|覺得|猜)(?:答案)?(?:应该)?是|私は|제[ ]생각에는[ ]
    |أعتقد[ ]أنه[اا]?[ ]|मुझे[ ]लगता[ ]है[ ]कि[ ](?:यह[ ])?"""

# How a reason begins below an answer on a line of its own.
REASONS = (
    r"(?:explanation|reason|reasoning|rationale|justification|why|because|erklärung|begründung"
    r"|explication|explicación|explicação|spiegazione|пояснение|объяснение|解释|解説|説明|理由|설명)"
)

# What is between the word for the answer and the answer.
LINKS = r"""\b(?:es|est|ist|é|è|is|jest|är|er|lautet|wäre|sería|sera|serait|vaut|heißt|beträgt
    |ergibt|este|brzmi|to|on|là|adalah|είναι|je(?=\s[*_(]{0,2}[a-j]\b)|هي|هو|هى|היא)(?!\w)|[:=—：]|是|为|為|应为|应该是|應該是|は|은|는|이|\s-"""

# "I choose C": a verb before the option, without a word for the answer.
CHOOSES = ("选", "選", "选择", "選擇", "wähle", "choisis", "elijo", "escojo", "escolho", "scelgo",
           "выбираю", "wybieram", "ik kies", "أختار", "चुनता हूँ")  # fmt: skip

# "option", "letter", "variant" between the link and the letter.
OPTIONS = (
    r"(?:opci[oó]n|option|optie|op[cç][aã]o|opzione|opcja|вариант|选项|選項|選択肢|letra|lettre"
    r"|lettera|buchstabe|буква|alternativ[ea]?|विकल्प|الخيار|الحرف|보기)"
)
ARTICLES = r"(?:la|el|le|lo|il|die|der|das|den|de|het|a|o|l['’])"

# What follows the answer in a language whose verb comes last.
CLOSINGS = (
    "です", "でした", "である", "だ", "となります", "になります",
    "입니다", "이다", "이에요", "예요",
    "है", "हैं", "होगा", "होगी", "होता है", "dir", "olur",
)  # fmt: skip

# "B is right", where the letter comes first.
IS_RIGHT = (
    r"(?<![A-Za-z])([A-J])"
    r"(?:が正解|が正しい|が答え|是正确|是正確|是对的|正确|正確|가 정답|이 정답|가 맞)"
)

# "B ist richtig", "richtig ist B".
IS_RIGHT_LATIN = (
    r"(?<![A-Za-z])(?:\(?([A-J])\)?\s(?:ist|est|es|è|é)\s(?:die\s|la\s|a\s)?RIGHT\b"
    r"|\b(?i:RIGHT)\s(?:ist|est|es|è|é)\s\(?([A-J])\b)"
).replace("RIGHT", r"(?:richtige?|korrekte?|correct[aeo]?|correto|corrett[ao]|juste|bonne)")

# "The statement is …", followed by true or false.
CLAIMS = r"""(?:das|die[ ]aussage|die[ ]behauptung|es)[ ]ist[ ](?=\w+)
    |(?:c['’]est|l['’]affirmation[ ]est)[ ](?=\w+)|(?:(?:la[ ]afirmación[ ]|esto[ ])?es)[ ](?=\w+)
    |(?:(?:a[ ]afirmação[ ]|isso[ ]|isto[ ])?é)[ ](?=\w+)|(?:(?:l['’]affermazione[ ])?è)[ ](?=\w+)
    |(?:这|該|该|此|這)?(?:个|個)?(?:说法|說法|陈述|陳述|句子)?是(?=\w+)
    |(?:これ|それ|この文)は(?=\w+)
    |(?:이것은|이[ ]문장은|그것은)[ ](?=\w+)|(?:это|утверждение)[ ](?:[—-][ ])?(?=\w+)
    |(?:هذا|العبارة|هذه[ ]العبارة)[ ](?=\w+)|यह[ ](?:कथन[ ])?(?=\w+)"""
