"""Redactors and maskers with the vocabulary of a catalog."""

from functools import cache

from lyncphone_logs.catalog import Catalog, read_catalog
from lyncphone_logs.events.makers import maker_prefixes
from lyncphone_logs.redaction.known_parts import KnownParts
from lyncphone_logs.redaction.masking import Masker
from lyncphone_logs.redaction.pseudonyms import Pseudonyms
from lyncphone_logs.redaction.redactor import Redactor
from lyncphone_logs.redaction.words import vocabulary_of


def redactor_of(catalog: Catalog, key: bytes | None = None) -> Redactor:
    """A redactor that keeps the words of the grammars and rules of a catalog; without a key, with a new random one."""
    vocabulary = vocabulary_of(catalog.grammars, catalog.rules)
    names = Pseudonyms(key, vocabulary.is_word, maker_prefixes())
    return Redactor(vocabulary, KnownParts(catalog.grammars), names)


def masker_of(catalog: Catalog) -> Masker:
    """A masker that shows the words of the grammars and rules of a catalog."""
    return Masker(vocabulary_of(catalog.grammars, catalog.rules))


@cache
def builtin_masker() -> Masker:
    """The masker with the built-in vocabulary."""
    return masker_of(read_catalog())
