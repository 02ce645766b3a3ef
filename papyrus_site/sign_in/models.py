"""Who somebody is to the provider, and what the provider gave us to ask about them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Identity(models.Model):
    """An account at a provider. Issuer and subject never change and are never given to somebody else."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="identities", verbose_name=_("user")
    )
    issuer = models.CharField(_("provider"), max_length=500)
    subject = models.CharField(_("identifier at the provider"), max_length=255)

    class Meta:
        db_table = "identities"
        verbose_name = _("account at the provider")
        verbose_name_plural = _("accounts at the provider")
        constraints = (models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once"),)

    def __str__(self) -> str:
        return self.subject


class Grant(models.Model):
    """The tokens of one session. Not in the session itself, which parallel requests overwrite with what they read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    identity = models.ForeignKey(Identity, models.CASCADE, related_name="grants")
    begun_at = models.DateTimeField(db_index=True)
    # When the provider was last asked for the roles with success, and when at all.
    renewed_at = models.DateTimeField()
    tried_at = models.DateTimeField()
    refresh_token = models.TextField(blank=True)
    id_token = models.TextField()

    class Meta:
        db_table = "identity_grants"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.id)
