"""An order that staff put together with the customer: at the counter, on the telephone, in the
showroom. It is the same draft and the same form as the customer's own; the name of the draft says
whose tablet it lies on, and its last word is the channel."""

from collections.abc import Sequence
from typing import Final

from django import forms
from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counter.models import ConsentHow, Customer, NetworkOrder, OrderChannel, ShowroomDraft
from counter.showroom import amounts, drafts, order_words, orders
from counter.trade_in_forms import SignedForm
from inventory.forms.fields import LineField
from inventory.models import Store

CHANNELS: Final = (OrderChannel.COUNTER, OrderChannel.TELEPHONE, OrderChannel.SHOWROOM)
LATER: Final = "later"


class CustomerForm(forms.Form):
    """For whom, and how they came to us."""

    phone = LineField(
        label=_("Telephone of the customer"),
        max_length=20,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    name = LineField(label=_("Name, when they are new"), max_length=60, required=False)
    channel = forms.ChoiceField(
        label=_("Came in"),
        choices=[(each.value, each.label) for each in CHANNELS],
        initial=OrderChannel.COUNTER,
        widget=forms.RadioSelect,
    )


class ReadBackForm(SignedForm):
    """How the customer said yes, and what stood on the tablet."""

    edition = forms.IntegerField(min_value=0, max_value=10**6)
    shown = forms.IntegerField(min_value=0, max_value=10**12)
    how = forms.ChoiceField(
        choices=[(ConsentHow.TABLET, ""), (ConsentHow.TELEPHONE, ""), (LATER, "")]
    )

    @property
    def consent(self) -> ConsentHow | None:
        how = self.cleaned_data["how"]
        return None if how == LATER else ConsentHow(how)


def draft_of(customer: Customer, *, store: Store, channel: str) -> ShowroomDraft:
    """What this store has begun for a customer; an empty draft where there is nothing."""
    return drafts.open_draft(customer, f"{store.code} {channel}")


def draft_for(store: Store, uuid: object) -> ShowroomDraft:
    """A draft that lies on a tablet of this store, else 404."""
    rows = ShowroomDraft.objects.select_related("customer", "order")
    return get_object_or_404(rows, uuid=uuid, name__startswith=f"{store.code} ")


def begun(store: Store) -> Sequence[ShowroomDraft]:
    """Drafts of this store that hold lines and were not sent, newest first (1 query)."""
    rows = ShowroomDraft.objects.filter(name__startswith=f"{store.code} ", sent_at=None)
    rows = rows.select_related("customer").order_by("-changed_at")[:20]
    return [row for row in rows if row.content.get("lines")]


def channel_of(draft: ShowroomDraft) -> OrderChannel:
    return OrderChannel(draft.name.rpartition(" ")[2])


def text_of(draft: ShowroomDraft) -> str:
    """What the customer signs: the order in words, as its first version will keep them but for the
    number that it does not have yet."""
    wish = drafts.wish_of(draft).tidied()
    return "\n".join(order_words.wish_words(wish, total_cents=_total_cents(draft)))


def send(draft: ShowroomDraft, form: ReadBackForm, *, by: User) -> NetworkOrder:
    """The draft becomes an order. Refused as `drafts.send` is."""
    typed = form.cleaned_data
    is_signed = form.consent == ConsentHow.TABLET
    return drafts.send(
        draft=draft,
        edition=typed["edition"],
        shown_cents=typed["shown"],
        by=by,
        channel=channel_of(draft),
        how=form.consent,
        signature=form.drawn if is_signed else None,
    )


def _total_cents(draft: ShowroomDraft) -> int:
    wish, at = drafts.wish_of(draft), timezone.now()
    told = amounts.estimate(wish, at=at, store=orders.showroom(), customer=draft.customer)
    return told.total_cents
