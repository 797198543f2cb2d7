"""Who may sign a sheet, as the page offers it: who has signed, who is next, who signs later."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import User
from django.utils.functional import Promise

from counter import clerks, signatures, witnesses
from counter.models import Handover, HandoverState, SignedAs
from counter.sheets import Sheet
from inventory.models import Store


@dataclass(frozen=True)
class Slot:
    """A place for a signature; `value` is the role and the person, as the form sends them."""

    value: str
    role: str | Promise
    user: User
    is_signed: bool = False
    is_next: bool = False


class Signing:
    """The signatures under an open sheet."""

    def __init__(self, handover: Handover) -> None:
        self.handover = handover

    @cached_property
    def _first_stands(self) -> bool:
        """Whether the first of the two signatures holds: the figures are still what they were."""
        sheet = self.handover
        return bool(sheet.first_signed_as) and sheet.first_figures == signatures.figures(sheet)

    @cached_property
    def slots(self) -> list[Slot]:
        """Who signs this form of the sheet, those who have signed marked."""
        slots: list[Slot] = []
        for role in signatures.SIGNERS[self.handover.kind]:
            slots += [self._slot(role, user) for user in self._candidates(role)]
        first = next((slot for slot in slots if not slot.is_signed), None)
        return [
            Slot(slot.value, slot.role, slot.user, slot.is_signed, slot is first) for slot in slots
        ]

    @property
    def managers(self) -> list[Slot]:
        """Who may sign for an outgoing clerk that is not there."""
        if self.handover.shift is None or self._has_signed(SignedAs.OUTGOING):
            return []
        return [
            self._slot(SignedAs.MANAGER, user)
            for user in self._others
            if user.has_perm("sign_for_absent")
        ]

    @property
    def may_be_alone(self) -> bool:
        """Whether somebody may close the sheet here and let the witness sign later."""
        witnessed = SignedAs.WITNESS in signatures.SIGNERS[self.handover.kind]
        return witnessed and witnesses.may_be_alone(self.handover.store) and not self._first_stands

    @cached_property
    def _others(self) -> list[User]:
        """The people of the store whom the sheet does not name."""
        named = {self.handover.outgoing_id, self.handover.incoming_id}
        return [user for user in team_of(self.handover.store) if user.pk not in named]

    def _candidates(self, role: SignedAs) -> list[User]:
        """The named person; for the witness everybody else of the store, once the other has
        signed."""
        if role == SignedAs.OUTGOING:
            return [self.handover.outgoing] if self.handover.outgoing else []
        if role == SignedAs.INCOMING:
            return [self.handover.incoming] if self.handover.incoming else []
        if self._has_signed(SignedAs.WITNESS) and self.handover.first_signed_by:
            return [self.handover.first_signed_by]
        return self._others

    def _slot(self, role: SignedAs, user: User) -> Slot:
        signed = self._has_signed(role)
        if signed and role == SignedAs.OUTGOING and self.handover.first_signed_by:
            user = self.handover.first_signed_by
        return Slot(f"{role}:{user.username}", role.label, user, is_signed=signed)

    def _has_signed(self, role: SignedAs) -> bool:
        """A manager stands in the place of the outgoing clerk."""
        stands = {role, SignedAs.MANAGER} if role == SignedAs.OUTGOING else {role}
        return self._first_stands and self.handover.first_signed_as in stands


def team_of(store: Store) -> list[User]:
    """The people of a store who may sign (1 query)."""
    people = [clerk.user for clerk in clerks.of_store(store)]
    return [user for user in people if user.has_perm("sign_handover")]


def later_slot(sheet: Sheet, *, by: User) -> Slot | None:
    """The signature under a closed sheet that is still missing and that this person may give."""
    handover = sheet.handover
    if handover.state != HandoverState.SIGNED or not by.has_perm("sign_handover"):
        return None
    if any(row.user_id == by.pk for row in sheet.signatures):
        return None
    named = {SignedAs.OUTGOING: handover.outgoing_id, SignedAs.INCOMING: handover.incoming_id}
    for role in sheet.missing:
        is_named = by.pk in named.values()
        if named.get(role) == by.pk or (role == SignedAs.WITNESS and not is_named):
            return Slot(f"{role}:{by.username}", role.label, by, is_next=True)
    return None
