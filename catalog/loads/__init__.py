"""Products from files and into files: read, check, compare, load, undo, export.

The admin pages and the commands `import_products` and `export_products` are two doors to this one house.
"""
