from cotool.consensus.api import (
    find_consensus as find_consensus,
    find_consensus_batch as find_consensus_batch,
)
from cotool.consensus.decide.neighbourhood import (
    Neighbours as Neighbours,
    neighbours as neighbours,
)
from cotool.consensus.decide.similarity import similarity_matrix as similarity_matrix
from cotool.consensus.decide.support import StatementSupport as StatementSupport
from cotool.consensus.decide.support import statement_support as statement_support
from cotool.consensus.learning.lessons import (
    Learning as Learning,
    give_feedback as give_feedback,
)
from cotool.consensus.learning.store import Store as Store
from cotool.consensus.model import (
    Cluster as Cluster,
    Consensus as Consensus,
    Dissent as Dissent,
    Insight as Insight,
    Question as Question,
    Response as Response,
)
from cotool.consensus.read.gold import (
    Gold as Gold,
    read_gold as read_gold,
)
from cotool.consensus.read.layout import Keys as Keys
from cotool.consensus.read.readers import read_questions as read_questions
from cotool.consensus.truth.methods import (
    Truth as Truth,
    correlated as correlated,
    dawid_skene as dawid_skene,
    glad as glad,
    mace as mace,
    majority_vote as majority_vote,
    one_coin_dawid_skene as one_coin_dawid_skene,
    wawa as wawa,
)
