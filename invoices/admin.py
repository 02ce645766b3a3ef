"""Customers, issuers and number series in the admin. Delivery notes are not here: clerks have pages for them."""

from __future__ import annotations

import base64
import io
from typing import Any

from csp.decorators import csp_update
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from history.deletion import KeptWhenUsed
from history.editing import SharedAdmin
from invoices import mail_admin, pdf, selectors, services
from invoices.domain import numbering, registration
from invoices.domain.errors import DomainError
from invoices.domain.printing import MOST_COPIES
from invoices.fields import (
    CopiesField,
    HalfWidthField,
    MailAddressesField,
    PostalCodeField,
    PrintedTextField,
    TypedNumberField,
    TypedTextField,
)
from invoices.item_code_admin import CustomerItemCodeAdmin
from invoices.messages import worded
from invoices.models import Customer, CustomerItemCode, Issuer, NumberSeries
from invoices.models.customers import COPIES
from invoices.price_admin import INLINES_OF_CUSTOMER

admin.site.register(CustomerItemCode, CustomerItemCodeAdmin)

# Loaded with this module, since Django looks for nothing else.
__all__ = ["mail_admin"]

MAX_SEAL_BYTES = 500_000
MAX_SEAL_PIXELS = 2000
JPEG_SCAN = b"\xff\xda"
MOST_JPEG_SCANS = 100


def _field(model: type[Model], name: str, field_class: type[forms.Field], **options: Any) -> Any:
    """The form field of a model field, read by `field_class`."""
    return model._meta.get_field(name).formfield(form_class=field_class, **options)  # type: ignore[union-attr]


def _copies(name: str) -> Any:
    """The field of how many copies are printed."""
    return _field(Customer, name, CopiesField, max_value=MOST_COPIES, required=False)


class CustomerForm(forms.ModelForm[Customer]):
    code = _field(Customer, "code", HalfWidthField)
    name = _field(Customer, "name", PrintedTextField)
    kana = _field(Customer, "kana", TypedTextField)
    department = _field(Customer, "department", PrintedTextField)
    person_title = _field(Customer, "person_title", PrintedTextField)
    person = _field(Customer, "person", PrintedTextField)
    postal_code = _field(Customer, "postal_code", PostalCodeField)
    address = _field(Customer, "address", PrintedTextField, max_lines=5)
    telephone = _field(Customer, "telephone", HalfWidthField)
    mail_to = _field(Customer, "mail_to", MailAddressesField)
    ship_to_name = _field(Customer, "ship_to_name", PrintedTextField)
    ship_to_postal_code = _field(Customer, "ship_to_postal_code", PostalCodeField)
    ship_to_address = _field(Customer, "ship_to_address", PrintedTextField, max_lines=5)
    note_copies = _copies("note_copies")
    priceless_copies = _copies("priceless_copies")
    file_copies = _copies("file_copies")
    receipt_copies = _copies("receipt_copies")
    delivery_route = _field(Customer, "delivery_route", PrintedTextField)
    note = _field(Customer, "note", TypedTextField)

    class Meta:
        model = Customer
        exclude = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned[name] for name in COPIES):
            self.add_error("note_copies", ValidationError(_("No copy is chosen. Enter at least one.")))
        return cleaned

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        same = Customer.objects.filter(code__iexact=code).exclude(pk=self.instance.pk).first()
        if same is not None:
            raise ValidationError(_("Customer “%(same)s” has this code.") % {"same": same})
        return code


