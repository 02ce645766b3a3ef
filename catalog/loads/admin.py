"""Pages of loads: choose a file, look at what it would change, confirm, fetch wrong rows, undo, export.

The entry points, their addresses and their buttons are django-import-export's; below them works the set-based loader.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe
from import_export.admin import ImportExportMixin

from catalog.filters import RecentLoadFilter
from catalog.loads import applying, columns, previews, staging, undoing, writing
from catalog.loads.forms import ExportForm, ImportForm
from catalog.loads.models import LoadState, ProductLoad
from catalog.loads.refusals import FileRefused, LoadRefused
from catalog.loads.writing import FileForm
from catalog.record_admin import RecordAdmin

MOST_ROWS_OF_A_WORKBOOK = 200_000
WRITERS = ("catalog.add_product", "catalog.change_product")


class LoadsMixin(ImportExportMixin):  # type: ignore[misc]
    """Import and export on the list of products."""

    resource_classes: ClassVar = [columns.ProductResource]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(WRITERS)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def get_urls(self) -> list[URLPattern]:
        # The library's second step works on a file in a folder of one machine; ours on rows in the database.
        theirs = [each for each in super().get_urls() if each.name != "catalog_product_process_import"]
        template = path(
            "import/template.<slug:suffix>",
            self.admin_site.admin_view(require_safe(self.template_view)),
            name="catalog_product_import_template",
        )
        return [template, *theirs]

    def template_view(self, request: HttpRequest, suffix: str) -> HttpResponseBase:
        """A file to fill in."""
        if suffix not in (FileForm.CSV, FileForm.XLSX):
            raise Http404
        return download(writing.template_rows(), form=FileForm(suffix), name="products-template")

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Choose a file; a file that can be read leads to its preview."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                load = _previewed(request, form)
            except FileRefused as refusal:
                form.add_error("file", str(refusal))
            else:
                return HttpResponseRedirect(reverse("admin:catalog_productload_change", args=[load.pk]))
        context = {"form": form, "fields": _described_columns(), "most": staging.MOST_ROWS_IN_ADMIN}
        return self._page(request, "import", title=_("Load products from a file"), **context)

    def export_action(self, request: HttpRequest) -> HttpResponseBase:
        """Choose a form; the file holds what the list shows."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        form = ExportForm(request.POST or None)
        try:
            products = self.get_export_queryset(request)
        except IncorrectLookupParameters:
            # As the list itself answers a filter that it does not know.
            return HttpResponseRedirect(reverse("admin:catalog_product_changelist") + "?e=1")
        if request.method == "POST" and form.is_valid():
            chosen = FileForm(form.cleaned_data["form"])
            try:
                if chosen is FileForm.XLSX and products.count() > MOST_ROWS_OF_A_WORKBOOK:
                    raise FileRefused(_("A workbook of more than 200,000 products takes too long. Export as CSV."))
                return download(writing.product_rows(products), form=chosen, name="products")
            except FileRefused as refusal:
                form.add_error("form", str(refusal))
        return self._page(request, "export", title=_("Export products"), form=form)

    def _page(self, request: HttpRequest, name: str, **context: Any) -> TemplateResponse:
        request.current_app = self.admin_site.name
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, f"catalog/product_{name}.html", {**shared, **context})


def _previewed(request: HttpRequest, form: ImportForm) -> ProductLoad:
    file = form.cleaned_data["file"]
    with staging.failures_recorded(file_name=file.name, user=request.user):  # type: ignore[arg-type]
        return staging.preview(
            file.file,
            file_name=file.name,
            user=request.user,  # type: ignore[arg-type]
            encoding=form.chosen_encoding(),
            most_rows=staging.MOST_ROWS_IN_ADMIN,
        )


def _described_columns() -> list[tuple[str, str]]:
    """Return each heading and what stands below it."""
    described = {
        "sku": _("the code of the product, with its leading zeros; must not be empty"),
        "name": _("must not be empty; without this column only products that exist can be changed"),
        "unit_price": _("empty: not set; 0: free of charge; 1,200, ¥1200 and １２００ are understood"),
        "unit": _("empty: as it is, for a new product 個"),
        "tax_category": _("code or name of the tax category; empty: as it is, for a new product standard"),
        "jan": _("8 or 13 digits; empty: none"),
        "note": _("any text; empty: none"),
        "is_active": _("はい or いいえ; empty: as it is, for a new product はい"),
    }
    return [(columns.label_of(field), described[field]) for field in columns.FIELDS]


