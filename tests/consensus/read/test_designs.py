"""Tables whose item, expert and answer follow from the design: who answered what, once each."""

from __future__ import annotations

import json

import pytest

from consensus.written import read, table
from cotool.consensus.read.layout import Keys
from cotool.consensus.read.sample import UnclearError

UV = {"u": "x", "v": "y"}
UU = {"u": "x", "v": "x"}
LONG = {
    "raters who do not rate every item": (
        ("essay_id,rater,score", "e,u,2.48", "e,v,1.28", "f,u,1.95", "g,u,3.25", "g,v,0.75",
         "h,v,4.5"),
        {"e": {"u": "2.48", "v": "1.28"}, "f": {"u": "1.95"}, "g": {"u": "3.25", "v": "0.75"},
         "h": {"v": "4.5"}},
    ),
    "a remark beside a vote": (
        ("page,user,vote,comment", "p,u,x,per the sources", "p,v,y,no coverage here",
         "q,u,x,an advert", "q,v,x,as said above"),
        {"p": UV, "q": UU},
    ),
    "an item of a document and an aspect": (
        ("doc,annotator,aspect,polarity", "d,u,food,x", "d,v,food,y", "d,u,staff,x", "d,v,staff,x",
         "e,u,food,y", "e,v,food,y"),
        {"d\nfood": UV, "d\nstaff": UU, "e\nfood": {"u": "y", "v": "y"}},
    ),
    "an item of a video and a frame": (
        ("video,frame,coder,act", "a,0,u,x", "a,0,v,y", "a,30,u,x", "a,30,v,x", "b,0,u,y",
         "b,0,v,y"),
        {"a\n0": UV, "a\n30": UU, "b\n0": {"u": "y", "v": "y"}},
    ),
    "an agent's noun, and a measure beside words": (
        ("sample,taster,note,score_ms", "s,u,x,1.25", "s,v,y,2.75", "t,u,x,0.25", "t,v,x,1.75"),
        {"s": UV, "t": UU},
    ),
    "experts by their values": (
        ("tier,begin,end,gesture", "coder A,0.0,1.5,x", "coder B,0.0,1.5,y", "coder A,1.5,2.5,x",
         "coder B,1.5,2.5,x"),
        {"0.0": {"coder A": "x", "coder B": "y"}, "1.5": {"coder A": "x", "coder B": "x"}},
    ),
    "what belongs to the expert is no answer": (
        ("no,on,member_id,party,cast", "1,a farm bill,u,D,x", "1,a farm bill,v,R,y",
         "2,to adjourn,u,D,x", "2,to adjourn,v,R,x", "3,the budget,u,D,y", "3,the budget,v,R,x"),
        {"a farm bill": UV, "to adjourn": UU, "the budget": {"u": "y", "v": "x"}},
    ),
    "who collected the item is no expert": (
        ("specimen,collector,determiner,name_given", "s,k,u,x", "s,k,v,y", "t,l,u,x", "t,l,v,x"),
        {"s": UV, "t": UU},
    ),
    "a domain is a part of the item": (
        ("study,domain,assessor,judgement", "s,blinding,u,x", "s,blinding,v,y", "s,attrition,u,x",
         "s,attrition,v,x", "t,blinding,u,y", "t,blinding,v,y"),
        {"s\nblinding": UV, "s\nattrition": UU, "t\nblinding": {"u": "y", "v": "y"}},
    ),
    "a judge rates the answers of models": (
        ("question_id,model,judge,score", "1,m,u,3", "1,m,v,2", "1,n,u,5", "1,n,v,5", "2,m,u,1",
         "2,m,v,1", "2,n,u,4", "2,n,v,2"),
        {"1\nm": {"u": "3", "v": "2"}, "1\nn": {"u": "5", "v": "5"},
         "2\nm": {"u": "1", "v": "1"}, "2\nn": {"u": "4", "v": "2"}},
    ),
    "a category that judges score is a part of the item": (
        ("essay,judge,score,category", "s,u,4,style", "s,u,3,grammar", "s,v,5,style",
         "s,v,3,grammar", "t,u,4,style", "t,u,2,grammar", "t,v,4,style", "t,v,1,grammar"),
        {"s\nstyle": {"u": "4", "v": "5"}, "s\ngrammar": {"u": "3", "v": "3"},
         "t\nstyle": {"u": "4", "v": "4"}, "t\ngrammar": {"u": "2", "v": "1"}},
    ),
    "a category that judges score is the item": (
        ("judge,score,category", "u,4,style", "u,3,grammar", "v,5,style", "v,3,grammar"),
        {"style": {"u": "4", "v": "5"}, "grammar": {"u": "3", "v": "3"}},
    ),
    "a verdict beside a score is the answer": (
        ("essay,judge,score,verdict", "s,u,0.8,x", "s,v,0.7,y", "t,u,0.3,x", "t,v,0.4,x"),
        {"s": UV, "t": UU},
    ),
    "repeats by one expert stay in their question": (
        ("item_id,rater,trial,label", "1,u,1,x", "1,u,2,y", "1,v,1,x", "1,v,2,x", "2,u,1,y",
         "2,u,2,y", "2,v,1,y", "2,v,2,x"),
        {"1": {"u": "x", "u#2": "y", "v": "x", "v#2": "x"},
         "2": {"u": "y", "u#2": "y", "v": "y", "v#2": "x"}},
    ),
    "decimals with commas": (
        ("Teil;Prüfer;Wert", "a b;u;12,5", "a b;v;12,7", "c d;u;8,0", "c d;v;8,0"),
        {"a b": {"u": "12,5", "v": "12,7"}, "c d": {"u": "8,0", "v": "8,0"}},
    ),
}  # fmt: skip
WIDE = {
    "raters by name, whose texts share nothing": (
        ("question,rater_ann,rater_ben", "Why rain?,warm air rises,clouds cool down",
         "Why wind?,pressure differs there,the sun heats land"),
        {"Why rain?": {"rater_ann": "warm air rises", "rater_ben": "clouds cool down"},
         "Why wind?": {"rater_ann": "pressure differs there", "rater_ben": "the sun heats land"}},
    ),
    "a word between the numbers": (
        ("id,essay,rater1_domain1,rater2_domain1,domain1_score", "1,a b c d e,x,y,3",
         "2,f g h i j,x,x,4"),
        {"a b c d e": {"rater1_domain1": "x", "rater2_domain1": "y"},
         "f g h i j": {"rater1_domain1": "x", "rater2_domain1": "x"}},
    ),
    "a column names the expert of the next": (
        ("prompt,model 1,model 1 output,model 1 ms,model 2,model 2 output,model 2 ms",
         "a?,m,x,9,n,y,7", "b?,m,x,8,n,x,7", "c?,m,y,6,n,y,4"),
        {"a?": {"model 1 output": "x", "model 2 output": "y"},
         "b?": {"model 1 output": "x", "model 2 output": "x"},
         "c?": {"model 1 output": "y", "model 2 output": "y"}},
    ),
    "a panel beside its median": (
        ("no,statement,round,P1,P2,P3,median", "1,start at forty,2,7,8,7,7",
         "2,see them yearly,2,3,3,2,3", "3,ask by phone,2,7,8,8,8"),
        {"start at forty": {"P1": "7", "P2": "8", "P3": "7"},
         "see them yearly": {"P1": "3", "P2": "3", "P3": "2"},
         "ask by phone": {"P1": "7", "P2": "8", "P3": "8"}},
    ),
    "judges of an item that two columns name": (
        ("skater,element,J1,J2,J3,panel", "a,3A,2,2,3,9.1", "a,4T,1,1,1,8.2", "b,3A,5,5,5,9.9",
         "b,4T,0,0,1,7.5"),
        {"a\n3A": {"J1": "2", "J2": "2", "J3": "3"}, "a\n4T": {"J1": "1", "J2": "1", "J3": "1"},
         "b\n3A": {"J1": "5", "J2": "5", "J3": "5"}, "b\n4T": {"J1": "0", "J2": "0", "J3": "1"}},
    ),
}  # fmt: skip
SURVEYS = {
    "the survey asks for the name": (
        ("Zeitstempel,Wie heißen Sie?,Abteilung,Finden Sie es gut?,Wann passt es?",
         "01.03.2024 10:00:00,Anna,IT,x,y", "01.03.2024 10:05:00,Bernd,IT,y,y"),
        {"Finden Sie es gut?": {"Anna": "x", "Bernd": "y"},
         "Wann passt es?": {"Anna": "y", "Bernd": "y"}},
    ),
    "an expert per row": (
        ("expert,claim 1,claim 2", "u,x,y", "v,x,x", "w,x,y"),
        {"claim 1": {"u": "x", "v": "x", "w": "x"}, "claim 2": {"u": "y", "v": "x", "w": "y"}},
    ),
    "all chose the same": (
        ("respondent_id,q1_color,q2_size", "101,red,x", "102,red,y"),
        {"q1_color": {"101": "red", "102": "red"}, "q2_size": {"101": "x", "102": "y"}},
    ),
}  # fmt: skip
JSON = {
    "outputs of several keys": (
        [{"sample": i, "outputs": {"reasoning": f"because {i} {m}", "answer": a}, "session_name": m}
         for i, m, a in [("s", "u", "x"), ("s", "v", "y"), ("t", "u", "x"), ("t", "v", "x")]],
        {"s": UV, "t": UU},
    ),
    "votes of voters": (
        {"polls": [{"title": "a?", "votes": [{"voter": "u", "option": "x"},
                                             {"voter": "v", "option": "y"}]},
                   {"title": "b?", "votes": [{"voter": "u", "option": "x"},
                                             {"voter": "v", "option": "x"}]}]},
        {"a?": UV, "b?": UU},
    ),
    "labels of a row without a known name": (
        {"rows": [{"row_data": "a.png", "labels": [{"labeler": "u", "answer": "x"},
                                                   {"labeler": "v", "answer": "y"}]},
                  {"row_data": "b.png", "labels": [{"labeler": "u", "answer": "x"},
                                                   {"labeler": "v", "answer": "x"}]}]},
        {"a.png": UV, "b.png": UU},
    ),
    "labels by file and rater": (
        {"a.jpg": {"u": "x", "v": "y"}, "b.jpg": {"u": "x", "v": "x"}},
        {"a.jpg": UV, "b.jpg": UU},
    ),
    "a model in its settings": (
        {"config": {"model": "u", "temperature": 0}, "predictions": {"q1": "x", "q2": "y"}},
        {"q1": {"u": "x"}, "q2": {"u": "y"}},
    ),
}  # fmt: skip


