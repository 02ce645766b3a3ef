"""What staff choose before a file is read or written."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _, gettext_lazy

from catalog.loads.encodings import Encoding
from catalog.loads.writing import FileForm

MOST_BYTES = 64 * 1024 * 1024


class ImportForm(forms.Form):
    """A file, and its encoding if it is known better than the file says."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or Excel workbook (.xlsx)"),
        error_messages={
            "required": gettext_lazy("No file was chosen. Choose the price list to load."),
            "empty": gettext_lazy(
                "The file is empty. Choose a file with a row of headings and a row for each product."
            ),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm"}),
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"),
        choices=[("", gettext_lazy("Find out by itself")), *((each.value, each.label) for each in Encoding)],
        required=False,
        help_text=gettext_lazy("Choose one only when the preview shows wrong characters."),
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            message = _("The file has %(size)s MB. Choose one of at most %(most)s MB, or ask an operator to load it.")
            params = {"size": (file.size or 0) // 1024 // 1024, "most": MOST_BYTES // 1024 // 1024}
            raise ValidationError(message, params=params)
        return file

    def chosen_encoding(self) -> Encoding | None:
        """Return the encoding that was chosen; None: to be found out."""
        chosen: str = self.cleaned_data["encoding"]
        return Encoding(chosen) if chosen else None


class ExportForm(forms.Form):
    """The form of the file to write."""

    form = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[
            (FileForm.XLSX.value, gettext_lazy("Excel workbook (.xlsx)")),
            (FileForm.CSV.value, gettext_lazy("CSV, UTF-8 (BOM)")),
            (FileForm.CSV_CP932.value, gettext_lazy("CSV, Shift_JIS (CP932)")),
        ],
        initial=FileForm.XLSX.value,
    )
