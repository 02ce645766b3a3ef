"""Every address of the product."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

handler403 = "papyrus_site.views.permission_denied"

urlpatterns = [
    path("", include("invoices.urls")),
    path("", include("catalog.urls")),
    path("", include("deploy.health.urls")),
    path("login", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout", auth.LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
]
