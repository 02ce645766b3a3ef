from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


class SignInConfig(AppConfig):
    name = "papyrus_site.sign_in"
    verbose_name = _("Sign-in")

    def ready(self) -> None:
        # Not in the settings: the roles are known only once the models are.
        from papyrus_site.roles import Role

        if settings.PROVIDER and (unknown := set(settings.PROVIDER.roles.values()) - set(Role)):
            raise ImproperlyConfigured(
                f"OIDC_ROLES names the role {min(unknown)}, which does not exist. Choose among {', '.join(Role)}."
            )
