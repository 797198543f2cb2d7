# Generated

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('counter', '0016_payments_in_order'),
        ('inventory', '0008_transfers_between_stores'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountClerkChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(blank=True, max_length=120)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='NetworkOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('channel', models.CharField(choices=[('online', 'network showroom'), ('brand_shop', "brand's online shop"), ('counter', 'at the counter'), ('telephone', 'by telephone'), ('showroom', 'in the showroom'), ('dealer_file', "dealer's list")], max_length=11)),
                ('outside_number', models.CharField(blank=True, max_length=64)),
                ('link', models.CharField(max_length=22, unique=True)),
                ('state', models.CharField(choices=[('placed', 'placed, not confirmed'), ('reviewing', 'first check'), ('transferred', 'waiting for the second check'), ('confirmed', 'confirmed'), ('allotting', 'stones are allotted'), ('in_production', 'in production'), ('arrived', 'arrived'), ('notified', 'customer told'), ('shipped', 'shipped'), ('handed_over', 'handed over'), ('delivered', 'delivered and signed for'), ('refused', 'refused'), ('cancelled', 'cancelled'), ('expired', 'never confirmed')], default='placed', max_length=13)),
                ('state_since', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('version', models.SmallIntegerField(default=1)),
                ('promised_on', models.DateField(null=True)),
                ('wanted_on', models.DateField(null=True)),
                ('price_mode', models.CharField(choices=[('settlement', 'price of the day of settlement'), ('locked', 'locked price')], default='settlement', max_length=10)),
                ('delivery', models.CharField(choices=[('collect', 'collected in the store'), ('ship', 'sent to the customer')], default='collect', max_length=7)),
                ('recipient', models.CharField(blank=True, max_length=60)),
                ('address', models.CharField(blank=True, max_length=200)),
                ('telephone', models.CharField(blank=True, max_length=20)),
                ('is_rush', models.BooleanField(default=False)),
                ('remark', models.CharField(blank=True, max_length=200)),
                ('promises', models.CharField(blank=True, max_length=200)),
                ('total_cents', models.BigIntegerField()),
                ('business_day', models.DateField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='OrderArrival',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('net_mg', models.BigIntegerField()),
                ('gross_mg', models.BigIntegerField()),
                ('is_typed', models.BooleanField()),
                ('differs', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='OrderContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(max_length=20)),
                ('result', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='OrderedPiece',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('serial', models.SmallIntegerField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('in_production', 'in production'), ('arrived', 'arrived'), ('handed_over', 'handed over'), ('shipped', 'shipped'), ('delivered', 'delivered and signed for'), ('cancelled', 'cancelled')], default='waiting', max_length=13)),
            ],
            options={
                'ordering': ['line', 'serial'],
            },
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.SmallIntegerField()),
                ('pieces', models.SmallIntegerField()),
                ('metal', models.CharField(choices=[('Au', 'Gold'), ('Pt', 'Platinum'), ('Pd', 'Palladium'), ('Ag', 'Silver')], max_length=2)),
                ('grade', models.IntegerField()),
                ('net_mg', models.BigIntegerField()),
                ('size_spec', models.CharField(blank=True, max_length=30)),
                ('ring_size', models.CharField(blank=True, max_length=10)),
                ('finish', models.CharField(blank=True, max_length=20)),
                ('mark', models.CharField(blank=True, max_length=40)),
                ('engraving', models.CharField(blank=True, max_length=40)),
                ('stones_from', models.CharField(choices=[('none', 'no stone'), ('ours', 'our stones'), ('customer', "the customer's stones")], default='none', max_length=8)),
                ('stone_kind', models.CharField(blank=True, max_length=20)),
                ('stone_mct', models.BigIntegerField(null=True)),
                ('stone_color', models.CharField(blank=True, max_length=10)),
                ('stone_clarity', models.CharField(blank=True, max_length=10)),
                ('stone_cut', models.CharField(blank=True, max_length=10)),
                ('certificate', models.CharField(blank=True, max_length=20)),
                ('labour_cents', models.BigIntegerField()),
                ('stone_cents', models.BigIntegerField(default=0)),
                ('unit_cents', models.BigIntegerField()),
                ('remark', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'ordering': ['order', 'position'],
            },
        ),
        migrations.CreateModel(
            name='OrderParcel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier', models.CharField(max_length=30)),
                ('tracking', models.CharField(max_length=40)),
                ('count', models.SmallIntegerField()),
                ('signed_at', models.DateTimeField(null=True)),
                ('signed_name', models.CharField(blank=True, max_length=60)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='OrderQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='OrderReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=200)),
                ('how', models.CharField(choices=[('link', 'by the private link'), ('program', "in the brand's shop"), ('tablet', 'signed on the tablet'), ('telephone', 'read back by telephone')], max_length=9)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OrderStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old', models.CharField(blank=True, choices=[('placed', 'placed, not confirmed'), ('reviewing', 'first check'), ('transferred', 'waiting for the second check'), ('confirmed', 'confirmed'), ('allotting', 'stones are allotted'), ('in_production', 'in production'), ('arrived', 'arrived'), ('notified', 'customer told'), ('shipped', 'shipped'), ('handed_over', 'handed over'), ('delivered', 'delivered and signed for'), ('refused', 'refused'), ('cancelled', 'cancelled'), ('expired', 'never confirmed')], max_length=13)),
                ('new', models.CharField(choices=[('placed', 'placed, not confirmed'), ('reviewing', 'first check'), ('transferred', 'waiting for the second check'), ('confirmed', 'confirmed'), ('allotting', 'stones are allotted'), ('in_production', 'in production'), ('arrived', 'arrived'), ('notified', 'customer told'), ('shipped', 'shipped'), ('handed_over', 'handed over'), ('delivered', 'delivered and signed for'), ('refused', 'refused'), ('cancelled', 'cancelled'), ('expired', 'never confirmed')], max_length=13)),
                ('reason', models.CharField(blank=True, max_length=30)),
                ('remark', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='OrderVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.SmallIntegerField()),
                ('content', models.JSONField()),
                ('total_cents', models.BigIntegerField()),
                ('why', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['order', 'version'],
            },
        ),
        migrations.CreateModel(
            name='StoneAllotment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('stock', 'from stock'), ('buy', 'to be bought'), ('customer', "the customer's")], max_length=8)),
                ('words', models.CharField(blank=True, max_length=80)),
                ('weight_mct', models.BigIntegerField()),
                ('certificate', models.CharField(blank=True, max_length=40)),
                ('at', models.DateTimeField()),
                ('released_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='StyleOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shown', models.BooleanField(default=True)),
                ('words', models.CharField(blank=True, max_length=200)),
                ('metals', models.JSONField(default=list)),
                ('sizes', models.JSONField(default=list)),
                ('ring_from', models.SmallIntegerField(null=True)),
                ('ring_to', models.SmallIntegerField(null=True)),
                ('finishes', models.JSONField(default=list)),
                ('engraving_most', models.SmallIntegerField(default=0)),
                ('stone', models.JSONField(default=dict)),
                ('takes_customer_stone', models.BooleanField(default=False)),
                ('labour_cents', models.BigIntegerField()),
                ('stone_cents_per_ct', models.BigIntegerField(default=0)),
                ('days', models.SmallIntegerField(default=21)),
                ('most_pieces', models.SmallIntegerField(default=20)),
            ],
            options={
                'ordering': ['style__code'],
            },
        ),
        migrations.CreateModel(
            name='VersionAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreed', models.BooleanField()),
                ('how', models.CharField(choices=[('link', 'by the private link'), ('program', "in the brand's shop"), ('tablet', 'signed on the tablet'), ('telephone', 'read back by telephone')], max_length=9)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='customer',
            name='account_clerk',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='customer',
            name='deputy',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='customer',
            name='habits',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='customer',
            name='kind',
            field=models.CharField(choices=[('consumer', 'customer'), ('dealer', 'dealer')], default='consumer', max_length=8),
        ),
        migrations.AddField(
            model_name='customer',
            name='notes',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='customer',
            name='region',
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(('deputy__isnull', True), models.Q(('deputy', models.F('account_clerk')), _negated=True), _connector='OR'), name='customer_deputy_is_another'),
        ),
        migrations.AddField(
            model_name='accountclerkchange',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='accountclerkchange',
            name='change',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='inventory.change'),
        ),
        migrations.AddField(
            model_name='accountclerkchange',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clerk_changes', to='counter.customer'),
        ),
        migrations.AddField(
            model_name='accountclerkchange',
            name='deputy',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='accountclerkchange',
            name='new',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='accountclerkchange',
            name='old',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='accountclerkchange',
            name='store',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.store'),
        ),
        migrations.AddField(
            model_name='networkorder',
            name='account_clerk',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='networkorder',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='networkorder',
            name='change',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='inventory.change'),
        ),
        migrations.AddField(
            model_name='networkorder',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='counter.customer'),
        ),
        migrations.AddField(
            model_name='networkorder',
            name='first_checked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='networkorder',
            name='queue',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='inventory.store'),
        ),
        migrations.AddField(
            model_name='networkorder',
            name='store',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.store'),
        ),
        migrations.AddField(
            model_name='orderarrival',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='orderarrival',
            name='change',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='inventory.change'),
        ),
        migrations.AddField(
            model_name='orderarrival',
            name='piece',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.piece'),
        ),
        migrations.AddField(
            model_name='ordercontact',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ordercontact',
            name='change',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='inventory.change'),
        ),
        migrations.AddField(
            model_name='ordercontact',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='counter.networkorder'),
        ),
        migrations.AddField(
            model_name='orderedpiece',
            name='piece',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ordered', to='inventory.piece'),
        ),
        migrations.AddField(
            model_name='orderarrival',
            name='ordered',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='arrival', to='counter.orderedpiece'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='counter.networkorder'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='style',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.style'),
        ),
        migrations.AddField(
            model_name='orderedpiece',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ordered', to='counter.orderline'),
        ),
        migrations.AddField(
            model_name='orderparcel',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='orderparcel',
            name='change',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='inventory.change'),
        ),
        migrations.AddField(
            model_name='orderparcel',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parcels', to='counter.networkorder'),
        ),
        migrations.AddField(
            model_name='orderedpiece',
            name='parcel',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ordered', to='counter.orderparcel'),
        ),
        migrations.AddField(
            model_name='orderquestion',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='orderquestion',
            name='change',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='inventory.change'),
        ),
        migrations.AddField(
            model_name='orderquestion',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='counter.networkorder'),
        ),
        migrations.AddField(
            model_name='orderreply',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='orderreply',
            name='change',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='inventory.change'),
        ),
        migrations.AddField(
            model_name='orderreply',
            name='question',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reply', to='counter.orderquestion'),
        ),
        migrations.AddField(
            model_name='orderstep',
            name='account_clerk',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='orderstep',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='orderstep',
            name='change',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='inventory.change'),
        ),
        migrations.AddField(
            model_name='orderstep',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='counter.networkorder'),
        ),
        migrations.AddField(
            model_name='orderstep',
            name='queue',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.store'),
        ),
        migrations.AddField(
            model_name='orderversion',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='orderversion',
            name='change',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='inventory.change'),
        ),
        migrations.AddField(
            model_name='orderversion',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='counter.networkorder'),
        ),
        migrations.AddField(
            model_name='stoneallotment',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='stoneallotment',
            name='change',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='inventory.change'),
        ),
        migrations.AddField(
            model_name='stoneallotment',
            name='ordered',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stones', to='counter.orderedpiece'),
        ),
        migrations.AddField(
            model_name='stoneallotment',
            name='stone',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='allotments', to='inventory.piece'),
        ),
        migrations.AddField(
            model_name='styleoffer',
            name='photo',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.photo'),
        ),
        migrations.AddField(
            model_name='styleoffer',
            name='style',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='offer', to='inventory.style'),
        ),
        migrations.AddField(
            model_name='versionanswer',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='versionanswer',
            name='change',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='inventory.change'),
        ),
        migrations.AddField(
            model_name='versionanswer',
            name='signature',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.drawnsignature'),
        ),
        migrations.AddField(
            model_name='versionanswer',
            name='version',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='counter.orderversion'),
        ),
        migrations.AddIndex(
            model_name='networkorder',
            index=models.Index(fields=['queue', 'state', 'due_at'], name='order_by_clock'),
        ),
        migrations.AddIndex(
            model_name='networkorder',
            index=models.Index(fields=['account_clerk', 'state'], name='order_by_clerk'),
        ),
        migrations.AddIndex(
            model_name='networkorder',
            index=models.Index(fields=['customer', '-at'], name='order_by_customer'),
        ),
        migrations.AddConstraint(
            model_name='networkorder',
            constraint=models.UniqueConstraint(condition=models.Q(('outside_number', ''), _negated=True), fields=('customer', 'outside_number'), name='order_outside_number_once'),
        ),
        migrations.AddConstraint(
            model_name='networkorder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delivery', 'ship'), _negated=True), models.Q(('address', ''), _negated=True), _connector='OR'), name='order_to_somewhere'),
        ),
        migrations.AddConstraint(
            model_name='networkorder',
            constraint=models.CheckConstraint(condition=models.Q(('total_cents__gte', 0)), name='order_total'),
        ),
        migrations.AddConstraint(
            model_name='orderarrival',
            constraint=models.CheckConstraint(condition=models.Q(('gross_mg__gte', models.F('net_mg')), ('net_mg__gt', 0)), name='arrival_weighs'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.UniqueConstraint(fields=('order', 'position'), name='order_line_once'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('labour_cents__gte', 0), ('net_mg__gt', 0), ('pieces__gt', 0), ('stone_cents__gte', 0), ('unit_cents__gte', 0)), name='order_line_amounts'),
        ),
        migrations.AddConstraint(
            model_name='orderparcel',
            constraint=models.UniqueConstraint(fields=('carrier', 'tracking'), name='parcel_tracking_once'),
        ),
        migrations.AddConstraint(
            model_name='orderedpiece',
            constraint=models.UniqueConstraint(fields=('line', 'serial'), name='ordered_piece_once'),
        ),
        migrations.AddConstraint(
            model_name='orderedpiece',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'in_production', 'cancelled']), ('piece__isnull', False), _connector='OR'), name='ordered_piece_is_there'),
        ),
        migrations.AddConstraint(
            model_name='orderversion',
            constraint=models.UniqueConstraint(fields=('order', 'version'), name='order_version_once'),
        ),
        migrations.AddConstraint(
            model_name='stoneallotment',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at__isnull', True), ('stone__isnull', False)), fields=('stone',), name='allotment_stone_once'),
        ),
        migrations.AddConstraint(
            model_name='stoneallotment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source', 'stock'), _negated=True), ('stone__isnull', False), _connector='OR'), name='allotment_names_stone'),
        ),
        migrations.AddConstraint(
            model_name='stoneallotment',
            constraint=models.CheckConstraint(condition=models.Q(('weight_mct__gt', 0)), name='allotment_weighs'),
        ),
        migrations.AddConstraint(
            model_name='styleoffer',
            constraint=models.CheckConstraint(condition=models.Q(('days__gt', 0), ('labour_cents__gte', 0), ('most_pieces__gt', 0)), name='offer_bounds'),
        ),
        migrations.AddConstraint(
            model_name='styleoffer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ring_from__isnull', True), ('ring_to__isnull', True)), models.Q(('ring_from__isnull', False), ('ring_to__gte', models.F('ring_from'))), _connector='OR'), name='offer_ring_sizes'),
        ),
    ]
