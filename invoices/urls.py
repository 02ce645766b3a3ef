"""Addresses of delivery notes."""

from __future__ import annotations

from django.urls import path

from invoices import (
    approval_views,
    correction_views,
    form_views,
    mail_views,
    print_views,
    receipt_views,
    return_views,
    search_views,
    views,
)

app_name = "invoices"
urlpatterns = [
    path("", views.start, name="note_list"),
    path("notes/new", form_views.note_new, name="note_new"),
    path("notes/preview", form_views.note_preview, name="note_preview"),
    path("notes/search", search_views.note_search, name="note_search"),
    path("notes/search.zip", search_views.note_export, name="note_export"),
    path("notes/totals", form_views.note_totals, name="note_totals"),
    path("notes/<int:note_id>", views.note_detail, name="note_detail"),
    path("notes/<int:note_id>/edit", form_views.note_edit, name="note_edit"),
    path("notes/<int:note_id>/preview", form_views.note_preview, name="note_preview"),
    path("notes/<int:note_id>/pdf", views.note_pdf, name="note_pdf"),
    path("notes/<int:note_id>/copy", views.note_copy, name="note_copy"),
    path("notes/<int:note_id>/void", views.note_void, name="note_void"),
    path("notes/<int:note_id>/delete", views.note_delete, name="note_delete"),
    path("notes/<int:note_id>/approve", approval_views.note_approve, name="note_approve"),
    path("notes/<int:note_id>/return", approval_views.note_return, name="note_return"),
    path("notes/<int:note_id>/withdraw", approval_views.note_withdraw, name="note_withdraw"),
    path("notes/products/suggest", form_views.product_suggest, name="product_suggest"),
    path("notes/<int:note_id>/print", print_views.note_print, name="note_print"),
    path("prints/day", print_views.print_day, name="print_day"),
    path("prints/new", print_views.print_new, name="print_new"),
    path("prints/<int:run_id>", print_views.print_detail, name="print_detail"),
    path("prints/<int:run_id>/pdf", print_views.print_pdf, name="print_pdf"),
    path("notes/<int:note_id>/correct", correction_views.note_correct, name="note_correct"),
    path("corrections", correction_views.correction_log_page, name="correction_log"),
    path("corrections.csv", correction_views.correction_log_csv, name="correction_log_csv"),
    path("notes/<int:note_id>/returns/new", return_views.return_new, name="return_new"),
    path("notes/<int:note_id>/returns/totals", return_views.return_totals, name="return_totals"),
    path("notes/<int:note_id>/take-back", return_views.return_edit, name="return_edit"),
    path("notes/<int:note_id>/receipts/new", receipt_views.receipt_new, name="receipt_new"),
    path("notes/<int:note_id>/receipts/<int:receipt_id>/scan", receipt_views.receipt_scan, name="receipt_scan"),
    path("notes/<int:note_id>/send", mail_views.note_send, name="note_send"),
    path("customers/suggest", views.customer_suggest, name="customer_suggest"),
]
