"""The amount above which a delivery note needs approval; none at first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoices", "0003_permission_to_approve")]
    operations = [
        migrations.AddField(
            model_name="issuer",
            name="approval_above",
            field=models.PositiveBigIntegerField(
                blank=True,
                help_text="A delivery note whose total with tax is above this amount is issued only after an approver, who did not write on it, has agreed. Empty: no note needs approval.",
                null=True,
                verbose_name="approval needed above (yen)",
            ),
        ),
    ]
