from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0008_transfers_between_stores")]

    operations = [
        migrations.AddIndex(
            model_name="stocktakeline",
            index=models.Index(
                fields=["stocktake", "result", "id"], name="stocktake_line_by_result"
            ),
        ),
    ]
