from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counter", "0017_network_orders")]

    operations = []
