"""`python -m lyncphone_logs`."""

from lyncphone_logs.cli.app import main

main()
