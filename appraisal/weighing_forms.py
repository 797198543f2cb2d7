"""What a form that weighs sends: a reading that was kept, else typed grams, else nothing."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.models import User

from appraisal import weighings
from appraisal.models import Scale
from appraisal.weighings import Shown
from inventory.forms.fields import LARGEST_KEY, GramsField
from inventory.ground.errors import BadField
from inventory.models import Store


class WeightForm(forms.Form):
    """What one scale shows: a reading that was kept, or typed grams and the scale read by eye."""

    grams = GramsField(required=False)
    reading = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY)
    scale = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_KEY)

    @property
    def before(self) -> str:
        """What stands before the names of its fields."""
        return f"{self.prefix}-" if self.prefix else ""

    def shown(self, *, store: Store, by: User) -> Shown:
        """A reading that is not this person's is none; the rule refuses to settle nothing."""
        clean = self.cleaned_data
        if clean["reading"]:
            found = weighings.find_reading(pk=clean["reading"], by=by, store=store)
            if found is None:
                raise weighings.ReadingGone(field=f"{self.before}grams")
            return Shown(reading=found, prefix=self.before)
        scale = Scale.objects.filter(store=store, active=True, pk=clean["scale"]).first()
        return Shown(typed_mg=clean["grams"], scale=scale, prefix=self.before)


def shown_of(post: Mapping[str, Any], *, store: Store, by: User, prefix: str = "") -> Shown:
    """From the fields of templates/appraisal/_scale.html; `prefix` as it was given there, "17-".

    Refused: grams that are none, a reading that is not this person's.
    """
    form = WeightForm(post, prefix=prefix.removesuffix("-") or None)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadField(str(errors[0]), field=form.add_prefix(name))
    return form.shown(store=store, by=by)
