"""People: who may do what, and how a PIN proves who stands at the tablet."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from counter import api_clients
from counter.models import Clerk, PinTry, Role
from inventory import places
from inventory.ground import nobody, statements
from inventory.ground.errors import BadField, RuleBroken
from inventory.models import Store

CLERK, CASHIER, CHIEF = Role.CLERK, Role.CASHIER, Role.CHIEF
MANAGER, SHOWROOM, HEAD = Role.MANAGER, Role.SHOWROOM, Role.HEAD

# what a role may do; one line a right
PERMISSIONS: dict[str, frozenset[Role]] = {
    "see_pieces": frozenset({CLERK, CASHIER, CHIEF, MANAGER, SHOWROOM, HEAD}),
    "see_board": frozenset({CLERK, CASHIER, CHIEF, MANAGER, SHOWROOM, HEAD}),
    "open_shift": frozenset({CLERK, CASHIER, CHIEF, MANAGER}),
    "count_pieces": frozenset({CLERK, CHIEF, MANAGER}),
    "sign_handover": frozenset({CLERK, CASHIER, CHIEF, MANAGER}),
    "sign_for_absent": frozenset({MANAGER}),
    "see_handovers": frozenset({CLERK, CASHIER, CHIEF, MANAGER, HEAD}),
    "see_open_counts": frozenset({HEAD}),  # the figures of a place that is being counted blind
    "ask_spot_count": frozenset({CHIEF, MANAGER}),
    "agree_difference": frozenset({CHIEF, MANAGER}),
    "close_investigation": frozenset({MANAGER, HEAD}),
    "see_stocktakes": frozenset({CLERK, CASHIER, CHIEF, MANAGER, HEAD}),
    "run_stocktakes": frozenset({MANAGER, HEAD}),
    "settle_stocktakes": frozenset({CHIEF, MANAGER, HEAD}),  # recounts, outcomes of differences
    "agree_stocktake": frozenset({MANAGER, HEAD}),
    "acknowledge_stocktakes": frozenset({HEAD}),
    "close_day": frozenset({MANAGER}),
    "import_statements": frozenset({MANAGER, HEAD}),
    "sell": frozenset({CLERK, CASHIER, CHIEF, MANAGER}),
    "see_sales": frozenset({CLERK, CASHIER, CHIEF, MANAGER, HEAD}),
    "void_sale": frozenset({CLERK, CHIEF, MANAGER}),
    "agree_void": frozenset({CHIEF, MANAGER}),
    "agree_level": frozenset({CHIEF, MANAGER}),  # a customer's membership
    "agree_discount": frozenset({CHIEF, MANAGER, HEAD}),
    "agree_large_discount": frozenset({MANAGER, HEAD}),
    "agree_any_discount": frozenset({HEAD}),
    "weigh": frozenset({CLERK, CASHIER, CHIEF, MANAGER}),
    "trade_in": frozenset({CLERK, CHIEF, MANAGER}),
    "buy_back": frozenset({CHIEF, MANAGER}),
    "see_credit": frozenset({CASHIER, CHIEF, MANAGER, HEAD}),
    "pay_out_credit": frozenset({CHIEF, MANAGER}),
    "agree_credit_out": frozenset({CHIEF, MANAGER}),
    "see_trade_ins": frozenset({CLERK, CASHIER, CHIEF, MANAGER, HEAD}),
    "agree_trade_in": frozenset({CHIEF, MANAGER}),
    "set_trade_in_rules": frozenset({HEAD}),
    "see_identity": frozenset({MANAGER, HEAD}),
    "watch_cash": frozenset({HEAD}),
    "see_near_limits": frozenset({MANAGER}),  # of the own store, without names
    "handle_scrap": frozenset({CHIEF, MANAGER, HEAD}),
    "melt_scrap": frozenset({HEAD}),
    "serve": frozenset({CLERK, CHIEF, MANAGER}),  # the service desk
    "see_tickets": frozenset({CLERK, CASHIER, CHIEF, MANAGER, HEAD}),
    "agree_service": frozenset({CHIEF, MANAGER}),
    "take_returns": frozenset({CLERK, CHIEF, MANAGER}),
    "see_returns": frozenset({CLERK, CASHIER, CHIEF, MANAGER, HEAD}),
    "agree_return": frozenset({CHIEF, MANAGER}),
    "set_plans": frozenset({HEAD}),
    "see_notices": frozenset({CHIEF, MANAGER, HEAD}),  # the outbox
    "take_claims": frozenset({CLERK, CHIEF, MANAGER}),
    "see_claims": frozenset({CLERK, CHIEF, MANAGER, HEAD}),
    "see_cards": frozenset({CLERK, CASHIER, CHIEF, MANAGER, SHOWROOM, HEAD}),
    "print_cards": frozenset({CLERK, CASHIER, CHIEF, MANAGER}),
    "move_pieces": frozenset({CLERK, CHIEF, MANAGER}),
    "see_supplies": frozenset({CLERK, CASHIER, CHIEF, MANAGER, HEAD}),
    "keep_supplies": frozenset({CLERK, CHIEF, MANAGER}),
    "agree_supplies": frozenset({CHIEF, MANAGER}),  # other than the books say
    "receive_shipments": frozenset({CLERK, CHIEF, MANAGER, SHOWROOM, HEAD}),
    "settle_shipments": frozenset({MANAGER, HEAD}),  # what did not arrive
    "see_ageing": frozenset({MANAGER, HEAD}),  # how long goods have been in stock
    "print_tags": frozenset({CLERK, CHIEF, MANAGER, HEAD}),
    "import_pieces": frozenset({MANAGER, HEAD}),
    "set_prices": frozenset({MANAGER, HEAD}),
    "set_house_prices": frozenset({HEAD}),
    "below_metal": frozenset({HEAD}),  # a price under grams × board
    "set_settings": frozenset({MANAGER, HEAD}),
    "see_cost": frozenset({HEAD}),
    # the network showroom and its queue
    "see_orders": frozenset({CLERK, CASHIER, CHIEF, MANAGER, SHOWROOM, HEAD}),
    "place_orders": frozenset({CLERK, CHIEF, MANAGER, SHOWROOM}),
    # the first check; in a house without a network clerk the manager, who belongs to both stores
    "review_orders": frozenset({MANAGER, SHOWROOM}),
    "work_orders": frozenset({CLERK, CHIEF, MANAGER}),  # from the second check to the hand-over
    "agree_orders": frozenset({CHIEF, MANAGER}),
    "keep_accounts": frozenset({CHIEF, MANAGER, SHOWROOM, HEAD}),  # who follows which customer
    "keep_offers": frozenset({SHOWROOM, HEAD}),  # what a style can be, who is invited
    "keep_dealers": frozenset({HEAD}),  # levels, prices and limits of dealers
    "see_reports": frozenset({MANAGER, HEAD}),  # months of the stores; a manager's: the own one
    "keep_programs": frozenset({HEAD}),  # programs with keys, and who is told of events
    "all_stores": frozenset({HEAD}),
}

# how much of labour or a fixed price a role may take off alone: the name of its setting
DISCOUNT_SETTING = {
    CLERK: "discount_clerk_bp",
    CASHIER: "discount_clerk_bp",
    CHIEF: "discount_chief_bp",
    MANAGER: "discount_manager_bp",
}

WRONG_BEFORE_WAIT, WAIT = 5, timedelta(minutes=5)
WRONG_BEFORE_PASSWORD = 10
PIN_DIGITS = 6


class RoleBackend(ModelBackend):
    """Django's password sign-in, with rights from the table above."""

    def get_user(self, user_id: int) -> User | None:
        along = ("clerk", "clerk__store", "api_client")
        found = statements.read_with(User, "auth_user.id = %s", [user_id], along=along)
        return found[0] if found and self.user_can_authenticate(found[0]) else None

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: Any = None) -> bool:
        if nobody.is_system(user_obj):
            return True
        if not user_obj.is_active:  # as nobody is who is not signed in
            return False
        role = role_of(user_obj)
        if role is None:  # nobody's role, so perhaps a program's key
            return perm in api_clients.rights_of(user_obj)
        return role in PERMISSIONS.get(perm, frozenset())


