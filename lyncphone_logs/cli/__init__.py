"""The command line: one module per command, shared options, exit codes and output.

Public: `app.run`. The only package that imports typer.
It must not know how a trace is read or diagnosed: each command calls `api` and prints the result with `reports`.
"""