def download(rows: Iterable[Sequence[str]], *, form: FileForm, name: str) -> FileResponse:
    """Return `rows` as a file to save. Raises FileRefused before anything is sent."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    try:
        writing.write(rows, file, form=form)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    return FileResponse(
        file, as_attachment=True, filename=f"{name}-{stamp}.{form.suffix}", content_type=form.content_type
    )


class ProductLoadAdmin(RecordAdmin[ProductLoad]):
    """Loads that were made, and what waits to be confirmed."""

    list_display = (
        "started_at",
        "file_name",
        "state",
        "new_count",
        "changed_count",
        "unchanged_count",
        "wrong_count",
        "started_by",
    )
    list_filter = ("state", RecentLoadFilter)

    def get_urls(self) -> list[URLPattern]:
        def named(address: str, view: Any, name: str) -> URLPattern:
            pattern: URLPattern = path(address, self.admin_site.admin_view(view), name=f"catalog_productload_{name}")
            return pattern

        ours = [
            named("<int:load_id>/apply/", require_POST(self.apply_view), "apply"),
            named("<int:load_id>/undo/", require_POST(self.undo_view), "undo"),
            named("<int:load_id>/wrong.<slug:suffix>", require_safe(self.wrong_rows_view), "wrong_rows"),
            named("<int:load_id>/differences.<slug:suffix>", require_safe(self.differences_view), "differences"),
        ]
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The preview of a load, and later its history entry."""
        load = self.get_object(request, object_id)
        if load is None:
            raise Http404
        return self._page(request, load)

    def apply_view(self, request: HttpRequest, load_id: int) -> HttpResponse:
        """Write the load; with `skip_wrong` without its wrong rows."""
        load = self._load(request, load_id)
        if not request.user.has_perms(WRITERS):
            raise PermissionDenied
        try:
            outcome = applying.apply(load.pk, may_skip_wrong="skip_wrong" in request.POST)
        except LoadRefused as refusal:
            messages.error(request, str(refusal))
        else:
            self._tell(request, load, outcome)
        return self._back(load)

    def undo_view(self, request: HttpRequest, load_id: int) -> HttpResponse:
        """Put everything back; where that is refused, say which products stand in the way."""
        load = self._load(request, load_id)
        if not may_undo(request, load):
            raise PermissionDenied
        try:
            count = undoing.undo(load.pk, user=request.user)  # type: ignore[arg-type]
        except undoing.CannotBeUndone as refusal:
            messages.error(request, str(refusal))
            return self._page(request, load, obstacles=refusal.obstacles)
        except LoadRefused as refusal:
            messages.error(request, str(refusal))
        else:
            message = ngettext(
                "%(count)d product is as it was before.", "%(count)d products are as they were before.", count
            )
            messages.success(request, message % {"count": count})
            self.log_change(request, load, _("Undone."))
        return self._back(load)

    def wrong_rows_view(self, request: HttpRequest, load_id: int, suffix: str) -> HttpResponseBase:
        """The wrong rows with a column of reasons, to be corrected and loaded."""
        load = self._load(request, load_id)
        return self._download(request, load, previews.wrong_rows(load), suffix=suffix, name="wrong-rows")

    def differences_view(self, request: HttpRequest, load_id: int, suffix: str) -> HttpResponseBase:
        """All changed cells, old and new."""
        load = self._load(request, load_id)
        return self._download(request, load, previews.difference_rows(load), suffix=suffix, name="differences")

    def _download(
        self, request: HttpRequest, load: ProductLoad, rows: Iterable[Sequence[str]], *, suffix: str, name: str
    ) -> HttpResponseBase:
        if suffix not in (FileForm.CSV, FileForm.XLSX):
            raise Http404
        try:
            return download(rows, form=FileForm(suffix), name=f"{name}-{load.pk}")
        except FileRefused as refusal:
            messages.error(request, str(refusal))
            return self._back(load)

    def _load(self, request: HttpRequest, load_id: int) -> ProductLoad:
        if not self.has_view_permission(request):
            raise PermissionDenied
        load = self.get_object(request, str(load_id))
        if load is None:
            raise Http404
        return load

    def _tell(self, request: HttpRequest, load: ProductLoad, outcome: applying.Outcome) -> None:
        if outcome is applying.Outcome.APPLIED:
            messages.success(request, _("The file was loaded."))
            self.log_change(request, load, _("Loaded."))
            return
        message = _(
            "Nothing was written yet: somebody changed products of this file after the preview. Look at the "
            "differences once more, then confirm."
        )
        messages.warning(request, message)

    def _back(self, load: ProductLoad) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:catalog_productload_change", args=[load.pk]))

    def _page(
        self, request: HttpRequest, load: ProductLoad, *, obstacles: Sequence[undoing.Obstacle] = ()
    ) -> TemplateResponse:
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": _("Load of %(file)s") % {"file": load.file_name},
            "may_apply": load.state == LoadState.PREVIEWED and request.user.has_perms(WRITERS),
            "may_undo": load.state == LoadState.APPLIED and may_undo(request, load),
            "obstacles": obstacles,
            **_contents(load),
        }
        return TemplateResponse(request, "catalog/product_load.html", context)


def may_undo(request: HttpRequest, load: ProductLoad) -> bool:
    """Tell whether the user may write, and if the load added products also delete, products."""
    deletes = ("catalog.delete_product",) if load.new_count else ()
    return request.user.has_perms((*WRITERS, *deletes))


def _contents(load: ProductLoad) -> dict[str, Any]:
    is_waiting = load.state == LoadState.PREVIEWED
    return {
        "load": load,
        "is_waiting": is_waiting,
        "writes_nothing": not load.new_count and not load.changed_count,
        "headings": [columns.label_of(field) for field in load.columns],
        "resembling": columns.resembling(load.columns, load.ignored_headings) if is_waiting else [],
        "additions": previews.additions(load, limit=20) if is_waiting and load.new_count else [],
        "differences": list(previews.differences(load)) if load.changed_count else [],
        "faults": previews.faults(load) if load.wrong_count else [],
        "shown": previews.SHOWN,
    }
