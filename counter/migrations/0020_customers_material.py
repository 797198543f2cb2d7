from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counter", "0019_showroom_links")]

    operations = []
