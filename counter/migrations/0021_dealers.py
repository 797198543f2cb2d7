from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counter", "0020_customers_material")]

    operations = []
