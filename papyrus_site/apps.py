from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PapyrusSiteConfig(AppConfig):
    name = "papyrus_site"
    verbose_name = _("Papyrus Invoice")