def test_a_second_header_row():
    """What stands below each expert in a second row is a part of the columns' names."""
    lines = ("Item,Expert 1,,Expert 2,", ",Score,Comment,Score,Comment", "a,4,good,4,ok",
             "b,1,bad,1,poor", "c,4,fair,1,weak")  # fmt: skip
    assert read(table(*lines)) == {
        "a": {"Expert 1 Score": "4", "Expert 2 Score": "4"},
        "b": {"Expert 1 Score": "1", "Expert 2 Score": "1"},
        "c": {"Expert 1 Score": "4", "Expert 2 Score": "1"},
    }


def test_the_named_key_of_one_experts_answers():
    """`responses` may name the object of one expert's answers by question."""
    document = json.dumps({"model": "u", "answers": {"q1": "x", "q2": "y"}})
    assert read(document, keys=Keys(responses="answers")) == {"q1": {"u": "x"}, "q2": {"u": "y"}}


@pytest.mark.parametrize(
    ("lines", "expected"), [*LONG.values(), *WIDE.values(), *SURVEYS.values()],
    ids=[*LONG, *WIDE, *SURVEYS],
)  # fmt: skip
def test_tables(lines, expected):
    """The parts follow from which columns together identify a record."""
    assert read(table(*lines)) == expected


@pytest.mark.parametrize(("document", "expected"), JSON.values(), ids=JSON)
def test_documents(document, expected):
    """Objects that describe one answer are not objects of several experts."""
    assert read(json.dumps(document)) == expected


