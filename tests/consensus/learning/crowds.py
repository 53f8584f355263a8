"""Made-up experts with known skills."""

from __future__ import annotations

import random

SKILLS = {"ann": 0.85, "bob": 0.65, "cat": 0.6, "dan": 0.55, "eve": 0.5}


def crowd(questions=120, labels="ABCD", skills=SKILLS, seed=1, first=0):
    """Questions with one answer of each expert, and their right answers."""
    lot = random.Random(seed)
    truth, asked = {}, []
    for k in range(first, first + questions):
        name, right = f"q{k}", lot.choice(labels)
        truth[name] = right
        asked.append(
            {
                "id": name,
                "question": f"What of {k}?",
                "responses": [
                    {
                        "expert_name": expert,
                        "content": right if lot.random() < skill else lot.choice(labels),
                    }
                    for expert, skill in skills.items()
                ],
            }
        )
    return asked, truth
