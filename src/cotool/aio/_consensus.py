"""The calls of the core `consensus`, but for batches."""

from __future__ import annotations

import cotool
from cotool.aio._calls import as_coroutine

find_consensus = as_coroutine(cotool.find_consensus)
similarity_matrix = as_coroutine(cotool.similarity_matrix)
statement_support = as_coroutine(cotool.statement_support)
