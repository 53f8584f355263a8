"""Consensus among experts, analysis of logs, encryption: at the speed of the machine.

The public names load on first use, so `import cotool` is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cotool._lazy import lazy

if TYPE_CHECKING:
    from cotool.build_info import build_info
    from cotool.consensus import (
        Cluster,
        Consensus,
        Dissent,
        Gold,
        Insight,
        Learning,
        Question,
        Response,
        Store,
        Truth,
        correlated,
        dawid_skene,
        find_consensus,
        find_consensus_batch,
        give_feedback,
        glad,
        mace,
        majority_vote,
        neighbours,
        one_coin_dawid_skene,
        read_gold,
        similarity_matrix,
        wawa,
    )
    from cotool.consensus.dataframes import to_pandas, to_polars
    from cotool.errors import (
        CostRefusedError,
        CotoolError,
        InputError,
        IntegrityError,
        MalformedHeaderError,
        MissingExtraError,
        MissingKeyError,
        StoreError,
        TruncatedError,
        UnsupportedFormatError,
        VaultError,
        WrongKeyError,
    )
    from cotool.logs import LogSummary, Template, TemplateSet, analyze_logs, mine_templates
    from cotool.logs.handler import CountingHandler
    from cotool.vault import (
        KeyFile,
        Keyring,
        Passphrase,
        Vault,
        decrypt,
        encrypt,
        hash_passwords,
        inspect,
        reencrypt,
        rewrap,
        sign,
        verify,
        verify_passwords,
        verify_signatures,
    )

__version__ = "0.1.0"

__all__ = [
    "Cluster",
    "Consensus",
    "CostRefusedError",
    "CotoolError",
    "CountingHandler",
    "Dissent",
    "Gold",
    "InputError",
    "Insight",
    "IntegrityError",
    "KeyFile",
    "Keyring",
    "Learning",
    "LogSummary",
    "MalformedHeaderError",
    "MissingExtraError",
    "MissingKeyError",
    "Passphrase",
    "Question",
    "Response",
    "Store",
    "StoreError",
    "Template",
    "TemplateSet",
    "TruncatedError",
    "Truth",
    "UnsupportedFormatError",
    "Vault",
    "VaultError",
    "WrongKeyError",
    "analyze_logs",
    "build_info",
    "correlated",
    "dawid_skene",
    "decrypt",
    "encrypt",
    "find_consensus",
    "find_consensus_batch",
    "give_feedback",
    "glad",
    "hash_passwords",
    "inspect",
    "mace",
    "majority_vote",
    "mine_templates",
    "neighbours",
    "one_coin_dawid_skene",
    "read_gold",
    "reencrypt",
    "rewrap",
    "sign",
    "similarity_matrix",
    "to_pandas",
    "to_polars",
    "verify",
    "verify_passwords",
    "verify_signatures",
    "wawa",
]

_ERRORS = [
    "CostRefusedError",
    "CotoolError",
    "InputError",
    "IntegrityError",
    "MalformedHeaderError",
    "MissingExtraError",
    "MissingKeyError",
    "StoreError",
    "TruncatedError",
    "UnsupportedFormatError",
    "VaultError",
    "WrongKeyError",
]
_LOGS = ["LogSummary", "Template", "TemplateSet", "analyze_logs", "mine_templates"]
_VAULT = [
    "KeyFile",
    "Keyring",
    "Passphrase",
    "Vault",
    "decrypt",
    "encrypt",
    "hash_passwords",
    "inspect",
    "reencrypt",
    "rewrap",
    "sign",
    "verify",
    "verify_passwords",
    "verify_signatures",
]

__getattr__ = lazy(
    "cotool",
    {
        **dict.fromkeys(__all__, "cotool.consensus"),
        **dict.fromkeys(_ERRORS, "cotool.errors"),
        **dict.fromkeys(_LOGS, "cotool.logs"),
        **dict.fromkeys(_VAULT, "cotool.vault"),
        **dict.fromkeys(["to_pandas", "to_polars"], "cotool.consensus.dataframes"),
        "CountingHandler": "cotool.logs.handler",
        "build_info": "cotool.build_info",
    },
)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
