from cotool.aio._batch import find_consensus_batch as find_consensus_batch
from cotool.aio._calls import set_limit as set_limit
from cotool.aio._consensus import (
    find_consensus as find_consensus,
    similarity_matrix as similarity_matrix,
    statement_support as statement_support,
)
from cotool.aio._logs import analyze_logs as analyze_logs
from cotool.aio._vault import (
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
