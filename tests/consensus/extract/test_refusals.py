"""Refusals and ignorance are told from answers, in twelve languages."""

from __future__ import annotations

import pytest

from cotool import find_consensus

DECLINED = [
    "I'm sorry, but I can't help with that.",
    "I cannot assist with that request.",
    "Sorry, I can't answer this.",
    "I don't know.",
    "I don't know the answer to this question.",
    "I do not know",
    "I'm not sure.",
    "As an AI language model, I don't have personal opinions.",
    "I’m sorry, I can’t assist with that.",
    "I am unable to provide medical advice.",
    "No idea",
    "Ich weiß es nicht.",
    "Es tut mir leid, aber dabei kann ich nicht helfen.",
    "Das kann ich leider nicht beantworten.",
    "Keine Ahnung.",
    "Je ne sais pas.",
    "Désolé, je ne peux pas répondre à cette question.",
    "No lo sé.",
    "Lo siento, pero no puedo ayudar con eso.",
    "Não sei.",
    "Desculpe, não posso ajudar com isso.",
    "Non lo so.",
    "Mi dispiace, non posso aiutarti.",
    "我不知道。",
    "抱歉，我无法回答这个问题。",
    "わかりません。",
    "申し訳ありませんが、お答えできません。",
    "모르겠습니다.",
    "죄송하지만 도와드릴 수 없습니다.",
    "Я не знаю.",
    "Извините, я не могу помочь с этим.",
    "لا أعرف.",
    "آسف، لا أستطيع المساعدة في ذلك.",
    "मुझे नहीं पता।",
    "मुझे खेद है, मैं इसमें मदद नहीं कर सकता।",
    "I must decline to answer that.",
    "I don't have enough information to answer that.",
    "Unfortunately, I cannot provide that information.",
]

ANSWERED = [
    "I'm not sure, but the answer is 12.",
    "I can't help but think the answer is Paris.",
    "No.",
    "No, it cannot.",
    "I cannot agree with the claim: it is false.",
    "unknown",
    "not spam",
    "Cannot be determined",
    "I do not think so.",
    "I don't like the film.",
    "Non.",
    "Pass the salt.",
    "pass",
    "nicht gut",
    "不是",
    "Nein, das kann ich nicht bestätigen.",
    "No se puede determinar",
    "I can help with that: the capital is Lima.",
    "I can't see any difference between them.",
    "The answer is not known.",
    "I'm sorry to hear that. You should rest.",
    "Sorry, the correct answer is 5.",
    "I don't know the exact date, but my best guess is 1776.",
    "No idea is safe from criticism.",
    "I cannot recommend this film enough! It is great.",
    "passable",
    "skip the line",
    "I won't lie, the food was bad.",
    "I'm not sure about the service, but the food was great.",
    "I could not provide better service myself, five stars",
    "No sé si volveré, pero la comida estaba bien",
    "I'm afraid the store will not open before nine.",
]


def asked(text):
    """Ask three experts, of whom bea says `text`."""
    said = {"ann": "Lima", "bea": text, "cy": "The answer is Lima."}
    return find_consensus(
        [{"expert_name": name, "content": content} for name, content in said.items()]
    )


@pytest.mark.parametrize("text", DECLINED)
def test_declined(text):
    """A refusal votes for nothing, and its expert is named."""
    result = asked(text)
    assert result.declined == ("bea",)
    assert result.experts == ("ann", "cy")
    assert (result.answer, result.agreement) == ("Lima", 1.0)
    assert any("declined to answer" in warning for warning in result.warnings)


@pytest.mark.parametrize("text", ANSWERED)
def test_answered(text):
    """What states an answer, an opinion or that a thing is unknown is not a refusal."""
    result = asked(text)
    assert result.declined == ()


def test_all_declined():
    """Where all decline there is no answer, and the kind says why."""
    result = find_consensus(["I don't know.", "I can't help with that.", "No idea."])
    assert (result.kind, result.answer, result.agreement) == ("refusal", None, None)
    assert (result.clusters, result.experts) == ((), ())
    assert len(result.declined) == 3
