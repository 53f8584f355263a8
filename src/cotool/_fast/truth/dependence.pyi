from array import array

from typing_extensions import Buffer

def weights(both: Buffer, same: Buffer, experts: int) -> tuple[array[float], float]: ...
