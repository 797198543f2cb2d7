import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0006_supplies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="place",
            name="stocktaken_in",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=24
            ),
        ),
        migrations.CreateModel(
            name="Stocktake",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=24, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("monthly", "monthly count"),
                            ("cycle", "rotating count"),
                            ("spot", "spot count"),
                        ],
                        max_length=8,
                    ),
                ),
                ("month", models.CharField(blank=True, max_length=7)),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ring", "ring"),
                            ("necklace", "necklace"),
                            ("pendant", "pendant"),
                            ("bracelet", "bracelet"),
                            ("bangle", "bangle"),
                            ("earrings", "earrings"),
                            ("other", "other"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "opened"),
                            ("counting", "counting"),
                            ("reconciling", "reconciling"),
                            ("approved", "approved"),
                            ("published", "published"),
                            ("abandoned", "abandoned"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("business_day", models.DateField()),
                ("opened_at", models.DateTimeField()),
                ("opened_seq", models.BigIntegerField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
                ("abandoned_reason", models.CharField(blank=True, max_length=120)),
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
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stocktakes",
                        to="inventory.store",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="StocktakeAcknowledgement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
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
                    "stocktake",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgement",
                        to="inventory.stocktake",
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
        migrations.CreateModel(
            name="StocktakeHandIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.SmallIntegerField()),
                ("at", models.DateTimeField()),
                ("figures", models.JSONField()),
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
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.place",
                    ),
                ),
                (
                    "stocktake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_ins",
                        to="inventory.stocktake",
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
        migrations.CreateModel(
            name="StocktakeLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=10)),
                ("name", models.CharField(max_length=60)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("ring", "ring"),
                            ("necklace", "necklace"),
                            ("pendant", "pendant"),
                            ("bracelet", "bracelet"),
                            ("bangle", "bangle"),
                            ("earrings", "earrings"),
                            ("other", "other"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "metal",
                    models.CharField(
                        choices=[
                            ("Au", "Gold"),
                            ("Pt", "Platinum"),
                            ("Pd", "Palladium"),
                            ("Ag", "Silver"),
                        ],
                        max_length=2,
                    ),
                ),
                ("grade", models.IntegerField()),
                ("fineness", models.IntegerField()),
                ("net_mg", models.BigIntegerField()),
                ("gross_mg", models.BigIntegerField()),
                ("cost_cents", models.BigIntegerField(null=True)),
                ("retail_cents", models.BigIntegerField(null=True)),
                (
                    "state",
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
                (
                    "excluded",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_service", "in service"),
                            ("in_transit", "in transit"),
                            ("elsewhere", "elsewhere"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("not_counted", "not counted"),
                            ("found", "found"),
                            ("found_elsewhere", "found in another place"),
                            ("missing", "missing"),
                            ("moved", "left during the count"),
                            ("excluded", "not to be counted"),
                        ],
                        default="not_counted",
                        max_length=15,
                    ),
                ),
                (
                    "came_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.movement",
                    ),
                ),
                (
                    "gone_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.movement",
                    ),
                ),
                (
                    "piece",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.piece",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.place",
                    ),
                ),
                (
                    "stocktake",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="inventory.stocktake",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.store",
                    ),
                ),
            ],
            options={
                "ordering": ["stocktake", "pk"],
            },
        ),
        migrations.CreateModel(
            name="StocktakePlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "not counted"),
                            ("counting", "being counted"),
                            ("handed_in", "handed in"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("is_over", models.BooleanField(default=False)),
                ("round", models.SmallIntegerField(default=1)),
                ("begun_at", models.DateTimeField(null=True)),
                ("handed_in_at", models.DateTimeField(null=True)),
                ("seq", models.BigIntegerField(null=True)),
                ("gross_mg", models.BigIntegerField(null=True)),
                ("tare_mg", models.BigIntegerField(null=True)),
                ("weighed_seq", models.BigIntegerField(null=True)),
                ("gap_mg", models.BigIntegerField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "first_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.place",
                    ),
                ),
                (
                    "stocktake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="inventory.stocktake",
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
                "ordering": ["stocktake", "place__code"],
            },
        ),
        migrations.CreateModel(
            name="StocktakeRead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.SmallIntegerField()),
                ("code", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=101)),
                (
                    "means",
                    models.CharField(
                        choices=[
                            ("scanner", "scanner"),
                            ("camera", "camera"),
                            ("typed", "typed"),
                            ("rfid", "RFID"),
                            ("file", "file"),
                        ],
                        max_length=7,
                    ),
                ),
                ("read_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "piece",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.piece",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.place",
                    ),
                ),
                (
                    "stocktake",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reads",
                        to="inventory.stocktake",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
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
        migrations.CreateModel(
            name="StocktakeSample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.SmallIntegerField()),
                ("scale_mg", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "spot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samples",
                        to="inventory.stocktakeplace",
                    ),
                ),
            ],
            options={
                "ordering": ["spot", "pk"],
            },
        ),
        migrations.CreateModel(
            name="StocktakeSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=24, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("monthly", "monthly count"),
                            ("cycle", "rotating count"),
                            ("spot", "spot count"),
                        ],
                        max_length=8,
                    ),
                ),
                ("month", models.CharField(blank=True, max_length=7)),
                ("at", models.DateTimeField()),
                ("figures", models.JSONField()),
                ("rows", models.BigIntegerField()),
                ("bytes", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("reads", models.BigIntegerField()),
                ("reads_sha256", models.CharField(max_length=64)),
                ("differences", models.IntegerField()),
                ("differences_sha256", models.CharField(max_length=64)),
                ("sealed_seq", models.BigIntegerField()),
                ("sealed_hash", models.CharField(max_length=64)),
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
                    "stocktake",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheet",
                        to="inventory.stocktake",
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
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="StocktakeSupply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opening", models.BigIntegerField()),
                ("expected", models.BigIntegerField(null=True)),
                ("counted", models.BigIntegerField(null=True)),
                ("cost_cents", models.BigIntegerField()),
                ("at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.supplyitem",
                    ),
                ),
                (
                    "spot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplies",
                        to="inventory.stocktakeplace",
                    ),
                ),
                (
                    "stocktake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplies",
                        to="inventory.stocktake",
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
                "ordering": ["spot", "item"],
            },
        ),
        migrations.CreateModel(
            name="StocktakeUnlabelled",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.SmallIntegerField()),
                ("words", models.CharField(max_length=120)),
                ("gross_mg", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "spot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unlabelled",
                        to="inventory.stocktakeplace",
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
                "ordering": ["spot", "pk"],
            },
        ),
        migrations.CreateModel(
            name="StocktakeDifference",
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
                        choices=[
                            ("missing", "missing"),
                            ("found_elsewhere", "found in another place"),
                            ("twice", "read in two places"),
                            ("unexpected", "ours, but not expected here"),
                            ("unknown", "unknown label"),
                            ("no_label", "without a label"),
                            ("weight", "weight differs"),
                            ("supply", "supplies differ"),
                        ],
                        max_length=15,
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=100)),
                ("explained", models.CharField(blank=True, max_length=15)),
                ("pieces", models.SmallIntegerField(default=0)),
                ("mg", models.BigIntegerField(default=0)),
                ("quantity", models.BigIntegerField(default=0)),
                ("cost_cents", models.BigIntegerField(null=True)),
                ("retail_cents", models.BigIntegerField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("found", "found after all"),
                            ("late_movement", "movement entered late"),
                            ("missing", "missing"),
                            ("surplus", "surplus"),
                            ("label_replaced", "label replaced"),
                            ("compensation", "compensation case"),
                            ("put_right", "put right in the book of supplies"),
                            ("noted", "noted, nothing to change"),
                        ],
                        max_length=14,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=200)),
                ("hearing", models.CharField(blank=True, max_length=200)),
                ("agreement", models.CharField(blank=True, max_length=200)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "piece",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stocktake_differences",
                        to="inventory.piece",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.place",
                    ),
                ),
                (
                    "stocktake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="inventory.stocktake",
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.place",
                    ),
                ),
                (
                    "turned_out",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.piece",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.stocktakeline",
                    ),
                ),
                (
                    "read",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.stocktakeread",
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.stocktakesample",
                    ),
                ),
                (
                    "supply",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.stocktakesupply",
                    ),
                ),
                (
                    "unlabelled",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.stocktakeunlabelled",
                    ),
                ),
            ],
            options={
                "ordering": ["stocktake", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="stocktake",
            index=models.Index(fields=["store", "state"], name="stocktake_by_state"),
        ),
        migrations.AddIndex(
            model_name="stocktake",
            index=models.Index(fields=["month", "store"], name="stocktake_by_month"),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind", "monthly"), models.Q(("state", "abandoned"), _negated=True)
                ),
                fields=("store", "month"),
                name="stocktake_once_a_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("category", ""),
                        ("kind", "monthly"),
                        models.Q(("month", ""), _negated=True),
                    ),
                    models.Q(models.Q(("kind", "monthly"), _negated=True), ("month", "")),
                    _connector="OR",
                ),
                name="stocktake_monthly_has_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approved_at__isnull", False),
                        ("state__in", ("approved", "published")),
                        ("approval__isnull", False),
                        ("approved_by__isnull", False),
                    ),
                    models.Q(
                        models.Q(("state__in", ("approved", "published")), _negated=True),
                        ("approved_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="stocktake_approved_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("published_at__isnull", False),
                        ("state", "published"),
                        ("published_by__isnull", False),
                    ),
                    models.Q(
                        models.Q(("state", "published"), _negated=True),
                        ("published_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="stocktake_published_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "abandoned"), models.Q(("abandoned_reason", ""), _negated=True)
                    ),
                    models.Q(
                        models.Q(("state", "abandoned"), _negated=True), ("abandoned_reason", "")
                    ),
                    _connector="OR",
                ),
                name="stocktake_abandoned_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakehandin",
            constraint=models.UniqueConstraint(
                fields=("stocktake", "place", "round"), name="stocktake_hand_in_once"
            ),
        ),
        migrations.AddIndex(
            model_name="stocktakeline",
            index=models.Index(fields=["stocktake", "id"], name="stocktake_line_in_order"),
        ),
        migrations.AddIndex(
            model_name="stocktakeline",
            index=models.Index(fields=["stocktake", "place"], name="stocktake_line_by_place"),
        ),
        migrations.AddConstraint(
            model_name="stocktakeline",
            constraint=models.UniqueConstraint(
                fields=("store", "stocktake", "piece", "place"), name="stocktake_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("excluded", ""), models.Q(("result", "excluded"), _negated=True)),
                    models.Q(models.Q(("excluded", ""), _negated=True), ("result", "excluded")),
                    _connector="OR",
                ),
                name="stocktake_line_excluded_is_not_counted",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeplace",
            constraint=models.UniqueConstraint(
                fields=("stocktake", "place"), name="stocktake_place_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeplace",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_over", False)),
                fields=("place",),
                name="stocktake_place_in_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeplace",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("by__isnull", False),
                        ("handed_in_at__isnull", False),
                        ("seq__isnull", False),
                        ("state", "handed_in"),
                    ),
                    models.Q(
                        models.Q(("state", "handed_in"), _negated=True),
                        ("handed_in_at__isnull", True),
                        ("seq__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="stocktake_place_handed_in_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeplace",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "counting"), _negated=True),
                    ("by__isnull", False),
                    _connector="OR",
                ),
                name="stocktake_place_counted_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeread",
            constraint=models.UniqueConstraint(
                condition=models.Q(("place__isnull", False)),
                fields=("store", "stocktake", "place", "round", "key"),
                name="stocktake_read_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeread",
            constraint=models.UniqueConstraint(
                condition=models.Q(("place__isnull", True)),
                fields=("store", "stocktake", "key"),
                name="stocktake_read_once_anywhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakesample",
            constraint=models.UniqueConstraint(
                fields=("spot", "round", "piece"), name="stocktake_sample_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakesupply",
            constraint=models.UniqueConstraint(
                fields=("spot", "item"), name="stocktake_supply_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakesupply",
            constraint=models.CheckConstraint(
                condition=models.Q(("counted__isnull", True), ("counted__gte", 0), _connector="OR"),
                name="stocktake_supply_not_below_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeunlabelled",
            constraint=models.CheckConstraint(
                condition=models.Q(("gross_mg__gt", 0)), name="stocktake_unlabelled_weighs"
            ),
        ),
        migrations.AddIndex(
            model_name="stocktakedifference",
            index=models.Index(fields=["stocktake", "kind"], name="stocktake_difference_kind"),
        ),
        migrations.AddConstraint(
            model_name="stocktakedifference",
            constraint=models.UniqueConstraint(
                condition=models.Q(("line__isnull", False)),
                fields=("stocktake", "line"),
                name="stocktake_difference_of_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakedifference",
            constraint=models.UniqueConstraint(
                condition=models.Q(("read__isnull", False)),
                fields=("stocktake", "read"),
                name="stocktake_difference_of_read",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakedifference",
            constraint=models.UniqueConstraint(
                condition=models.Q(("unlabelled__isnull", False)),
                fields=("stocktake", "unlabelled"),
                name="stocktake_difference_of_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakedifference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by__isnull", True), ("outcome", "")
                    ),
                    models.Q(
                        models.Q(("outcome", ""), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="stocktake_difference_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakedifference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "compensation"), _negated=True),
                    models.Q(
                        models.Q(("words", ""), _negated=True),
                        models.Q(("hearing", ""), _negated=True),
                        models.Q(("agreement", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="stocktake_difference_case_is_whole",
            ),
        ),
    ]
