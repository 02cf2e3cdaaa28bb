"""The recorded TLS handshakes of fixtures/x509 with their true causes."""

import csv
from dataclasses import dataclass
from functools import cache

from support.paths import FIXTURES

MATRIX = FIXTURES / "x509"
CERT = "local7.err voip_task[440]: CERT     : ERR  - "
LINE = f"{CERT}{{{{acl_user_tls_server_validation():653}}}} server cert is invalid. ctx->error={{}}."


@dataclass(frozen=True)
class Row:
    number: int
    scenario: str
    codes: tuple[str, ...]
    queue: tuple[str, ...]
    true: frozenset[str]

    def __str__(self) -> str:
        return f"row {self.number}: {' '.join(self.codes)}"


@cache
def rows() -> tuple[Row, ...]:
    with (MATRIX / "x509_situations.csv").open(encoding="utf-8") as file:
        true = {
            each["scenario"]: frozenset(filter(None, each["true_diagnosis"].split(" or ")))
            for each in csv.DictReader(file)
        }
    with (MATRIX / "x509_verify_matrix.csv").open(encoding="utf-8") as file:
        return tuple(_row(number, each, true) for number, each in enumerate(csv.DictReader(file), 2))


def _row(number: int, row: dict[str, str], true: dict[str, frozenset[str]]) -> Row:
    codes = tuple(each.partition("@")[0] for each in row["callback_errors"].split())
    queue = tuple(filter(None, row["client_error_queue"].split(" | ")))
    return Row(number, row["scenario"], codes, queue, true[row["scenario"]])
