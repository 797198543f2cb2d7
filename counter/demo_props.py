"""What the demo's customers bring along: a signature, a picture of their thing, its weight."""

import io
from typing import Final

from django.contrib.auth.models import User
from django.utils import timezone
from PIL import Image, ImageDraw

from appraisal.models import Scale, ScaleReading
from appraisal.weighings import Shown
from inventory.ground import photos
from inventory.ground.signatures import Drawn
from inventory.models import Category, Photo, Store

SIGNED: Final = Drawn([[120, 240, 190, 140, 270, 250, 350, 150, 430, 240, 520, 160, 600, 230]])


def on_scale(scale: Scale, mg: int, *, by: User) -> Shown:
    """A stable value that the balance has just shown."""
    reading = ScaleReading.objects.create(
        scale=scale,
        by=by,
        at=timezone.now(),
        mg=mg,
        line=f"S S {mg / 1000:10.2f} g",
        serial=scale.serial,
    )
    return Shown(reading=reading)


def picture(store: Store, category: Category, *, by: User) -> Photo:
    """A drawing in place of a photograph: gold on grey."""
    image = Image.new("RGB", (320, 240), "#d9d9d6")
    pen = ImageDraw.Draw(image)
    inset = 60 if category == Category.RING else 30
    pen.ellipse((inset + 40, inset, 280 - inset, 240 - inset), outline="#c9a227", width=14)
    file = io.BytesIO()
    image.save(file, "JPEG")
    file.seek(0)
    return photos.keep(file=file, store=store, by=by)
