"""The action of the list of products that makes labels, and its page."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from catalog.labels import choosing, drawing
from catalog.labels.forms import MOST_LISTED, PDF, LabelForm
from catalog.loads.admin import download
from catalog.loads.refusals import FileRefused
from catalog.loads.writing import FileForm
from catalog.models import Product


class LabelsMixin:
    """Labels as an action of the list of products."""

    admin_site: Any
    opts: Any
    media: Any

    @admin.action(description=gettext_lazy("Print JAN labels of selected products"), permissions=["change"])
    def print_labels(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponseBase | None:
        """Ask for sheet and numbers, naming the products that have no JAN; then answer the file."""
        try:
            choice = choosing.sort_out(queryset)
        except choosing.TooManyChosen as refusal:
            messages.error(request, str(refusal))
            return None
        if not choice.printable:
            message = _("None of the selected products has a JAN, so there is no label to print: %(products)s")
            messages.error(request, message % {"products": choosing.named(choice.without_jan)})
            return None
        form = LabelForm(request.POST if "without_jan" in request.POST else None, choice=choice)
        if form.is_bound and self._is_as_seen(request, choice) and form.is_valid():
            try:
                return _file(form)
            except FileRefused as refusal:
                form.add_error("file", str(refusal))
        return self._labels_page(request, form, choice)

    def _is_as_seen(self, request: HttpRequest, choice: choosing.Choice) -> bool:
        if request.POST["without_jan"] == str(len(choice.without_jan)):
            return True
        messages.warning(request, _("Somebody changed the JAN of a product meanwhile. Look at the list once more."))
        return False

    def _labels_page(self, request: HttpRequest, form: LabelForm, choice: choosing.Choice) -> TemplateResponse:
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": _("JAN labels"),
            "form": form,
            "choice": choice,
            "missing": choice.without_jan[:MOST_LISTED],
            "without_price": choosing.named(choice.without_price),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "selected_name": ACTION_CHECKBOX_NAME,
            "selects_all": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "catalog/product_labels.html", context)


def _file(form: LabelForm) -> FileResponse:
    chosen = form.cleaned_data["file"]
    if chosen != PDF:
        return download(form.rows(), form=FileForm(chosen), name="labels")
    now = timezone.localtime()
    pdf = drawing.draw(form.labels(), form.label_sheet(), start=form.cleaned_data["start"], created=now)
    name = f"labels-{now:%Y%m%d-%H%M}.pdf"
    return FileResponse(BytesIO(pdf), as_attachment=True, filename=name, content_type="application/pdf")
