import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0007_stocktakes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="movement",
            name="reason",
            field=models.CharField(
                choices=[
                    ("received", "received"),
                    ("put_on_sale", "put on sale"),
                    ("held", "held for a bill"),
                    ("released", "released"),
                    ("lapsed", "hold lapsed"),
                    ("sold", "sold"),
                    ("voided", "sale voided"),
                    ("back", "returned by the customer"),
                    ("checked", "checked after a return"),
                    ("service_in", "taken in for service"),
                    ("service_out", "given back after service"),
                    ("moved", "moved"),
                    ("lent", "lent, back today"),
                    ("forgotten", "moved earlier, entered at a count"),
                    ("missing", "missing at a count"),
                    ("found", "found again"),
                    ("lost", "written off as lost"),
                    ("to_supplier", "back to the supplier"),
                    ("sent", "sent to another store"),
                    ("delivered", "handed over at the other store"),
                    ("arrived", "arrived from another store"),
                    ("recalled", "did not go to the other store"),
                    ("astray", "lost on the road"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Shipment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=24, unique=True)),
                ("carrier", models.CharField(max_length=60)),
                ("parcels", models.CharField(blank=True, max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "on the road"),
                            ("partly_received", "partly received"),
                            ("received", "received"),
                            ("recalled", "back at the sending store"),
                            ("lost", "lost"),
                        ],
                        default="sent",
                        max_length=16,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("emptied_at", models.DateTimeField(null=True)),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(app_label)s_%(class)s",
                        to="inventory.change",
                    ),
                ),
                (
                    "handed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipments",
                        to="inventory.store",
                    ),
                ),
                (
                    "to_store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipments_coming",
                        to="inventory.store",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["store", "state"], name="shipment_from_store"),
                    models.Index(fields=["to_store", "state"], name="shipment_to_store"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(store=models.F("to_store")),
                        name="shipment_to_another_store",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(sender=models.F("handed_by")), name="shipment_by_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            closed_at__isnull=True, state__in=("sent", "partly_received")
                        )
                        | (
                            ~models.Q(state__in=("sent", "partly_received"))
                            & models.Q(closed_at__isnull=False)
                        ),
                        name="shipment_closed_when_over",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShipmentLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "was",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("on_sale", "on sale"),
                            ("held", "held"),
                            ("sold", "sold"),
                            ("returned", "returned, to be checked"),
                            ("in_service", "in service"),
                            ("in_transit", "in transit"),
                            ("missing", "missing"),
                            ("written_off", "written off"),
                        ],
                        max_length=12,
                    ),
                ),
                ("gross_mg", models.BigIntegerField()),
                ("net_mg", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("road", "on the road"),
                            ("arrived", "arrived"),
                            ("back", "back at the sending store"),
                            ("lost", "lost on the road"),
                            ("written_off", "written off"),
                        ],
                        default="road",
                        max_length=12,
                    ),
                ),
                ("weighed_mg", models.BigIntegerField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "from_place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.place",
                    ),
                ),
                (
                    "piece",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipment_lines",
                        to="inventory.piece",
                    ),
                ),
                (
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="inventory.shipment",
                    ),
                ),
            ],
            options={
                "ordering": ["shipment", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(state__in=("road", "lost")),
                        fields=("piece",),
                        name="shipment_line_once_on_the_road",
                    ),
                    models.UniqueConstraint(
                        fields=("shipment", "piece"), name="shipment_line_once_per_piece"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(settled_at__isnull=True, state="road")
                        | (~models.Q(state="road") & models.Q(settled_at__isnull=False)),
                        name="shipment_line_settled_with_its_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShipmentArrival",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("found", models.JSONField()),
                ("emptied", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "approval",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.approval",
                    ),
                ),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(app_label)s_%(class)s",
                        to="inventory.change",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="arrivals",
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
                (
                    "to_place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.place",
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.CreateModel(
            name="ShipmentWeighing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mg", models.BigIntegerField()),
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
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="weighings",
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
            options={"ordering": ["pk"]},
        ),
        migrations.CreateModel(
            name="ShipmentOutcome",
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
                        choices=[
                            ("road", "on the road"),
                            ("arrived", "arrived"),
                            ("back", "back at the sending store"),
                            ("lost", "lost on the road"),
                            ("written_off", "written off"),
                        ],
                        max_length=12,
                    ),
                ),
                ("remark", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "approval",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.approval",
                    ),
                ),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(app_label)s_%(class)s",
                        to="inventory.change",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="inventory.shipmentline",
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
            options={"ordering": ["pk"]},
        ),
    ]
