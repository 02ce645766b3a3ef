"""Pages of bulk changes: choose products in the list, say how, look, apply, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from catalog.bulk_prices import revising
from catalog.bulk_prices.forms import TermsForm
from catalog.bulk_prices.models import WRONG, PriceRevision, RevisionState, RowVerdict
from catalog.models import Product
from catalog.prices import grouped_text, plain_text
from catalog.record_admin import RecordAdmin

SHOWN = 200
WRITERS = ("catalog.change_product", "catalog.add_listprice", "catalog.change_listprice", "catalog.delete_listprice")


class BulkPricesMixin(admin.ModelAdmin[Product]):
    """Bulk changes on the list of products."""

    def has_revise_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(WRITERS)

    @admin.action(description=gettext_lazy("Change prices of selected products …"), permissions=["revise"])
    def revise_prices(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse:
        revision = revising.begin(queryset, user=request.user)  # type: ignore[arg-type]
        return HttpResponseRedirect(_page_of(revision.pk))


class PriceRevisionAdmin(RecordAdmin[PriceRevision]):
    list_display = ("started_at", "terms", "valid_from", "state", "changed", "started_by")
    list_filter = ("state",)

    @admin.display(description=gettext_lazy("change"))
    def terms(self, revision: PriceRevision) -> str:
        return "" if revision.value is None else f"{revision.get_kind_display()} {plain_text(revision.value)}"

    @admin.display(description=gettext_lazy("changed"))
    def changed(self, revision: PriceRevision) -> str:
        return f"{revision.counts.get('changed', 0):,}"

    def get_urls(self) -> list[URLPattern]:
        def named(name: str, view: Callable[..., HttpResponse]) -> URLPattern:
            pattern: URLPattern = path(
                f"<int:revision_id>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"catalog_pricerevision_{name}",
            )
            return pattern

        ours = [
            named("preview", self.preview_view),
            named("apply", self.apply_view),
            named("undo", self.undo_view),
        ]
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """How the prices change, what comes of it, and later what came of it."""
        revision = self.get_object(request, object_id)
        if revision is None:
            raise Http404
        return self._page(request, revision)

    def preview_view(self, request: HttpRequest, revision_id: int) -> HttpResponse:
        """Compute the new prices; nothing of the products is written."""
        revision = self._written(request, revision_id)
        form = TermsForm(request.POST)
        if not form.is_valid():
            return self._page(request, revision, form=form)
        try:
            revising.preview(revision.pk, form.terms())
        except revising.RevisionRefused as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(_page_of(revision_id))

    def apply_view(self, request: HttpRequest, revision_id: int) -> HttpResponse:
        """Write the new prices; with `skip_wrong` without those that would be wrong."""
        revision = self._written(request, revision_id)
        try:
            outcome = revising.apply(revision.pk, may_skip_wrong="skip_wrong" in request.POST)
        except revising.RevisionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            self._tell(request, revision, outcome)
        return HttpResponseRedirect(_page_of(revision_id))

    def undo_view(self, request: HttpRequest, revision_id: int) -> HttpResponse:
        """Put all prices back; where that is refused, say which products stand in the way."""
        revision = self._written(request, revision_id)
        try:
            count = revising.undo(revision.pk, user=request.user)  # type: ignore[arg-type]
        except revising.CannotBeUndone as refusal:
            messages.error(request, str(refusal))
            return self._page(request, revision, obstacles=refusal.obstacles)
        except revising.RevisionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            text = ngettext("%(count)s price is as it was before.", "%(count)s prices are as they were before.", count)
            messages.success(request, text % {"count": f"{count:,}"})
            self.log_change(request, revision, _("Undone."))
        return HttpResponseRedirect(_page_of(revision_id))

    def _written(self, request: HttpRequest, revision_id: int) -> PriceRevision:
        if not request.user.has_perms(WRITERS):
            raise PermissionDenied
        revision = self.get_object(request, str(revision_id))
        if revision is None:
            raise Http404
        return revision

    def _tell(self, request: HttpRequest, revision: PriceRevision, outcome: revising.Outcome) -> None:
        if outcome is revising.Outcome.APPLIED:
            messages.success(request, _("The prices were changed."))
            self.log_change(request, revision, _("Applied."))
            return
        message = _("Nothing was written yet: somebody changed some of these products. Look at the preview once more.")
        messages.warning(request, message)

    def _page(
        self,
        request: HttpRequest,
        revision: PriceRevision,
        *,
        form: TermsForm | None = None,
        obstacles: Sequence[revising.Obstacle] = (),
    ) -> TemplateResponse:
        request.current_app = self.admin_site.name
        is_waiting = revision.state in (RevisionState.CHOSEN, RevisionState.PREVIEWED)
        may_write = request.user.has_perms(WRITERS)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Bulk price change"),
            "revision": revision,
            "form": (form or TermsForm(initial=_initial(revision))) if is_waiting and may_write else None,
            "media": self.media + TermsForm().media,
            "may_apply": revision.state == RevisionState.PREVIEWED and may_write,
            "may_undo": revision.state == RevisionState.APPLIED and may_write,
            "wrong": revising.wrong_count(revision),
            "obstacles": obstacles,
            "rows": _rows(revision),
            "shown": SHOWN,
        }
        return TemplateResponse(request, "catalog/price_revision.html", context)


def _page_of(revision_id: int) -> str:
    return reverse("admin:catalog_pricerevision_change", args=[revision_id])


def _initial(revision: PriceRevision) -> dict[str, Any]:
    if revision.value is None:
        return {}
    return {
        "kind": revision.kind,
        "value": plain_text(revision.value),
        "rounded_to": plain_text(revision.rounded_to),
        "rounding": revision.rounding,
        "valid_from": revision.valid_from,
    }


def _rows(revision: PriceRevision) -> list[dict[str, str]]:
    """Return the first of those that would be wrong, then of those that change, as a page shows them. Two queries."""
    if revision.state == RevisionState.CHOSEN:
        return []
    # By verdict, so that an index gives each in the order of SKUs.
    wrong = list(revision.rows.filter(verdict__in=WRONG).order_by("sku")[:SHOWN])
    rows = wrong + list(revision.rows.filter(verdict=RowVerdict.CHANGED).order_by("sku")[: SHOWN - len(wrong)])
    names = dict(Product.objects.filter(sku__in=[row.sku for row in rows]).values_list("sku", "name"))
    return [
        {
            "sku": row.sku,
            "name": names.get(row.sku, ""),
            "old": _("not set") if row.former_price is None else grouped_text(row.former_price),
            "new": "" if row.new_price is None else grouped_text(row.new_price),
            "fault": str(row.get_verdict_display()) if row.verdict in WRONG else "",
        }
        for row in rows
    ]
