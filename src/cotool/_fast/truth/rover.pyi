from array import array

from typing_extensions import Buffer

def align(words: Buffer, starts: Buffer, weights: Buffer) -> array[int]: ...
