"""Two products that are one: the SKU of one becomes an alias of the other, and finds it from then on."""
