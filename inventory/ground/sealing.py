"""What is encrypted at rest: columns that nobody may read who has the database but not the keys.

`FIELD_KEYS` holds Fernet keys: the first one seals, each of them opens, so that a key is changed
by putting a new one in front. The last one is also the root of `blind_index`: it stays where it
is, or the same number is no longer found.
"""

import hashlib
import hmac
from functools import cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

# the key of the index is derived, so that neither of the two uses tells anything about the other
INDEX_LABEL: Final = b"blind index 1"


class CannotUnseal(Exception):
    """None of the keys here opens this: it was sealed elsewhere, or a key was taken away."""


def seal(plain: bytes) -> bytes:
    """Encrypted and signed under the first key; the same bytes look different every time."""
    return _locks(tuple(settings.FIELD_KEYS)).encrypt(plain)


def unseal(sealed: bytes) -> bytes:
    """What was sealed under any of the keys. Raises `CannotUnseal`."""
    try:
        return _locks(tuple(settings.FIELD_KEYS)).decrypt(sealed)
    except InvalidToken as foreign:
        raise CannotUnseal from foreign


def reseal(sealed: bytes) -> bytes:
    """The same under the first key, so that the keys behind it may go. Raises `CannotUnseal`."""
    try:
        return _locks(tuple(settings.FIELD_KEYS)).rotate(sealed)
    except InvalidToken as foreign:
        raise CannotUnseal from foreign


def blind_index(text: str) -> str:
    """64 hexadecimal digits that are the same for the same text and tell nothing of it without
    the key: finds a number that is stored only sealed."""
    root = hmac.digest(str(settings.FIELD_KEYS[-1]).encode("ascii"), INDEX_LABEL, hashlib.sha256)
    return hmac.new(root, text.encode(), hashlib.sha256).hexdigest()


@cache
def _locks(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
