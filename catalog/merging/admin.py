"""Pages on which duplicates are merged."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from catalog import prices
from catalog.merging import services
from catalog.merging.models import ProductAlias
from catalog.models import Product
from history.deletion import used_among

MOST_MERGED = 10
FACTS = ("name", "unit_price", "unit", "tax_category", "jan", "note", "is_active", "updated_at")


class MergingMixin(admin.ModelAdmin[Product]):
    """Merging on the list of products, and its undoing on the page of a merged one."""

    def get_urls(self) -> list[URLPattern]:
        merge = path("merge/", self.admin_site.admin_view(self.merge_view), name="catalog_product_merge")
        separate = path(
            "<path:object_id>/separate/",
            self.admin_site.admin_view(self.separate_view),
            name="catalog_product_separate",
        )
        return [merge, separate, *super().get_urls()]

    @admin.action(description=gettext_lazy("Merge selected products …"), permissions=["change"])
    def merge_selected(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        skus = list(queryset.order_by("sku").values_list("sku", flat=True)[: MOST_MERGED + 1])
        if not 2 <= len(skus) <= MOST_MERGED:
            text = _("Select 2 to %(most)s products that are the same.") % {"most": MOST_MERGED}
            messages.error(request, text)
            return None
        return HttpResponseRedirect(
            f"{reverse('admin:catalog_product_merge')}?{urlencode([('sku', sku) for sku in skus])}"
        )

    def merge_view(self, request: HttpRequest) -> HttpResponse:
        """Show the products side by side; merge them into the one that was chosen."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        typed = request.POST if request.method == "POST" else request.GET
        skus = typed.getlist("sku")[:MOST_MERGED]
        kept = request.POST.get("kept", "")
        if kept in skus and (answer := self._merge(request, skus, into=kept)):
            return answer
        products = list(Product.objects.filter(sku__in=skus).select_related("tax_category", "merged").order_by("sku"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Merge products"),
            "opts": self.opts,
            "products": products,
            "rows": list(_compared(products)),
            "is_undecided": request.method == "POST" and kept not in skus,
        }
        return TemplateResponse(request, "catalog/product_merge.html", context)

    def _merge(self, request: HttpRequest, skus: list[str], *, into: str) -> HttpResponse | None:
        try:
            count = services.merge(skus, into=into)
        except services.MergeRefused as refusal:
            messages.error(request, str(refusal))
            return None
        text = ngettext(
            "%(count)d product was merged into “%(sku)s”. Its SKU finds “%(sku)s” from now on.",
            "%(count)d products were merged into “%(sku)s”. Their SKUs find “%(sku)s” from now on.",
            count,
        )
        messages.success(request, text % {"count": count, "sku": into})
        return HttpResponseRedirect(_page_of(into))

    def separate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Undo the merging of one product."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        sku = unquote(object_id)
        try:
            services.separate(sku)
        except services.MergeRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("“%(sku)s” is a product of its own again.") % {"sku": sku})
        return HttpResponseRedirect(_page_of(sku))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if (product := context.get("original")) is not None:
            aliases = list(ProductAlias.objects.filter(alias=product) | ProductAlias.objects.filter(product=product))
            context["merged_into"] = next((each for each in aliases if each.alias_id == product.pk), None)
            context["aliases"] = sorted(each.alias_id for each in aliases if each.alias_id != product.pk)
        return super().render_change_form(request, context, *args, **kwargs)


def _compared(products: list[Product]) -> list[tuple[str, list[str], bool]]:
    """Return each fact with its value in every product, and whether the values differ."""
    rows = [(_label(name), [_words(product, name) for product in products]) for name in FACTS]
    used = used_among(Product.objects.filter(pk__in=[product.pk for product in products]))
    rows.append((_("used"), [_("yes") if product in used else _("no") for product in products]))
    return [(label, values, len(set(values)) > 1) for label, values in rows]


def _label(name: str) -> str:
    return capfirst(str(Product._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def _words(product: Product, name: str) -> str:
    value = getattr(product, name)
    if name == "unit_price":
        return _("not set") if value is None else prices.grouped_text(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:%Y-%m-%d}" if name == "updated_at" else str(value)


def _page_of(sku: str) -> str:
    return reverse("admin:catalog_product_change", args=[quote(sku)])
