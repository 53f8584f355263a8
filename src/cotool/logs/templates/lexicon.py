"""Common words of messages. A place that holds only a few of them is text, not a value.

`_COMMON` was counted by bench/lexicon.py: the words of texts in the standard library of CPython
3.11 (Python Software Foundation License) that at least twelve of its files use. `_TERMS` are words
of operations that were written down for cotool. Twelve was chosen on the calls of 16 Python
packages (GA .847, FGA .672; with eight files .838 and .662), and gives .888 and .679 on 17 others.
"""

from __future__ import annotations

from cotool._lazy import lazy_pattern

_COMMON = """
    abcdefghijklmnopqrstuvwxyz able about above absolute abstract accept accepts access action
    active actual add additional address addresses adds after again against algorithm alias all
    allow allows along already also alternate alternative always amount an and another any
    appear appears append applications applies appropriate arbitrary are arg args arguments
    around array as assume async asynchronous asyncio at attempt attempts attribute attributes
    avoid await aware back background backward backwards bad bar base basic be because become
    becomes been before begin behavior being below best between big binary bit bits blank block
    blocks body bool boolean both bound broken buffer build built builtin but by byte bytes
    cache call callback callbacks caller calls can cannot canonical care case cases caught cause
    certain change changes char character characters charset check checks child children class
    classes clean clear client close cls cmd code codec column command commands comments common
    compare comparison compatibility compile compiler complete compliant component components
    conditions config connect consists constants construct constructor contain container
    contains content contents context continue control controls convert copy coroutine correct
    could count create creates current custom data database date de debug decimal decode def
    default defaults define defines delete dependent depends describe descriptor details
    determine dict dictionaries dictionary dicts did difference different digit digits dir
    direct directories directory disk display distributions distutils do does doing done dot
    double down due each effect eg either elements else email empty enable encode end ends
    enough ensure entire entries entry equal equivalent error errors etc even event events every
    exact example except exceptions exclusive execute exist exists exit explicit extensions
    external extra factory fail fails failure fallback false fd feature features field fields
    file filename filenames files filesystem filter final find first flag flags float follow
    follows foo for force form format formats found four frame framework free from full func
    functionality functions further future gencodec general generate generator generic get gets
    give given gives global got greater group groups had handle handler handlers handles happen
    hard has hash have header headers help helper here high higher hold hook host hostname how
    however http https human id identical identifier ie if ignore illegal implementations
    implements import important importlib in include includes incomplete index indicate
    indicates individual info initial input insert inside install instance instances instantiate
    instead int integer integers interface interfaces internal interpreter into invalid io is it
    item items iterator its itself just keep key keys keyword keywords kind know known kwargs
    language large larger last later latter least left legacy lemburg length less level
    libraries library like limit line lineno lines link list lists literal load loader local
    long longer look looks lookup loop lower machine made main make makes mal manager many map
    mappings maps match matches max maximum may means mechanism member members memory message
    messages meta metadata method methods might mix mode modify module modules more most msg
    much multi multiple must name names namespace necessary need needs negative neither network
    never new newline newlines next no node non none nor normal not note now null number numbers
    numeric obj object objects occur occurs of off offset often old on once one only open
    operations option optional options or order original os other otherwise our out output
    outside over overridden override overrides overwrite own package packages pair pairs
    parameter parameters parent parse parser part particular parts pass passes password path
    pathname paths pattern per perform performance perhaps pickle pipe place plain platform
    platforms plus point points policy port positional positive potential pre prefix present
    prevent previous print prints prior priority private problem process processes produce
    produces program proper properties property protocol provide provides public purposes put
    python queue quote quotes raise raises random range rather raw re read ready real reason
    reasons recent recursive refer reference references register registry regular relative
    release removal remove replace report repr represent represents request requests require
    requires reset resolve resource resources response rest result results return returns
    reverse right routine rules run runs runtime safe same save scheme scope script scripts
    search second seconds see self semantics send sense sent separate separator sequence
    sequences server servers service set sets settings setup several shell short should show
    shutdown side signal signature similar simple since single size skip small so socket some
    sort source space spaces spec special specific specifies specify split stack standard start
    starts state static status stderr stdin stdout step still stop store str stream strict
    strings structure structures style sub subclass subclasses subprocess subsequent subset
    subtype success such support supports sure symbols syntax sys system systems tab table tabs
    tag take taken takes target tells temporary test tests text than that the their them then
    there these they thing things this those though thread threads three through thus time
    timeout times timestamp to together token too top total trace traceback transfer transport
    tree tries true try tuple tuples turn twice two type types unable under unicode unique
    unknown unless until up upon url usable usage use used user uses using usual utf valid value
    values variables various versions very via view wait want was way we well were what whatever
    when whenever where whether which while whitespace whole whose width will with within
    without word words work works would wrap wrapper wraps write written wrong www yet yield you
    your zero
"""
_TERMS = """
    ack agent archive artifact auth backend batch blob boot broker bucket bus card checkpoint
    chip cloud cluster confidence controller couldn cpu crash credential credentials daemon
    dataset detach discovery docker doesn don driver endpoint etag experimental expire failover
    fan firmware folder follower grant graph halt hashes healthy idle image interrupt introspect
    kernel kill leader lease listen login logout manifest master metrics minutes ms offline
    online outage panic peer pip pipeline plan pod policies pool power probe prober provider
    publish quorum quota rack realm reboot rebuild recommend refresh region rename replica
    restart retries retry role rollback saw scan schema sec secondary secret sensor shard shift
    slave sleep slower snapshot standby storage subscriber sync task temperature tenant term
    thermal threshold throttle topic tracker transform transient trigger unhealthy unlink unlock
    unmount upgrade upload uploads voltage volume vote vs watchdog won worker workload wrote
    zone
"""
_WORDS = frozenset(_COMMON.split() + _TERMS.split())
# Verbs, adverbs and abstract nouns by their endings.
ENDING = lazy_pattern(r"[a-z]{3,}(?:ed|ing|ly|[st]ion|ment|able|ible|ful|less|ness)")


def is_known(word: str) -> bool:
    """Return whether a lower-case word is common in messages; punctuation around it is ignored."""
    word = word.strip(".!?%*-_")
    return word in _WORDS or ENDING.fullmatch(word) is not None or word.rstrip("s") in _WORDS