@admin.register(Customer)
class CustomerAdmin(KeptWhenUsed[Customer], SharedAdmin[Customer]):
    instead = _("Untick “active” on its page instead: it is not offered any more, and old notes keep it.")
    form = CustomerForm
    inlines = INLINES_OF_CUSTOMER
    list_display = ("code", "name", "department", "price_basis", "invoice_policy", "delivery_route", "is_active")
    list_display_links = ("code", "name")
    list_filter = ("is_active", "price_basis", "invoice_policy", "delivery_route")
    list_per_page = 50
    search_fields = ("code",)
    search_help_text = _("Code, name or kana; width and kana do not matter.")
    fieldsets = (
        (None, {"fields": ("code", "name", "kana", "is_active")}),
        (
            _("Addressee"),
            {"fields": ("department", "person_title", "person", "postal_code", "address", "telephone", "mail_to")},
        ),
        (_("Ship to"), {"fields": ("ship_to_name", "ship_to_postal_code", "ship_to_address")}),
        (
            _("Money and tax"),
            {"fields": ("price_basis", "line_rounding", "tax_rounding", "invoice_policy")},
        ),
        (
            _("Document"),
            {"fields": ("language", "has_era_dates", "has_item_codes", "envelope")},
        ),
        (
            _("Printing"),
            {"fields": (*COPIES, "has_receipt_prices", "sheet_use", "delivery_route")},
        ),
        (_("Internal"), {"fields": ("note",)}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        return selectors.customers_matching(queryset, search_term), False


class IssuerForm(forms.ModelForm[Issuer]):
    name = _field(Issuer, "name", PrintedTextField)
    postal_code = _field(Issuer, "postal_code", PostalCodeField)
    address = _field(Issuer, "address", PrintedTextField, max_lines=5)
    telephone = _field(Issuer, "telephone", HalfWidthField)
    fax = _field(Issuer, "fax", HalfWidthField)
    # Longer than its column, since hyphens and spaces are forgiven and taken out.
    registration_number = TypedTextField(
        label=_("registration number"), max_length=40, required=False, help_text=_("T and 13 digits.")
    )
    approval_above = _field(Issuer, "approval_above", TypedNumberField, max_digits=15, decimal_places=0)
    seal_image = forms.FileField(
        label=_("seal image"),
        required=False,
        help_text=_("PNG or JPEG, at most 500 kB. A transparent PNG looks best."),
    )
    remove_seal = forms.BooleanField(label=_("remove the seal image"), required=False)

    class Meta:
        model = Issuer
        exclude = ("seal",)

    def _get_validation_exclusions(self) -> set[str]:
        # That only one is current is for the saving, which takes it from the other one.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # the stubs lack it
        return excluded | {"is_current"}

    def clean_registration_number(self) -> str:
        typed = self.cleaned_data["registration_number"]
        try:
            return registration.normalise(typed) if typed else ""
        except DomainError as error:
            raise ValidationError(worded(error)) from None

    def clean_seal_image(self) -> bytes | None:
        upload: UploadedFile[bytes] | None = self.cleaned_data["seal_image"]
        return _checked_image(upload) if upload else None

    def clean_is_current(self) -> bool:
        is_current: bool = self.cleaned_data["is_current"]
        if not is_current and self.instance.pk and self.initial.get("is_current"):
            raise ValidationError(
                _("One company must be current. Mark another one as current instead; this one then stops being it.")
            )
        return is_current


@admin.register(Issuer)
class IssuerAdmin(SharedAdmin[Issuer]):
    form = IssuerForm
    list_display = ("name", "registration_number", "telephone", "approval_above", "is_current")
    readonly_fields = ("present_seal",)
    facts = (
        (None, {"fields": ("name", "is_current", "registration_number")}),
        (_("Address"), {"fields": ("postal_code", "address", "telephone", "fax")}),
        (_("Approval"), {"fields": ("approval_above",)}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Issuer | None = None) -> Any:
        # Who may only look would find the fields for another seal, empty.
        entry = ("seal_image", "remove_seal") if obj is None or self.has_change_permission(request, obj) else ()
        return (*self.facts, (_("Seal"), {"fields": ("present_seal", *entry)}))

    # The present seal stands in the page itself.
    @method_decorator(csp_update({"img-src": "data:"}))
    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().change_view(request, object_id, *args, **kwargs)

    def facts_beside(self, found: Issuer) -> dict[str, str]:
        return {gettext("Present seal"): (found.seal_id or "")[:12]}

    @admin.display(description=_("present seal"))
    def present_seal(self, issuer: Issuer) -> str | SafeString:
        if issuer.seal is None:
            return gettext("none")
        image = base64.b64encode(issuer.seal.image).decode()
        return format_html('<img src="data:image/png;base64,{}" alt="" height="80">', image)

    def save_model(self, request: HttpRequest, obj: Issuer, form: IssuerForm, change: bool) -> None:
        cleaned = form.cleaned_data
        services.save_issuer(obj, new_seal=cleaned["seal_image"], without_seal=cleaned["remove_seal"])
        number = obj.registration_number
        if number and not registration.has_valid_check_digit(number):
            text = gettext(
                "%(number)s is not a corporation's number: its first digit would be %(digit)s. "
                "If the company is a corporation, compare it with the tax office's notice."
            )
            digit = registration.expected_check_digit(number)
            messages.warning(request, text % {"number": number, "digit": digit})

    def has_delete_permission(self, request: HttpRequest, obj: Issuer | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.is_current)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Issuer]) -> None:
        queryset.filter(is_current=False).delete()


class NumberSeriesForm(forms.ModelForm[NumberSeries]):
    class Meta:
        model = NumberSeries
        exclude = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if number_format := cleaned.get("number_format"):
            try:
                numbering.check_format(number_format, restarts_yearly=cleaned.get("restarts_yearly", False))
            except DomainError as error:
                self.add_error("number_format", worded(error))
            for character in pdf.unprintable(number_format):
                self.add_error("number_format", _("“%(character)s” cannot be printed.") % {"character": character})
        return cleaned


@admin.register(NumberSeries)
class NumberSeriesAdmin(SharedAdmin[NumberSeries]):
    form = NumberSeriesForm
    list_display = ("__str__", "number_format", "fiscal_year_start_month", "restarts_yearly")
    fields = ("number_format", "fiscal_year_start_month", "restarts_yearly")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: NumberSeries | None = None) -> bool:
        return False


def _checked_image(upload: UploadedFile[bytes]) -> bytes:
    """Return the image as a PNG without anything but its pixels.

    Raises ValidationError when it is too large or no PNG or JPEG.
    """
    if (upload.size or 0) > MAX_SEAL_BYTES:
        raise ValidationError(_("The image is larger than 500 kB. Make it smaller and choose it again."))
    # Pillow passes over all pixels once for each scan, and half a megabyte holds thousands. Real ones have up to ten.
    if upload.read().count(JPEG_SCAN) > MOST_JPEG_SCANS:
        raise ValidationError(_("This is no PNG or JPEG image. Choose another file."))
    upload.seek(0)
    try:
        with Image.open(upload, formats=("PNG", "JPEG")) as image:
            if max(image.size) > MAX_SEAL_PIXELS:
                raise ValidationError(_("The image is larger than 2000 × 2000 pixels. Make it smaller."))
            pixels = image.convert("RGBA")
            # The colour profile, a comment and the like, which Pillow would write as well.
            pixels.info.clear()
            drawn = io.BytesIO()
            pixels.save(drawn, "PNG")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise ValidationError(_("This is no PNG or JPEG image. Choose another file.")) from None
    return drawn.getvalue()