class PinWrong(RuleBroken):
    code = "pin_wrong"
    status = 422
    sentence = _("This PIN is not right.")


class PinLocked(RuleBroken):
    code = "pin_locked"
    status = 429
    retryable = True
    sentence = _("Too many wrong PINs. Wait five minutes, or sign in with the password.")


class PasswordNeeded(RuleBroken):
    code = "password_needed"
    status = 403
    sentence = _("Too many wrong PINs. Sign in with the password.")


class BadPin(BadField):
    code = "bad_pin"
    sentence = _("A PIN has six digits and is not one digit six times.")


def role_of(user: User) -> Role | None:
    clerk = getattr(user, "clerk", None)
    return Role(clerk.role) if clerk else None


@transaction.atomic
def hire(*, username: str, name: str, role: Role, store: Store, password: str, pin: str) -> Clerk:
    """A new person with a role at a store, a password and a PIN of six digits."""
    _check_new_pin(pin)
    user = User.objects.create_user(username, password=password, first_name=name)
    if role == Role.HEAD:
        # head office keeps the reference data; the books have no form there
        User.objects.filter(pk=user.pk).update(is_staff=True)
    places.join(store=store, user=user)
    return Clerk.objects.create(user=user, role=role, store=store, pin=make_password(pin))


def set_pin(*, clerk: Clerk, pin: str) -> None:
    _check_new_pin(pin)
    Clerk.objects.filter(pk=clerk.pk).update(pin=make_password(pin))


