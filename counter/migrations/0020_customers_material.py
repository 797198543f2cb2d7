import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("counter", "0019_showroom_links"),
        ("inventory", "0011_stones_set"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="stoneallotment",
            name="came_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="stoneallotment",
            name="clarity",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="stoneallotment",
            name="color",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="stoneallotment",
            name="cut",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="stoneallotment",
            name="kind",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.CreateModel(
            name="CustomersMaterial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("stone", "stones"), ("metal", "metal")], max_length=5
                    ),
                ),
                ("words", models.CharField(max_length=120)),
                ("count", models.SmallIntegerField()),
                ("weight_mct", models.BigIntegerField(default=0)),
                ("weight_mg", models.BigIntegerField(default=0)),
                (
                    "metal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("Au", "Gold"),
                            ("Pt", "Platinum"),
                            ("Pd", "Palladium"),
                            ("Ag", "Silver"),
                        ],
                        max_length=2,
                    ),
                ),
                ("fineness", models.IntegerField(null=True)),
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="materials",
                        to="counter.networkorder",
                    ),
                ),
                (
                    "signature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.drawnsignature",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MaterialEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "end",
                    models.CharField(
                        choices=[
                            ("used", "used in the piece"),
                            ("returned", "given back"),
                            ("lost", "lost or broken in the work"),
                        ],
                        max_length=8,
                    ),
                ),
                ("count", models.SmallIntegerField()),
                ("weight_mct", models.BigIntegerField(default=0)),
                ("weight_mg", models.BigIntegerField(default=0)),
                ("words", models.CharField(blank=True, max_length=120)),
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
                    "material",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="counter.customersmaterial",
                    ),
                ),
                (
                    "signature",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.drawnsignature",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MaterialPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "material",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="counter.customersmaterial",
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.photo",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="customersmaterial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("count__gt", 0),
                    models.Q(
                        models.Q(("kind", "stone"), ("weight_mct__gt", 0), ("weight_mg", 0)),
                        models.Q(("kind", "metal"), ("weight_mct", 0), ("weight_mg__gt", 0)),
                        _connector="OR",
                    ),
                ),
                name="material_weighs",
            ),
        ),
        migrations.AddConstraint(
            model_name="materialentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("count__gte", 0),
                    ("weight_mct__gte", 0),
                    ("weight_mg__gte", 0),
                    models.Q(
                        ("count__gt", 0),
                        ("weight_mct__gt", 0),
                        ("weight_mg__gt", 0),
                        _connector="OR",
                    ),
                ),
                name="material_entry_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="materialentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("end", "used"),
                    models.Q(("end", "returned"), ("signature__isnull", False)),
                    models.Q(("end", "lost"), models.Q(("words", ""), _negated=True)),
                    _connector="OR",
                ),
                name="material_entry_is_proved",
            ),
        ),
    ]
