"""What a syslog server, viewer or editor added to a line: framings, damage, repeat notices; lines of a window.

Public: `framing`, `framing_patterns`, `damage.repair`, `unwrap`, `lines.LineTable`.
It must not know grammars. A new framing is a pattern in `framing_patterns`.
"""
