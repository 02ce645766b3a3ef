"""Addresses of this part. ProbeMiddleware answers them before any other middleware runs."""

from __future__ import annotations

from django.urls import path

from deploy.health import views

app_name = "deploy"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("dbcheck", views.dbcheck, name="dbcheck"),
]
