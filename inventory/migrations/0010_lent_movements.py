from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0009_stocktake_results")]

    operations = [
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(
                condition=models.Q(reason="lent"), fields=["piece"], name="movement_lent"
            ),
        ),
    ]
