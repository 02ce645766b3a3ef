"""Addresses of the product master. The two under api/ are the predecessor's, kept for those who call them."""

from __future__ import annotations

from django.urls import path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("api/product_by_sku", views.product_by_sku, name="product_by_sku"),
    path("api/product_by_name", views.product_by_name, name="product_by_name"),
    path("products/suggest", views.product_suggest, name="product_suggest"),
]
