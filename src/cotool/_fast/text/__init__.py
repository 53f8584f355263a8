"""Kernels over texts: tokens, similarity, neighbours, clustering."""