def check_pin(*, user: User, pin: str, purpose: str) -> None:
    """Returns quietly when the PIN is this person's. Each try is written first and stays written;
    five wrong ones in a row make everybody wait five minutes, ten ask for the password.

    Call it outside any transaction: hashing takes its time on purpose.
    """
    tried = _begin_try(user=user, purpose=purpose)
    clerk = Clerk.objects.filter(user=user, user__is_active=True).first()
    right = clerk is not None and check_password(pin, clerk.pin)
    if not right:
        raise PinWrong(field="pin")
    PinTry.objects.filter(pk=tried.pk).update(right=True)


@transaction.atomic
def _begin_try(*, user: User, purpose: str) -> PinTry:
    """A try, written as wrong before the slow part. Refused after too many wrong ones."""
    # one after the other: else many at once would all find the same few tries before them
    list(Clerk.objects.select_for_update(of=("self",)).filter(user=user).values_list("pk"))
    wrong = _wrong_in_a_row(user)
    if len(wrong) >= WRONG_BEFORE_PASSWORD:
        raise PasswordNeeded
    if len(wrong) >= WRONG_BEFORE_WAIT and wrong[0].at > timezone.now() - WAIT:
        raise PinLocked
    return PinTry.objects.create(user=user, at=timezone.now(), right=False, purpose=purpose[:40])


def forgive_pins(user: User) -> None:
    """A sign-in with the password ends a row of wrong PINs."""
    PinTry.objects.create(user=user, at=timezone.now(), right=True, purpose="password")


def name_to_count(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Under which name wrong passwords are counted: that of a user as it is, anything else as a
    hash. A password that was typed into the field of the name is kept nowhere."""
    typed = str((credentials or request.POST).get("username", ""))
    if User.objects.filter(username=typed[:150]).exists():
        return typed
    return salted_hmac("counter.sign_in", typed, algorithm="sha256").hexdigest()


def of_store(store: Store) -> QuerySet[Clerk]:
    """The people who may be switched to at this store's tablets (1 query)."""
    rows = Clerk.objects.filter(store=store, user__is_active=True)
    return rows.select_related("user").order_by("pk")


def who_may(permission: str, *, store: str, but: User) -> list[Clerk]:
    """The people of a store (its code) and of head office who may agree to something, without the
    one who asks."""
    roles = PERMISSIONS.get(permission, frozenset())
    here = Q(store__code=store) | Q(role=HEAD)
    rows = Clerk.objects.filter(here, role__in=roles, user__is_active=True).exclude(user=but)
    return list(rows.select_related("user").order_by("pk"))


def _wrong_in_a_row(user: User) -> list[PinTry]:
    """The newest tries up to the last right one, newest first."""
    newest = PinTry.objects.filter(user=user).order_by("-at", "-pk")[:WRONG_BEFORE_PASSWORD]
    wrong: list[PinTry] = []
    for each in newest:
        if each.right:
            break
        wrong.append(each)
    return wrong


def _check_new_pin(pin: str) -> None:
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()) or len(set(pin)) == 1:
        raise BadPin(field="pin")
