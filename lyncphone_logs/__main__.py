"""`python -m lyncphone_logs`."""

from lyncphone_logs.cli import main

main()
