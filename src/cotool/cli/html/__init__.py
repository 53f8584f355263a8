"""Results as HTML: one file each, which needs no network and no other file."""
