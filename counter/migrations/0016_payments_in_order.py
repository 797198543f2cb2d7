from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counter", "0015_gifts_in_stock")]

    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["store", "change"], name="payment_in_order"),
        ),
    ]
