"""Every address of the product."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from papyrus_site.sign_in import views as sign_in

handler403 = "papyrus_site.views.permission_denied"

urlpatterns = [
    path("", include("invoices.urls")),
    path("", include("catalog.urls")),
    path("", include("deploy.health.urls")),
    path("login", sign_in.SignInView.as_view(), name="login"),
    path("login/provider", sign_in.ProviderView.as_view(), name="provider"),
    path("callback", sign_in.CallbackView.as_view(), name="oidc_callback"),
    path("logout", sign_in.sign_out, name="logout"),
    path("password", sign_in.PasswordView.as_view(), name="password_change"),
    path("admin/", admin.site.urls),
]
