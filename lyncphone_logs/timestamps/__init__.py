"""Time stamps: formats, missing years, clock corrections, time zones, `--since` and `--until`.

Public: `formats`, `resolver.StampResolver`, `years`, `correction`, `zones.Zones`, `time_range.TimeRange`.
It must not know grammars or rules. Naive times are as written; UTC only if the zone is known.
"""