REFUSED = {
    "the sides of a chat are no experts": (
        "conversation_id,speaker,text", "c,user,What is up?", "c,assistant,Not much.",
        "d,user,Where are you?", "d,assistant,In Rome.",
    ),
    "a scale with one number per person": (
        "id,phq1,phq2,phq3", "S1,3,3,2", "S2,0,0,1", "S3,1,1,1", "S4,2,3,3", "S5,0,1,0",
    ),
    "a date alone is no item": (
        "patient,doctor,date,bp", "p,u,2024-01-01,120", "q,v,2024-01-01,130",
        "p,u,2024-01-02,125", "q,v,2024-01-02,131",
    ),
    "two labels of each coder": (
        "doc,coder,topic,tone", "d,u,sports,x", "d,v,sports,y", "e,u,news,y", "e,v,sports,y",
    ),
    "a category and a score of each judge": (
        "text_id,judge,score,category", "1,u,3,x", "1,v,4,y", "2,u,3,y", "2,v,1,y",
    ),
    "a catalogue": (
        "sku,color,size,quality", "1,red,L,good", "2,blue,M,good", "3,red,S,poor", "4,red,L,good",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lines", REFUSED.values(), ids=REFUSED)
def test_what_only_looks_like_a_design(lines):
    """Records that cross in another way are refused."""
    with pytest.raises(UnclearError):
        read(table(*lines))


def test_turns_of_conversations_are_items_of_their_own():
    """An expert who always answers alike still answers once per turn, not three times."""
    rows = [
        f"{talk},{turn},{who},{said}"
        for talk in "cd"
        for turn in (1, 2)
        for who, said in UV.items()
    ]
    found = read(table("conversation_id,turn,model,reply", *rows))
    assert found == {f"{talk}\n{turn}": UV for talk in "cd" for turn in (1, 2)}
