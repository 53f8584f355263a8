"""Common words of log messages. A place that holds only a few of them is text, not a value."""

from __future__ import annotations

from cotool._lazy import lazy_pattern

_WORDS = frozenset(
    """
    able about absent accept access account ack acquire acquired active actual add added adding
    additional address adjusted adjusting affect after again agent alive all allow allowed
    already also always an and another any anywhere app appear application applied archive are
    args argument arguments artifact as associated assuming at attach attached attempt
    attempting attempts attribute attributes auth authenticating authentication authorization
    authorized auto automatic automatically available avoid back backend background backup base
    based batch be because been before beginning behavior being below best between binary bind
    blob block body boot both bounds broken browser bucket buffer build building built bus but
    by byte bytes cache cached caching call callback called calling calls can cancel cancelled
    candidate cannot capabilities captured card case caught cause certificate change changed
    changes changing channel character characters check checking checkpoint child chip chunk
    chunked class clean clear client clock close closed closing cloud code collected command
    commands commit compaction compatibility compatible compiled compiler complete completed
    compressed compression compute condition confidence config configs configuration
    configurations configure configured configuring conflict conflicting connect connected
    connecting connection connections consider constructing contain container contains content
    context continue continuing control controller convert converted converting cookie cookies
    copied copy copying correct correctly corrupted could couldn count cpu crash create created
    creating creation credential credentials current currently custom daemon data database
    dataset dead debug debugging decode decoding default defaulting defined definition degraded
    delete deleted deleting deletion denied dependency deployment deprecated destination detach
    detached details detect detected determine determined device dict did different dir directly
    directories directory disable disabled disabling discarded discarding discovered discovery
    disk dispatching distribution do doc docker documentation does doesn domain don done down
    download downloaded downloading dropped dropping due dump duplicate during each effect
    either elapsed elected election empty enable enabled enabling encoded encoding encountered
    end endpoint endpoints engine ensure entries entry env environment equivalent error errors
    etag evaluation even event everything evicted example exceeds exception excluded executable
    executing execution exist existing exists exit exited exiting expected experimental expire
    expired explicit explicitly export expressly extension external extra extract face fail
    failed fails failure fall fallback falling false fan fault feature fetch fetching few field
    file files final find finding finish finished firmware first fit fix flag flags flow flush
    folder follow follower following for forbidden force format found frame fresh from full
    fully function functions future gcloud generate generated generating get getting git given
    global going got grammar grant granted graph gsutil halt handle handler handling has hash
    hashes have header headers healthy helper here high hit host hostname how however http https
    id identity idle if ignore ignored ignoring image implementation import importing in include
    included incorrect incremented index info information initial initialize initialized
    initializing input inputs inside install installation installed installing instance
    instances instead instructions intended internal interrupt into introspect invalid invoking
    is issue issuing it item items its job joined json just keep kernel key keys kill killed
    kwargs language large last latest lazy lead leader lease least leave left legacy length less
    level library license like likely limit limited line link list listen listening listing load
    loaded loading local located location locations lock locking log logged logger logging login
    logout long longer looking looks loop lost low machine make making malformed managed manager
    manifest manually many map mapping master match matched matches matching max maximum may
    mean means meant member memory message messages meta metadata method metrics might minimum
    minutes missing mode model modified module modules more most mount move moving ms multiple
    must name named names namespace necessary need needed negative network new newer next no
    node nodes non none not note nothing notification now null number object objects obtain
    occurred of off offline offset old on once one online only open opened opening operation
    option options or order origin original other otherwise out output outside over override
    overriding overwrite owner package packages page panic parallel parameter parameters params
    parent parse parsing part partition pass passed passing password patch path paths pattern
    payload peer per perform performance performed performing permission permissions physical
    pid pip pipeline plan platform please points policies policy polling pool port possible
    power prefix present prevented previous previously primary priority private probably probe
    prober problem process processes processing profile progress project promoted prompt provide
    provided provider public publish published pull pulled pulling pushed python query queue
    queueing quota raise raised range reached read readable reading ready realm reason reboot
    rebuild receive received recommend recommended recovered redirecting reference references
    refresh refreshed refreshing regex region register registered registry regular rejected
    release released releasing remote remove removed removing rename renaming replace replacing
    replica replication report repository request requested requesting requests require required
    requirements requires reserved reset resetting resolve resolved resource resources response
    rest restart restarting restored result results resume resuming retries retrieve retrieved
    retrieving retry retryable retrying returned returning revision revoked right role rollback
    rule rules run running runtime same save saved saving saw scan scheduled schema scheme
    scopes script scripts search sec secondary seconds secret section secure security see seen
    segment segments send sending sent sentinel sequence sequential server service serving
    session set setting settings setup shard shared shift should shutdown shutting sign signal
    signature signing since single size skip skipped skipping slave sleep sleeping slow slower
    smaller snapshot so socket some source space spawn specific specified specify ssl stack
    standard start started starting startup state status stderr step steps still stop stopping
    storage store stored stream streaming string submitting subprocess successfully such
    suitable supplied support supported supports sure switching symlink sync system table tables
    tag take tar target task temp temperature template temporary term terminated terminating
    termination test tested than that the them there therefore thermal these they this thread
    threads threshold through time timeout timestamp to token tokens too took tool topic total
    trace tracker training transfer transform transient transition transport treating tree tried
    true truncating try trying tuple type types unable unavailable under unexpected unexpectedly
    unhandled unhealthy unknown unlink unlock unmount unreachable unrecognized unset unsupported
    until unused up update updated updating upgrade upload uploaded uploading uploads url use
    used user username uses using usually valid validate validated validating validation value
    values var variable verification verify version versions via virtual voltage vote vs wait
    waiting wake want warning was watchdog way we weights well were what wheel when where which
    while whole will with within without won word work worker working workload would write
    writing written wrong wrote yet you your yourself zone
    """.split()
)
# Verbs, adverbs and abstract nouns by their endings.
_ENDING = lazy_pattern(r"[a-z]{3,}(?:ed|ing|ly|[st]ion|ment|able|ible|ful|less|ness)")


def is_known(word: str) -> bool:
    """Return whether a lower-case word is common in messages; punctuation around it is ignored."""
    word = word.strip(".!?%*-_")
    return word in _WORDS or _ENDING.fullmatch(word) is not None or word.rstrip("s") in _WORDS
