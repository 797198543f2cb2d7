from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counter", "0018_deposits")]

    operations = []
