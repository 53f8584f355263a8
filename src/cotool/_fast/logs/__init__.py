"""Kernels over logs: the scanner, formats of lines, masks and forms, regexes."""
