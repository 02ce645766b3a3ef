from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.utils.translation import gettext_lazy as _


class PapyrusSiteConfig(AppConfig):
    name = "papyrus_site"
    verbose_name = _("Papyrus Invoice")
    default = True


class AdminByRoles(admin.AdminConfig):
    """Django's admin, opened by roles."""

    default = False
    default_site = "papyrus_site.admin_site.RoleSite"
