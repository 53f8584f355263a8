"""What `cotool` alone says: each job with one example."""

from __future__ import annotations

WELCOME = """\
cotool: consensus among experts, analysis of logs, encryption

Several experts or language models answered the same question. Where do they
agree, who dissents, and why?
    cotool consensus answers.json           try it: cotool consensus --demo
Which of them have earned trust?
    cotool experts list
What is in these logs: levels, a time line, patterns, bursts?
    cotool analyze-logs app.log             try it: cotool analyze-logs --demo
Keep a file secret, and find out whether it was changed.
    cotool vault encrypt report.pdf
How fast is all this on this machine?
    cotool bench run --group logs --fast
Which settings are in force, and where does each come from?
    cotool config show

Options and more examples: cotool COMMAND --help
Tab completion:            cotool --install-completion
"""
