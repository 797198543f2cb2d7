"""The customer's old pieces become a trade-in: what was typed at the counter goes into the book."""

from django.contrib.auth.models import User

from appraisal import reception
from appraisal.models import TradeIn, TradeKind
from counter import customers, trade_in_draft
from counter.trade_in_draft import Draft
from counter.trade_in_forms import ReceiveForm
from inventory.models import Place


def receive(*, draft: Draft, form: ReceiveForm, counter: Place, by: User) -> TradeIn:
    """All pieces of the draft, for the customer with this telephone number if there is one; `form`
    is clean. Refused as `reception.receive` refuses."""
    said = form.cleaned_data
    customer_id = None
    if said["phone"]:
        found = customers.find_or_make(
            phone=said["phone"], name=said["name"], store=counter.store, by=by
        )
        customer_id = found.pk
    return reception.receive(
        counter=counter,
        kind=said["kind"] or TradeKind.SWAP,
        source=form.said,
        brought=trade_in_draft.brought(draft, store=counter.store, by=by),
        by=by,
        customer_id=customer_id,
        representative=said["representative"],
    )
