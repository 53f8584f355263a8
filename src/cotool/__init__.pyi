from cotool.build_info import build_info as build_info
from cotool.consensus import (
    Cluster as Cluster,
    Consensus as Consensus,
    Dissent as Dissent,
    Gold as Gold,
    Insight as Insight,
    Learning as Learning,
    Question as Question,
    Response as Response,
    Store as Store,
    Truth as Truth,
    correlated as correlated,
    dawid_skene as dawid_skene,
    find_consensus as find_consensus,
    find_consensus_batch as find_consensus_batch,
    give_feedback as give_feedback,
    glad as glad,
    mace as mace,
    majority_vote as majority_vote,
    neighbours as neighbours,
    one_coin_dawid_skene as one_coin_dawid_skene,
    read_gold as read_gold,
    similarity_matrix as similarity_matrix,
    statement_support as statement_support,
    wawa as wawa,
)
from cotool.consensus.dataframes import (
    to_pandas as to_pandas,
    to_polars as to_polars,
)
from cotool.errors import (
    CostRefusedError as CostRefusedError,
    CotoolError as CotoolError,
    InputError as InputError,
    IntegrityError as IntegrityError,
    MalformedHeaderError as MalformedHeaderError,
    MissingExtraError as MissingExtraError,
    MissingKeyError as MissingKeyError,
    StoreError as StoreError,
    TruncatedError as TruncatedError,
    UnsupportedFormatError as UnsupportedFormatError,
    VaultError as VaultError,
    WrongKeyError as WrongKeyError,
)
from cotool.logs import (
    LogSummary as LogSummary,
    Template as Template,
    TemplateSet as TemplateSet,
    analyze_logs as analyze_logs,
    mine_templates as mine_templates,
)
from cotool.logs.handler import CountingHandler as CountingHandler
from cotool.vault import (
    KeyFile as KeyFile,
    Keyring as Keyring,
    Passphrase as Passphrase,
    Vault as Vault,
    decrypt as decrypt,
    encrypt as encrypt,
    hash_passwords as hash_passwords,
    inspect as inspect,
    reencrypt as reencrypt,
    rewrap as rewrap,
    sign as sign,
    verify as verify,
    verify_passwords as verify_passwords,
    verify_signatures as verify_signatures,
)

__version__: str
