"""A window may count from the receipt of the goods, as the law's seven days at a distance do."""

from typing import Any

from django.db import migrations, models

# the rows that a shop starts with, and has neither changed nor ended
DISTANCE = "Consumer Protection Law, art. 25: 7 days for a sale at a distance"


def start_with_receipt(apps: Any, _editor: Any) -> None:
    rows = apps.get_model("counter", "ReturnWindow").objects
    rows.filter(channel="distance", source=DISTANCE).update(starts="receipt")


class Migration(migrations.Migration):
    dependencies = [
        ("counter", "0021_dealers"),
    ]

    operations = [
        migrations.AddField(
            model_name="return",
            name="received_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="returnwindow",
            name="starts",
            field=models.CharField(
                choices=[
                    ("sale", "the day of the sale"),
                    ("receipt", "the day the goods were received"),
                ],
                default="sale",
                max_length=7,
            ),
        ),
        migrations.RunPython(start_with_receipt, migrations.RunPython.noop),
    ]
