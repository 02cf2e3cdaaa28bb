"""Renders findings: text, concise, JSON, Markdown, HTML; also event tables, phone lists and rule pages.

Public: `report.Report` and the `render` function of each format module. The only package that imports rich and jinja2.
It must not know how findings are made, nor read files of a trace.
"""
