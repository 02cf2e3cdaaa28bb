"""Inputs as windows of complete lines: files, pipes, archives, compression, encodings, rotated files.

Public: `discovery.find_sources`, `source.Source`, `window.Window`.
It must not know what is in a line.
"""
