"""Keyed pseudonyms of words, numbers and addresses: equal values get equal pseudonyms, of the same shape and width.

A key is random and lives as long as a run, unless the owner keeps it in a map. Without it a pseudonym can be neither
computed nor reversed. Letters become letters of the same case, and digits become digits: a grammar reads what it read
before. Tokens without a meaning of their own (identifiers, blobs) get random characters of their alphabet: the case of
each letter would tell something about the text that base64 hides.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import blake2b
from itertools import groupby
from secrets import token_bytes

from lyncphone_logs.redaction.permutation import Permutation

KEY_BYTES = 32
MAX_CACHED = 50_000
"""Pseudonyms that are cached. Others are computed again, with the same result."""
MIN_STREAMED = 1 << 48
"""From this number of possible values on, two values do not meet: a digest replaces the permutation."""
MAX_PERMUTED_DIGITS = 14
MAC_DIGITS = 12
MIN_GROUP, MIN_HEXADECIMAL = 4, 8
"""Digits of a hexadecimal number, and of one that has no meaning of its own."""
MIN_OPAQUE = 12
"""Letters and digits of a piece from which on it has no meaning of its own."""
_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
_HEX, _MIXED = _DIGITS + "abcdef", _DIGITS + _LETTERS + _LETTERS.upper()
_PIECES = re.compile(r"[^\W_]+|[\ud800-\udfff]+")
_HEXADECIMAL = re.compile(r"[0-9a-f]+|[0-9A-F]+")


class Pseudonyms:
    """The pseudonyms under one key. `is_word` says which texts are words of the program: they never become one.

    `makers` are the prefixes of MAC addresses (six lower-case digits) that name a maker.
    """

    def __init__(
        self,
        key: bytes | None = None,
        is_word: Callable[[str], bool] = lambda text: False,
        makers: Mapping[str, str] | None = None,
    ) -> None:
        self.key = key or token_bytes(KEY_BYTES)
        self._is_word = is_word
        self.makers = makers or {}
        self._known: dict[tuple[str, str], str] = {}
        self._permutations: dict[tuple[bytes, int], Permutation] = {}

    def name(self, text: str) -> str:
        """Every piece of letters and digits replaced; what separates them stays."""
        return _PIECES.sub(lambda found: self.piece(found[0]), text)

    def piece(self, text: str) -> str:
        """The pseudonym of a run of letters and digits."""
        return self._cached("piece", text, self._piece)

    def number(self, text: str) -> str:
        """Digits replaced, without regard to their meaning; other characters stay."""
        digits = "".join(each for each in text if each.isdecimal())
        new = iter(self.piece(digits) if digits else "")
        return "".join(next(new) if each.isdecimal() else each for each in text)

    def opaque(self, text: str) -> str:
        """Each letter and digit replaced by a random one of the alphabet of the text; what separates them stays."""
        return self._cached("opaque", text, self._opaque)

    def hexadecimal(self, digits: str, label: str = "hex") -> str:
        """Hexadecimal digits replaced by others: the case of their letters is that of the text."""
        return self._cached(f"hex {label}", digits, lambda text: self._hexadecimal(text, label))

    def mac(self, text: str) -> str:
        """A MAC address in any notation: the maker's prefix stays. That of a random address is replaced too."""
        digits = "".join(each for each in text if each.isalnum())
        folded = digits.lower()
        if not folded.strip("0") or not folded.strip("f"):
            return text
        is_makers = folded[:6] in self.makers or not int(folded[1], 16) & 0b10
        keeps = 6 if is_makers and len(digits) == MAC_DIGITS else 0
        new = iter(digits[:keeps] + self.hexadecimal(folded[keeps:], folded[:keeps]))
        is_upper = digits.upper() == digits
        shown = "".join(next(new) if each.isalnum() else each for each in text)
        return shown.upper() if is_upper else shown

    def below(self, number: int, limit: int, label: str = "") -> int:
        """Another number below the limit."""
        place = (label.encode("utf-8", "surrogatepass"), limit)
        permutation = self._permutations.get(place)
        if permutation is None:
            if len(self._permutations) >= MAX_CACHED // 50:
                self._permutations.clear()
            permutation = self._permutations[place] = Permutation(self._keyed(place[0]), b"", limit)
        return permutation.of(number)

    def _keyed(self, label: bytes) -> bytes:
        return blake2b(label, key=self.key, digest_size=32).digest()

    def _cached(self, kind: str, text: str, make: Callable[[str], str]) -> str:
        found = self._known.get((kind, text))
        if found is None:
            if len(self._known) >= MAX_CACHED:
                self._known.clear()
            found = self._known[kind, text] = make(text)
        return found

    def _piece(self, text: str) -> str:
        if text.isdecimal() and text.isascii() and len(text) <= MAX_PERMUTED_DIGITS:
            return str(self.below(int(text), 10 ** len(text), "digits")).zfill(len(text))
        if is_opaque(text):
            return self._opaque(text)
        if _HEXADECIMAL.fullmatch(text) and len(text) >= MIN_GROUP and any(each.isdecimal() for each in text):
            return self._hexadecimal(text, "piece")
        alphabets = [_DIGITS if each.isdecimal() else _LETTERS for each in text]
        # A few characters are several ones in lower case.
        folded = text.lower() if text.isascii() else "".join(each.lower()[0] for each in text)
        shape = "".join("0" if each is _DIGITS else "a" for each in alphabets)
        new, seen = folded, 0
        while True:
            new = self._in_alphabets(new, alphabets, shape)
            seen += 1
            if seen > MAX_WALK or (new != folded and not self._is_word(new)):
                break
        return "".join(other.upper() if each.isupper() else other for each, other in zip(text, new, strict=True))

    def _in_alphabets(self, text: str, alphabets: list[str], shape: str) -> str:
        limit = 1
        for alphabet in alphabets:
            limit *= len(alphabet)
        if limit >= MIN_STREAMED or not text.isascii():
            letters = self._characters(_LETTERS, f"letters {shape}\0{text}", len(text))
            digits = self._characters(_DIGITS, f"digits {shape}\0{text}", len(text))
            return "".join(
                digit if alphabet is _DIGITS else letter
                for alphabet, letter, digit in zip(alphabets, letters, digits, strict=True)
            )
        number = 0
        for alphabet, each in zip(alphabets, text, strict=True):
            number = number * len(alphabet) + alphabet.index(each)
        number = self.below(number, limit, f"piece {shape}")
        found = []
        for alphabet in reversed(alphabets):
            number, place = divmod(number, len(alphabet))
            found.append(alphabet[place])
        return "".join(reversed(found))

    def _opaque(self, text: str) -> str:
        together = "".join(each for each in text if each.isalnum())
        if _HEXADECIMAL.fullmatch(together):
            alphabet = _HEX.upper() if together != together.lower() else _HEX
        elif together.isupper():
            alphabet = _DIGITS + _LETTERS.upper()
        elif together.islower():
            alphabet = _DIGITS + _LETTERS
        else:
            alphabet = _MIXED[10:] if together.isalpha() else _MIXED
        new = self._characters(alphabet, f"opaque\0{text}", len(text))
        if len(together) == len(text):
            return new
        return "".join(
            other if each.isalnum() or not each.isascii() else each for each, other in zip(text, new, strict=True)
        )

    def _characters(self, alphabet: str, label: str, count: int) -> str:
        """Random characters that depend on the key and the label."""
        data = label.encode("utf-8", "surrogatepass")
        digests = b"".join(
            blake2b(number.to_bytes(4, "big") + data, key=self.key, digest_size=64).digest()
            for number in range(-(-count // 64))
        )
        return digests[:count].translate(_table(alphabet)).decode("ascii")

    def _hexadecimal(self, text: str, label: str) -> str:
        if not text:
            return ""
        is_decimal, folded, width = text.isdecimal(), text.lower(), len(text)
        base, alphabet = (10, _DIGITS) if is_decimal else (16, _HEX)
        if base**width >= MIN_STREAMED:
            shown = self._characters(alphabet, f"hex {label}\0{folded}", width)
            return shown.upper() if text != folded else shown
        number = int(folded or "0", base)
        while True:
            number = self.below(number, base**width, f"hex {label} {is_decimal}")
            new = format(number, f"0{width}{'d' if is_decimal else 'x'}")
            if is_decimal or not new.isdecimal():
                break
        assert set(new) <= set(alphabet)
        return new.upper() if text != folded else new


MAX_WALK = 64
"""Pseudonyms that are tried until one is no word of the program."""


@cache
def _table(alphabet: str) -> bytes:
    """The character of an alphabet for each byte."""
    return bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256))


def is_opaque(piece: str) -> bool:
    """Whether a run of letters and digits is an identifier or a piece of a blob, and no name or number."""
    if len(piece) >= MIN_HEXADECIMAL and _HEXADECIMAL.fullmatch(piece) and not piece.isdecimal():
        return any(each.isdecimal() for each in piece)
    if len(piece) < MIN_OPAQUE or piece.isdecimal() or not piece.isascii():
        return False
    if any(each.isdecimal() for each in piece):
        return sum(1 for is_digit, _ in groupby(piece, str.isdecimal)) > 2
    return not (piece.islower() or piece.isupper() or piece[1:].islower())
