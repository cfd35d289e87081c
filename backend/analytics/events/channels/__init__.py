"""Where a visitor came from, by the host of the page before or the click id in the address: two small lists."""
