"""The matrix that kernels return."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cotool._fast.base.matrix import Matrix
from cotool._fast.text.pairwise import bags


def test_numpy_shares_the_memory():
    """numpy.asarray reads the buffer without a copy."""
    matrix = bags(["a b", "b c", "x"], "cosine")
    array = np.asarray(matrix)
    assert array.dtype == np.float32
    assert array.shape == matrix.shape == (3, 3)
    array[0, 1] = 0.25
    assert matrix[0, 1] == 0.25


def test_the_buffer_outlives_the_matrix():
    """An array keeps the memory alive."""
    array = np.asarray(bags([str(i) for i in range(600)], "cosine"))
    assert array.sum() == 600


def test_indexing_without_numpy():
    """Cells, rows and lists, from either end."""
    matrix = bags(["a b", "a", "x"], "cosine")
    assert matrix[-1, -1] == 1
    assert matrix[0] == matrix.row(0) == matrix.tolist()[0] == matrix.row(-3)
    assert len(matrix) == 3
    assert repr(matrix) == "<Matrix 3 x 3 of float32>"
    view = memoryview(matrix)
    assert (view.format, view.shape, view.strides) == ("f", (3, 3), (12, 4))


@pytest.mark.parametrize("key", [(3, 0), (0, 3), (-4, 0), 3])
def test_index_out_of_range(key):
    """An index beyond the matrix is an IndexError."""
    with pytest.raises(IndexError):
        bags(["a", "b", "c"], "cosine")[key]


def test_only_kernels_make_one():
    """A Matrix without memory cannot be made."""
    with pytest.raises(TypeError):
        Matrix()


@given(
    st.lists(
        st.floats(-1023, 1023, width=32)
        | st.floats(0, 1, width=32)
        | st.floats(-(2**-13), 2**-12, width=32)
        | st.integers(-300, 300).map(lambda n: n / 128_000),
        min_size=1,
    )
)
@example([0.0, -0.0, 1.0, 1e-6, 1.2e-5, 9.95e-5, 1e-4, 0.5, 999.9999999])
def test_rows_as_json(cells):
    """Numbers are written as Python writes them after rounding to six decimals."""
    matrix = bags(["x"] * len(cells), "cosine")
    np.asarray(matrix)[0] = cells
    assert matrix.row_json(0) == json.dumps([round(cell, 6) for cell in matrix.row(0)])


@pytest.mark.parametrize("cell", [float("nan"), float("inf"), -1024.0])
def test_rows_without_a_form_in_json(cell):
    """What is no similarity is an error."""
    matrix = bags(["x"], "cosine")
    np.asarray(matrix)[0] = cell
    with pytest.raises(ValueError, match="a cell is"):
        matrix.row_json(0)
    with pytest.raises(IndexError):
        matrix.row_json(1)


def test_too_large_is_a_memory_error():
    """A matrix beyond the address space is refused before it is allocated."""
    with pytest.raises(MemoryError):
        bags(["x"] * 4_000_000, "cosine")
