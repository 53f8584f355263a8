"""Words that programs write in messages: where few of them differ, they are text and no values."""

from __future__ import annotations

from cotool._lazy import lazy_pattern

_WORDS = frozenset(
    """
    about accept access account acquire acquired active actual add added adding additional
    address affect after again agent all allow allowed already also an and another any app
    application archive are args argument arguments as assuming at attempt attempting attempts
    attribute auth authentication authorization automatically available back background base
    based batch be because been before being below between blob body both broken bucket buffer
    build building built but by byte bytes cache cached caching call callback calling can cancel
    cannot caught certificate change changed changes changing characters check checking chunk
    chunked client close closed closing cloud code command commands commit compatible complete
    completed compression compute confidence config configs configuration configured conflicting
    connected connecting connection connections consider constructing contain container contains
    content context continue continuing control converted copied copy copying correct corrupted
    could couldn count create created creating credential credentials current currently custom
    data database default defaulting defined definition delete deleted deleting deletion
    dependency deprecated destination details detected determine determined did different
    directly directories directory disable disabled discarded discarding discovery disk do doc
    docker does doesn domain don done down download downloaded downloading dropped due duplicate
    during effect elapsed empty enable enabled enabling encoding encountered end endpoint
    endpoints engine ensure entries entry env environment equivalent error errors evaluation
    event exception executable executing exist existing exists exit exited exiting expected
    expire expired explicit expressly extension external extra face fail failed fails failure
    fall fallback falling false fetch fetching field file files final find finding finished
    first fix flag folder following for forbidden force format found from full function
    functions future gcloud generated generating get getting git given got granted graph gsutil
    handle handler handling has hash hashes have header headers helper hit host hostname however
    http https id identity if ignore ignored ignoring image import in included incorrect
    incremented index info information initial initializing input install installed installing
    instance instances instead internal into invalid is issue it its job json key keys kwargs
    language latest least legacy length library like likely limited line link list listening
    listing load loaded loading local located location locations lock log logger logging looking
    loop machine make making malformed manifest match matched matches matching maximum may mean
    meant memory message meta metadata method metrics might minimum minutes missing mode model
    modified module more move moving ms multiple must name names need needed negative new no non
    none not note nothing notification now number object objects obtain occurred of old on one
    only open opened operation option options or order origin other out output outside over
    override package packages page parameter parameters params parent parse parsing part passed
    patch path payload perform permission permissions pid please policy polling pool port
    possible prefix present prevented previous private prober problem process processing profile
    project prompt provide provided provider public publish python query queue queueing raise
    raised range reached read readable reading ready reason received recommend recommended
    redirecting refresh refreshed refreshing regex region registry release remote remove removed
    removing replacing report repository request requested requests required requirements
    requires resetting resolve resource resources response result results retries retrieve
    retrieved retrieving retry retryable retrying returned returning revoked role rule rules run
    running runtime same saved saving scopes script sec seconds secret section security see send
    sending sent server service serving set setting setup shared should shutting sign signal
    signature signing since single size skip skipped skipping sleeping smaller snapshot so
    socket some source specified specify stack standard start started starting startup state
    status stderr step still stop storage store stored stream streaming string submitting
    subprocess successfully supplied support supported sure symlink system tag take target task
    temp template temporary terminating test than that the them there these they this thread
    threads threshold through time timeout to token tokens too took tool topic total trace
    tracker transfer transport tree true truncating try trying type unable unavailable under
    unexpected unknown unreachable unset unsupported until unused up update updated updating
    upload uploaded uploading uploads url use used user uses using valid validate validating
    validation value variable verify version versions via wait waiting want warning was we well
    were when where which while will with within without won work worker working would write
    writing written wrote yet you your
    """.split()
)
# Verbs, adverbs and abstract nouns by their endings.
_ENDING = lazy_pattern(r"[a-z]{3,}(?:ed|ing|ly|[st]ion|ment|able|ible|ful|less|ness)")


def is_known(word: str) -> bool:
    """Tell whether a word in small letters is one of messages; marks around it do not count."""
    word = word.strip(".!?%*-_")
    return word in _WORDS or _ENDING.fullmatch(word) is not None or word.rstrip("s") in _WORDS
