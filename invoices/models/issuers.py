"""Our own company, with its seal."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from history.recording import recorded
from invoices.models.base import Timestamps, survives_truncate, valid_postal_code
from invoices.triggers import LastingProtect


class Seal(models.Model):
    """A seal image by its content. Issued notes refer to it, so it never changes and is never deleted."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    image = models.BinaryField()

    class Meta:
        db_table = "seals"
        triggers = (
            LastingProtect(name="seal_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
            survives_truncate("seals"),
        )

    def __str__(self) -> str:
        return self.sha256[:12]


@recorded(table="issuer_changes", title=("name",))
class Issuer(Timestamps):
    """Our company as it stands on documents (発行者). Exactly one is current."""

    name = models.CharField(_("legal name"), max_length=200)
    postal_code = models.CharField(_("postal code"), max_length=8, blank=True, validators=[valid_postal_code])
    address = models.TextField(_("address"), blank=True, max_length=300)
    telephone = models.CharField(_("telephone"), max_length=30, blank=True)
    fax = models.CharField(_("fax"), max_length=30, blank=True)
    registration_number = models.CharField(
        _("registration number"), max_length=14, blank=True, help_text=_("T and 13 digits.")
    )
    seal = models.ForeignKey(Seal, verbose_name=_("seal image"), null=True, blank=True, on_delete=models.PROTECT)
    is_current = models.BooleanField(
        _("current"), default=False, help_text=_("New documents are issued in this company's name.")
    )
    approval_above = models.PositiveBigIntegerField(
        _("approval needed above (yen)"),
        null=True,
        blank=True,
        help_text=_(
            "A delivery note whose total with tax is above this amount is issued only after an approver, who did not "
            "write on it, has agreed. Empty: no note needs approval."
        ),
    )

    class Meta:
        db_table = "issuers"
        verbose_name = _("issuer")
        verbose_name_plural = _("issuers")
        ordering = ("-is_current", "name")
        constraints = (
            models.UniqueConstraint(name="issuers_one_current", fields=["is_current"], condition=Q(is_current=True)),
            models.CheckConstraint(name="issuers_name_not_empty", condition=~Q(name="")),
            models.CheckConstraint(
                name="issuers_registration_number_form",
                condition=Q(registration_number="") | Q(registration_number__regex=r"^T[0-9]{13}$"),
            ),
        )

    def __str__(self) -> str:
        return self.name
