"""Rules of a delivery note that hold without a database or a page: money, tax, numbers, the document."""
