"""JAN barcode labels of products: chosen in the list, drawn on A4 sheets of labels or written as a table."""
