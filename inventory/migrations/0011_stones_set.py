from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0010_lent_movements"),
    ]

    operations = [
        migrations.AlterField(
            model_name="movement",
            name="reason",
            field=models.CharField(
                choices=[
                    ("received", "received"),
                    ("put_on_sale", "put on sale"),
                    ("held", "held for a bill"),
                    ("released", "released"),
                    ("lapsed", "hold lapsed"),
                    ("sold", "sold"),
                    ("voided", "sale voided"),
                    ("back", "returned by the customer"),
                    ("checked", "checked after a return"),
                    ("service_in", "taken in for service"),
                    ("service_out", "given back after service"),
                    ("moved", "moved"),
                    ("lent", "lent, back today"),
                    ("forgotten", "moved earlier, entered at a count"),
                    ("missing", "missing at a count"),
                    ("found", "found again"),
                    ("lost", "written off as lost"),
                    ("to_supplier", "back to the supplier"),
                    ("set", "set into an ordered piece"),
                    ("sent", "sent to another store"),
                    ("delivered", "handed over at the other store"),
                    ("arrived", "arrived from another store"),
                    ("recalled", "did not go to the other store"),
                    ("astray", "lost on the road"),
                ],
                max_length=12,
            ),
        ),
    ]
