import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0011_stones_set"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShipmentSurplus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("here", "in our book by now"), ("back", "back at its store")],
                        max_length=4,
                    ),
                ),
                ("remark", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(app_label)s_%(class)s",
                        to="inventory.change",
                    ),
                ),
                (
                    "piece",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.piece",
                    ),
                ),
                (
                    "settles",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settled_by",
                        to="inventory.shipmentsurplus",
                    ),
                ),
                (
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="surpluses",
                        to="inventory.shipment",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.store",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="shipmentsurplus",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settles__isnull", True)),
                fields=("shipment", "piece"),
                name="shipment_surplus_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="shipmentsurplus",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), ("settles__isnull", True)),
                    models.Q(("settles__isnull", False), models.Q(("outcome", ""), _negated=True)),
                    _connector="OR",
                ),
                name="shipment_surplus_settled_by_outcome",
            ),
        ),
    ]
