"""A keyed permutation of the numbers below a limit, in which no number stays where it is.

A Feistel network over two halves of nearly equal size, walked until the result is below the limit (Black and Rogaway,
"Ciphers with Arbitrary Finite Domains", CT-RSA 2002). It needs no table, so memory does not grow with the values, and
two values never become one.
"""

from hashlib import blake2b
from math import isqrt

ROUNDS = 4
MAX_DIGESTS = 1024
"""Digests that are cached for each round: all of them for limits up to a million."""


class Permutation:
    """The permutation of one limit under one key; `label` separates those of other uses."""

    def __init__(self, key: bytes, label: bytes, limit: int) -> None:
        self.limit = limit
        self._left = isqrt(limit - 1) + 1
        self._right = -(-limit // self._left)
        self._keys = [
            blake2b(label + limit.to_bytes(33, "big") + bytes([number]), key=key, digest_size=32).digest()
            for number in range(ROUNDS)
        ]
        self._digests: list[dict[int, int]] = [{} for _ in range(ROUNDS)]

    def of(self, number: int) -> int:
        """The number that stands for this one: never the number itself, if the limit is more than 1."""
        if self.limit < 2:
            return number
        # The next number in the order of a secret permutation: conjugated to a cycle, so nothing is fixed.
        return self._backward((self._forward(number) + 1) % self.limit)

    def _forward(self, number: int) -> int:
        while True:
            left, right = number % self._left, number // self._left
            for place in range(0, ROUNDS, 2):
                left = (left + self._digest(place, right)) % self._left
                right = (right + self._digest(place + 1, left)) % self._right
            number = right * self._left + left
            if number < self.limit:
                return number

    def _backward(self, number: int) -> int:
        while True:
            left, right = number % self._left, number // self._left
            for place in range(ROUNDS - 2, -1, -2):
                right = (right - self._digest(place + 1, left)) % self._right
                left = (left - self._digest(place, right)) % self._left
            number = right * self._left + left
            if number < self.limit:
                return number

    def _digest(self, place: int, half: int) -> int:
        known = self._digests[place]
        found = known.get(half)
        if found is None:
            data = half.to_bytes(17, "big")
            found = int.from_bytes(blake2b(data, key=self._keys[place], digest_size=24).digest(), "big")
            if len(known) < MAX_DIGESTS:
                known[half] = found % (self._right if place % 2 else self._left)
        return found
