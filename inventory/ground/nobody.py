"""Two users that stand for nobody in the shop: what the machine does, and what a customer does.

Neither can sign in: no password, not active. `system` may do everything (`counter/clerks.py`),
because only a command at the machine itself or a job can act for it.
"""

from typing import Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser, User

SYSTEM: Final = "system"
CUSTOMER: Final = "customer"


def system() -> User:
    """Whoever runs a command or a job."""
    return _nobody(SYSTEM)


def customer() -> User:
    """Whoever stands at the other side of a public page."""
    return _nobody(CUSTOMER)


def is_system(user: User | AnonymousUser) -> bool:
    """Whether this is the machine. A person who was given the same user name is not: a person can
    sign in."""
    return user.get_username() == SYSTEM and not user.is_active


def is_customer(user: User | AnonymousUser) -> bool:
    """Whether this is whoever stands at the other side of a public page."""
    return user.get_username() == CUSTOMER and not user.is_active


def _nobody(username: str) -> User:
    # found by its inactivity too: a person of this name makes the creation fail, and loudly
    found, _made = User.objects.get_or_create(
        username=username, is_active=False, defaults={"password": make_password(None)}
    )
    return found
