"""The text that delivery notes are sent with, until an administrator writes another."""

from typing import Any

from django.db import migrations

CODE = "delivery_note"
SUBJECT = "{document}送付のご案内（{number}）"
BODY = """\
{addressee}

いつもお世話になっております。{issuer}でございます。

{document}をお送りいたします。添付の PDF をご確認ください。

　番号　　{number}
　日付　　{delivered_on}
　金額　　{total}

ご不明な点がございましたら、下記までご連絡ください。
よろしくお願いいたします。

{issuer}
電話 {issuer_telephone}
"""


def write(apps: Any, schema_editor: Any) -> None:
    template = apps.get_model("invoices", "MailTemplate")
    template.objects.get_or_create(code=CODE, defaults={"mail_subject": SUBJECT, "body": BODY})


class Migration(migrations.Migration):
    dependencies = [("invoices", "0021_mail")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
