"""Every address of the product, and under peer/ the admin of products as Django makes it when nothing is configured."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path

from catalog.models import Product
from papyrus_site.urls import handler403 as handler403, urlpatterns as ours


class PeerSite(admin.AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active


class PeerAdmin(admin.ModelAdmin[Product]):
    list_display = ("sku", "name", "unit_price", "unit", "tax_category", "jan", "is_active", "updated_at")
    list_filter = ("is_active", "tax_category")
    list_per_page = 50
    search_fields = ("sku", "name", "jan")


peer = PeerSite(name="peer")
peer.register(Product, PeerAdmin)
urlpatterns = [path("peer/", peer.urls), *ours]
