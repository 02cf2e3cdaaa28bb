"""Evidence from outside the trace as events: certificate files, facts from the user, texts of the phone's screen.

Public: `certificate_file.read_certificates`, `stated.state_facts`, `display.read_display`.
The only package that imports cryptography. It must not know rules or findings.
"""
