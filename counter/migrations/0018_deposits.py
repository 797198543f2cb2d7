import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appraisal", "0004_weighed_for_service"),
        ("counter", "0017_network_orders"),
        ("inventory", "0009_stocktake_results"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DepositEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("taken", "taken"),
                            ("credited", "credited on a bill"),
                            ("turned", "became store credit"),
                            ("refunded", "paid back"),
                            ("forfeited", "lost: the customer withdrew"),
                            ("doubled", "doubled: the shop failed"),
                            ("ended", "to be paid back"),
                            ("undone", "taken back"),
                            ("voided", "the bill that took it was voided"),
                        ],
                        max_length=9,
                    ),
                ),
                ("cents", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DepositLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.SmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("sold", "sold"),
                            ("returned", "returned"),
                            ("voided", "voided"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("returnable", "deposit, given back by the shop's rule"),
                            ("earnest", "earnest money, lost or doubled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("words", models.CharField(max_length=120)),
                ("price_cents", models.BigIntegerField()),
                ("total_cents", models.BigIntegerField()),
                ("until", models.DateTimeField()),
                (
                    "afterwards",
                    models.CharField(
                        choices=[
                            ("back", "the money is given back"),
                            ("credit", "the money becomes store credit"),
                            ("lost", "as when the customer withdraws"),
                        ],
                        max_length=6,
                    ),
                ),
            ],
            options={
                "ordering": ["sale", "position"],
            },
        ),
        migrations.CreateModel(
            name="PriceLock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cents_per_gram", models.BigIntegerField()),
                ("mg", models.BigIntegerField()),
                ("until", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("delivered", "delivered"),
                            ("released", "given up, the deposit is settled"),
                            ("expired", "expired"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AlterField(
            model_name="creditentry",
            name="reason",
            field=models.CharField(
                choices=[
                    ("surplus", "old gold was worth more"),
                    ("spent", "spent on a bill"),
                    ("paid_out", "paid out in money"),
                    ("given_back", "the bill was taken back"),
                    ("returned", "a piece was returned"),
                    ("service", "more was paid than the work came to"),
                    ("deposit", "what is left of a deposit"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="tender",
            name="kind",
            field=models.CharField(
                choices=[
                    ("cash", "cash"),
                    ("electronic", "electronic"),
                    ("transfer", "transfer"),
                    ("mall", "mall's cashier"),
                    ("old_gold", "old gold"),
                    ("exchange", "returned piece"),
                    ("credit", "store credit"),
                    ("deposit", "deposit"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("returnable", "deposit, given back by the shop's rule"),
                            ("earnest", "earnest money, lost or doubled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("cents", models.BigIntegerField()),
                ("price_cents", models.BigIntegerField()),
                ("earnest_cents", models.BigIntegerField()),
                ("until", models.DateTimeField()),
                (
                    "afterwards",
                    models.CharField(
                        choices=[
                            ("back", "the money is given back"),
                            ("credit", "the money becomes store credit"),
                            ("lost", "as when the customer withdraws"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "kept"),
                            ("used", "credited on a bill"),
                            ("due_back", "to be paid back"),
                            ("paid_back", "paid back"),
                            ("turned", "store credit"),
                            ("lost", "stays with the shop"),
                            ("voided", "voided"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deposits",
                        to="counter.customer",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deposits",
                        to="counter.networkorder",
                    ),
                ),
                (
                    "piece",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deposits",
                        to="inventory.piece",
                    ),
                ),
                (
                    "sale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deposits_taken",
                        to="counter.sale",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deposits",
                        to="inventory.store",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="creditentry",
            name="deposit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit",
                to="counter.deposit",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="deposit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="counter.deposit",
            ),
        ),
        migrations.AddField(
            model_name="tendered",
            name="deposit",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tendered",
                to="counter.deposit",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("deposit__isnull", False), ("is_payout", False), ("reverses__isnull", True)
                ),
                fields=("sale", "deposit"),
                name="payment_deposit_once",
            ),
        ),
        migrations.AddField(
            model_name="depositentry",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="depositentry",
            name="change",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(app_label)s_%(class)s",
                to="inventory.change",
            ),
        ),
        migrations.AddField(
            model_name="depositentry",
            name="deposit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="counter.deposit",
            ),
        ),
        migrations.AddField(
            model_name="depositentry",
            name="sale",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deposit_entries",
                to="counter.sale",
            ),
        ),
        migrations.AddField(
            model_name="depositentry",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.store"
            ),
        ),
        migrations.AddField(
            model_name="depositline",
            name="order",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deposit_lines",
                to="counter.networkorder",
            ),
        ),
        migrations.AddField(
            model_name="depositline",
            name="piece",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deposit_lines",
                to="inventory.piece",
            ),
        ),
        migrations.AddField(
            model_name="depositline",
            name="sale",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deposits",
                to="counter.sale",
            ),
        ),
        migrations.AddField(
            model_name="deposit",
            name="line",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deposit",
                to="counter.depositline",
            ),
        ),
        migrations.AddField(
            model_name="pricelock",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pricelock",
            name="change",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(app_label)s_%(class)s",
                to="inventory.change",
            ),
        ),
        migrations.AddField(
            model_name="pricelock",
            name="metal_price",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="inventory.metalprice",
            ),
        ),
        migrations.AddField(
            model_name="pricelock",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="locks",
                to="counter.networkorder",
            ),
        ),
        migrations.AddConstraint(
            model_name="depositentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cents", 0), _negated=True),
                    ("reason__in", ["ended", "undone"]),
                    _connector="OR",
                ),
                name="deposit_entry_not_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="depositentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reason", "taken")),
                fields=("deposit",),
                name="deposit_taken_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="depositline",
            constraint=models.UniqueConstraint(
                fields=("sale", "position"), name="deposit_line_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="depositline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("order__isnull", False), ("piece__isnull", True)),
                    models.Q(("order__isnull", True), ("piece__isnull", False)),
                    _connector="OR",
                ),
                name="deposit_line_for_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="depositline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("total_cents__gt", 0), ("total_cents__lte", models.F("price_cents"))
                ),
                name="deposit_line_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="depositline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "earnest"),
                    models.Q(("afterwards", "lost"), _negated=True),
                    _connector="OR",
                ),
                name="deposit_line_lost",
            ),
        ),
        migrations.AddIndex(
            model_name="deposit",
            index=models.Index(fields=["store", "state", "at"], name="deposit_by_age"),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("order__isnull", False), ("piece__isnull", True)),
                    models.Q(("order__isnull", True), ("piece__isnull", False)),
                    _connector="OR",
                ),
                name="deposit_for_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cents__gt", 0),
                    ("cents__lte", models.F("price_cents")),
                    ("earnest_cents__gte", 0),
                    ("earnest_cents__lte", models.F("cents")),
                ),
                name="deposit_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "earnest"),
                    models.Q(("afterwards", "lost"), _negated=True),
                    _connector="OR",
                ),
                name="deposit_lost",
            ),
        ),
        migrations.AddIndex(
            model_name="pricelock",
            index=models.Index(fields=["ended_at", "until"], name="lock_by_end"),
        ),
        migrations.AddConstraint(
            model_name="pricelock",
            constraint=models.CheckConstraint(
                condition=models.Q(("cents_per_gram__gt", 0), ("mg__gt", 0)), name="lock_amounts"
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("order", "metal_price"),
                name="lock_once_per_metal",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricelock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ended_how", "")),
                    models.Q(
                        ("ended_at__isnull", False), models.Q(("ended_how", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="lock_ended",
            ),
        ),
    ]
