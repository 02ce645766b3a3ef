"""Every address of the product."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

admin.site.site_header = admin.site.site_title = _("Papyrus Invoice settings")
admin.site.index_title = _("Product master and settings")

urlpatterns = [
    path("", include("invoices.urls")),
    path("", include("catalog.urls")),
    path("", include("deploy.health.urls")),
    path("login", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout", auth.LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
]
