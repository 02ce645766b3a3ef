from tests.catalog.conftest import plain_site, signed_in, staff

__all__ = ["plain_site", "signed_in", "staff"]
