from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('counter', '0003_old_gold')]

    operations = [
        migrations.RemoveConstraint(
            model_name='payment',
            name='payment_or_refund',
        ),
        migrations.RemoveConstraint(
            model_name='tendered',
            name='tendered_above_zero',
        ),
        migrations.AlterField(
            model_name='creditentry',
            name='reason',
            field=models.CharField(choices=[('surplus', 'old gold was worth more'), ('spent', 'spent on a bill'), ('paid_out', 'paid out in money'), ('given_back', 'the bill was taken back')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_cents__gt', 0), ('is_payout', False), ('reverses__isnull', True)), models.Q(('amount_cents__lt', 0), ('is_payout', False), ('reverses__isnull', False)), models.Q(('amount_cents__gt', 0), ('is_payout', True), ('reverses__isnull', False)), models.Q(('amount_cents__lt', 0), ('is_payout', True), ('reverses__isnull', True)), _connector='OR'), name='payment_or_refund'),
        ),
        migrations.AddConstraint(
            model_name='tendered',
            constraint=models.CheckConstraint(condition=models.Q(('given_cents__gt', 0), ('given_cents__gte', models.F('amount_cents')), models.Q(('amount_cents__gt', 0), models.Q(('amount_cents', 0), ('back_by__isnull', False)), _connector='OR')), name='tendered_above_zero'),
        ),
    ]
